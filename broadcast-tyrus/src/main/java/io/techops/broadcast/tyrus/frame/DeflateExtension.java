package io.techops.broadcast.tyrus.frame;

import io.techops.broadcast.Message;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * The state of {@code permessage-deflate} (RFC 7692) that all peers of a server share. Without context takeover in
 * either direction, so that no peer has state of its own. Safe for use by any number of threads.
 */
public final class DeflateExtension implements AutoCloseable {

    private static final int FIRST = 512;

    private final DeflateSettings settings;
    final MessageDeflater out;
    final MessageInflater in = new MessageInflater();

    /** Makes the extension, and uses it once, so that no class is loaded for the first time when memory is short. */
    public DeflateExtension(DeflateSettings settings) {
        this.settings = settings;
        out = new MessageDeflater(settings);
        ByteBuffer compressed = ByteBuffer.wrap(out.deflate(Message.text("-".repeat(FIRST))));
        try {
            in.inflate(compressed, FIRST, ByteBuffer::remaining);
        } catch (DataFormatException e) {
            throw new IllegalStateException("the JDK does not inflate what it has deflated", e);
        }
    }

    /**
     * {@return whether a client's offers are considered}
     *
     * @param userAgent the client's {@code User-Agent}; null if it sent none
     */
    public boolean suits(@Nullable String userAgent) {
        return userAgent == null || settings.exceptions().stream().noneMatch(userAgent::contains);
    }

    /** {@return the figures of the compression so far} */
    public DeflateFigures figures() {
        return out.figures();
    }

    /** Frees the native memory; objects still in use free theirs when they are given back. */
    @Override
    public void close() {
        out.close();
        in.close();
    }
}
