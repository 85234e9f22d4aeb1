package io.techops.broadcast.tyrus;

import io.techops.broadcast.tyrus.frame.DeflateFigures;
import io.techops.broadcast.tyrus.frame.DeflateSettings;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether and how a server compresses: {@code permessage-deflate} (RFC 7692), for the peers that offer it. A message is
 * compressed once for all of them, and each message for itself: {@code server_no_context_takeover} and {@code
 * client_no_context_takeover} are a part of every answer, so that no peer costs memory.
 *
 * <pre>{@code
 * BroadcastServer.builder().compression(Compression.deflate().level(6).minBytes(1_024))
 * }</pre>
 *
 * <p>Text that mixes a secret with what an attacker chooses, in one message, must not be compressed: the length of the
 * message then tells about the secret (CRIME, BREACH). Immutable.
 */
public final class Compression {

    /** The level unless set otherwise. */
    public static final int DEFAULT_LEVEL = 6;

    /** The size of the smallest message that is compressed unless set otherwise, in bytes. */
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
         * {@return how many messages were compressed} One that is sent to many peers counts once, unless it was sent
         * again after many others.
         */
        public long messages() {
            return figures.messages();
        }

        /** {@return the payload of these messages, in bytes} */
        public long bytesBefore() {
            return figures.bytesBefore();
        }

        /**
         * {@return the same in the form in which it was sent, in bytes} A message that compression would not make
         * smaller was sent as it is.
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

    /** {@return no compression: offers are not looked at} */
    public static Compression off() {
        return OFF;
    }

    /** {@return compression with {@link #DEFAULT_LEVEL}, of messages with {@link #DEFAULT_MIN_BYTES} bytes or more} */
    public static Compression deflate() {
        return new Compression(DeflateSettings.of(DEFAULT_LEVEL, DEFAULT_MIN_BYTES));
    }

    /**
     * {@return the same with another level}
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
     * {@return the same with another bound on what is compressed} A smaller message is sent as it is, as is one that
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
     * {@return the same, but that offers of certain clients are declined} Safari 15.0 to 15.3 offer the extension and
     * do not master it: {@code except("Version/15.0 ")} and so on.
     *
     * @param userAgentPart occurs in their {@code User-Agent}; may be called for several
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
