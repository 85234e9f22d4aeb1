package io.techops.broadcast.tyrus;

import io.techops.broadcast.tyrus.frame.DeflateFigures;
import io.techops.broadcast.tyrus.frame.DeflateSettings;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether and how a server compresses messages: {@code permessage-deflate} (RFC 7692), for the peers that offer it.
 * Each message is compressed once for all of them, and independently of other messages: every answer contains {@code
 * server_no_context_takeover} and {@code client_no_context_takeover}, so that no memory is needed for each peer.
 *
 * <pre>{@code
 * BroadcastServer.builder().compression(Compression.deflate().level(6).minBytes(1_024))
 * }</pre>
 *
 * <p>Do not compress messages that contain both a secret and text that an attacker can choose: the compressed length
 * reveals the secret bit by bit (CRIME, BREACH). Immutable.
 */
public final class Compression {

    /** The default level. */
    public static final int DEFAULT_LEVEL = 6;

    /** The default size of the smallest message that is compressed, in bytes. */
    public static final int DEFAULT_MIN_BYTES = 256;

    private static final int MAX_LEVEL = 9;
    private static final Compression OFF = new Compression(null);

    private final @Nullable DeflateSettings settings;

    /** What a server has compressed since its start. Immutable. */
    public static final class Stats {

        private final DeflateFigures figures;

        Stats(DeflateFigures figures) {
            this.figures = figures;
        }

        /**
         * {@return how many messages were compressed} A message to many peers counts once; it counts again if it is
         * compressed again for peers that lag far behind.
         */
        public long messages() {
            return figures.messages();
        }

        /** {@return the payload of these messages, in bytes} */
        public long bytesBefore() {
            return figures.bytesBefore();
        }

        /**
         * {@return the size of these messages as they were sent, in bytes} A message that compression does not make
         * smaller is sent uncompressed.
         */
        public long bytesAfter() {
            return figures.bytesAfter();
        }

        @Override
        public String toString() {
            return messages() + " messages, " + bytesBefore() + " bytes before, " + bytesAfter() + " after";
        }
    }

    private Compression(@Nullable DeflateSettings settings) {
        this.settings = settings;
    }

    /** {@return no compression: offers of clients are ignored} */
    public static Compression off() {
        return OFF;
    }

    /** {@return compression with {@link #DEFAULT_LEVEL}, of messages of at least {@link #DEFAULT_MIN_BYTES} bytes} */
    public static Compression deflate() {
        return new Compression(DeflateSettings.of(DEFAULT_LEVEL, DEFAULT_MIN_BYTES));
    }

    /**
     * {@return these settings with another level}
     *
     * @param level from 1, the fastest, to 9, the smallest; {@value #DEFAULT_LEVEL} by default
     * @throws IllegalArgumentException if it is not from 1 to 9
     * @throws IllegalStateException if compression is {@linkplain #off off}
     */
    public Compression level(int level) {
        if (level < 1 || level > MAX_LEVEL) {
            throw new IllegalArgumentException("level must be from 1 to " + MAX_LEVEL + ": " + level);
        }
        DeflateSettings known = checked();
        return new Compression(new DeflateSettings(level, known.minBytes(), known.exceptions()));
    }

    /**
     * {@return these settings with another minimum size} A smaller message is sent uncompressed, as is one that
     * compression does not make smaller.
     *
     * @param minBytes the size of the smallest message that is compressed; at least 0;
     *     {@value #DEFAULT_MIN_BYTES} by default
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException if compression is {@linkplain #off off}
     */
    public Compression minBytes(int minBytes) {
        if (minBytes < 0) {
            throw new IllegalArgumentException("minBytes must be at least 0: " + minBytes);
        }
        DeflateSettings known = checked();
        return new Compression(new DeflateSettings(known.level(), minBytes, known.exceptions()));
    }

    /**
     * {@return these settings, with the offers of certain clients declined} For example, Safari 15.0 to 15.3 offer the
     * extension but implement it incorrectly: {@code except("Version/15.0 ")} and so on.
     *
     * @param userAgentPart a part of the {@code User-Agent} of these clients; call this method once for each part
     * @throws IllegalArgumentException if it is empty
     * @throws IllegalStateException if compression is {@linkplain #off off}
     */
    public Compression except(String userAgentPart) {
        if (userAgentPart.isEmpty()) {
            throw new IllegalArgumentException("userAgentPart must not be empty: every client would be meant");
        }
        DeflateSettings known = checked();
        List<String> more = new ArrayList<>(known.exceptions());
        more.add(userAgentPart);
        return new Compression(new DeflateSettings(known.level(), known.minBytes(), List.copyOf(more)));
    }

    private DeflateSettings checked() {
        if (settings == null) {
            throw new IllegalStateException(
                    "compression is off, and has no settings: begin with Compression.deflate()");
        }
        return settings;
    }

    @Nullable DeflateSettings settings() {
        return settings;
    }

    @Override
    public String toString() {
        return settings == null ? "off" : "deflate, level " + settings.level() + ", minBytes " + settings.minBytes();
    }
}
