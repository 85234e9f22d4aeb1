package io.techops.broadcast.tyrus.pages;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A page that has been opened. For one thread at a time, except {@link #close()}, which any thread may call.
 *
 * @param body the bytes from the first on; may end before {@code length} if the file is cut short, or go on
 *     after it
 * @param length how many bytes the page has
 * @param tag the entity tag with its quotes, strong (RFC 9110, section 8.8.3); {@code null} if none is reliable
 * @param modified when it last changed; {@code null} if not known or too recent to be reliable
 */
record OpenFile(ReadableByteChannel body, long length, @Nullable String tag, @Nullable Instant modified)
        implements Closeable {

    /** The most bytes of a page that is read whole into memory. */
    static final int SMALL = 64 * 1024;

    private static final Duration TIME_STAMP_RESOLUTION = Duration.ofSeconds(2);

    /** Returns a page of the given bytes, tagged by their hash. */
    static OpenFile small(byte[] bytes, @Nullable Instant modified) {
        return new OpenFile(Channels.newChannel(new ByteArrayInputStream(bytes)), bytes.length, tag(bytes), modified);
    }

    /** Returns a page that is made for one request and may differ at the next: it has no tag and no date. */
    static OpenFile made(byte[] bytes) {
        return new OpenFile(Channels.newChannel(new ByteArrayInputStream(bytes)), bytes.length, null, null);
    }

    /** Returns the entity tag of a page that {@code state} identifies. */
    static String tag(String state) {
        return tag(state.getBytes(StandardCharsets.UTF_8));
    }

    private static String tag(byte[] state) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(state);
            return '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, 16)) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Returns {@code modified}, or {@code null} if it is so recent, or in the future, that a later change could leave
     * the same time stamp.
     */
    static @Nullable Instant settled(Instant modified) {
        return modified.isBefore(Instant.now().minus(TIME_STAMP_RESOLUTION)) ? modified : null;
    }

    /** Reads until the end of {@code channel}, but at most one byte more than {@link #SMALL}. */
    static byte[] start(ReadableByteChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(SMALL + 1);
        while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
            // read on
        }
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    /** Moves {@code count} bytes on in the body, by reading if there is no other way. */
    void skip(long count) throws IOException {
        if (body instanceof SeekableByteChannel seekable) {
            seekable.position(seekable.position() + count);
            return;
        }
        long left = count;
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(SMALL, count));
        while (left > 0) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), left));
            int n = body.read(buffer);
            if (n < 0) {
                return;
            }
            left -= n;
        }
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
