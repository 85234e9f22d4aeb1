package io.techops.broadcast;

/**
 * How much of the past a hub keeps: the bounds of its log.
 *
 * <p>The log is the only buffer, shared by all peers. It is full when one of the two bounds is reached, whichever is
 * first; the oldest message then makes room for the next one. A peer may lag by as much as the log holds: with a
 * thousand messages a second, 4,096 messages are four seconds.
 *
 * <p>Messages that are addressed to some peers ({@link BroadcastOptions}, {@link Peer#send}) are kept beside that, only
 * until their receivers have taken them, and within the same bounds again; so they never make a broadcast, or a message
 * to another peer that can take it, give way. Such a message counts once, and is charged its payload once, and 32 bytes
 * for each receiver but the first; one message alone may be charged more than the bound because of its receivers. A
 * peer that is not writable loses its oldest one when there is no room for another.
 *
 * <pre>{@code
 * BroadcastHub.builder().retention(Retention.of(4096, 8 << 20))      // the default: 4,096 messages or 8 MiB
 * }</pre>
 *
 * <p>Immutable.
 *
 * @param messages the most messages kept, at least 1
 * @param bytes the most bytes kept, at least {@value #OVERHEAD}: every message is charged its payload and
 *     {@value #OVERHEAD} bytes more, so that empty messages are not free
 */
public record Retention(int messages, long bytes) {

    /** What a message is charged beside its payload, in bytes: its objects and its place in the log. */
    public static final int OVERHEAD = 64;

    /** The most messages that can be asked for. */
    public static final int MAX_MESSAGES = 1 << 24;

    /**
     * Checks both bounds.
     *
     * @param messages the most messages kept
     * @param bytes the most bytes kept
     * @throws IllegalArgumentException if {@code messages} is not from 1 to {@value #MAX_MESSAGES}, or {@code bytes}
     *     is below {@value #OVERHEAD}, which not even an empty message fits in
     */
    public Retention {
        if (messages < 1 || messages > MAX_MESSAGES) {
            throw new IllegalArgumentException("messages must be from 1 to " + MAX_MESSAGES + ": " + messages);
        }
        if (bytes < OVERHEAD) {
            throw new IllegalArgumentException("bytes must be at least " + OVERHEAD + ": " + bytes);
        }
    }

    /**
     * Makes a retention.
     *
     * @param messages the most messages kept, from 1 to {@value #MAX_MESSAGES}
     * @param bytes the most bytes kept, at least {@value #OVERHEAD}
     * @return the retention
     * @throws IllegalArgumentException as the constructor does
     */
    public static Retention of(int messages, long bytes) {
        return new Retention(messages, bytes);
    }
}
