package io.techops.broadcast;

import org.jspecify.annotations.Nullable;

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
 * <p>Bounds may be added in a later version. Immutable.
 */
public final class Retention {

    /** What a message is charged beside its payload, in bytes: its objects and its place in the log. */
    public static final int OVERHEAD = 64;

    /** The most messages that can be asked for. */
    public static final int MAX_MESSAGES = 1 << 24;

    private final int messages;
    private final long bytes;

    private Retention(int messages, long bytes) {
        if (messages < 1 || messages > MAX_MESSAGES) {
            throw new IllegalArgumentException("messages must be from 1 to " + MAX_MESSAGES + ": " + messages);
        }
        if (bytes < OVERHEAD) {
            throw new IllegalArgumentException("bytes must be at least " + OVERHEAD + ": " + bytes);
        }
        this.messages = messages;
        this.bytes = bytes;
    }

    /**
     * {@return a retention}
     *
     * @param messages the most messages kept, from 1 to {@value #MAX_MESSAGES}
     * @param bytes the most bytes kept, at least {@value #OVERHEAD}: every message is charged its payload and
     *     {@value #OVERHEAD} bytes more, so that empty messages are not free
     * @throws IllegalArgumentException if one of them is out of its range
     */
    public static Retention of(int messages, long bytes) {
        return new Retention(messages, bytes);
    }

    /**
     * {@return this retention with another bound on messages}
     *
     * @param most the most messages kept, from 1 to {@value #MAX_MESSAGES}
     * @throws IllegalArgumentException if it is out of this range
     */
    public Retention withMessages(int most) {
        return new Retention(most, bytes);
    }

    /**
     * {@return this retention with another bound on bytes}
     *
     * @param most the most bytes kept, at least {@value #OVERHEAD}, as {@link #of} says
     * @throws IllegalArgumentException if it is less
     */
    public Retention withBytes(long most) {
        return new Retention(messages, most);
    }

    /** {@return the most messages kept} */
    public int messages() {
        return messages;
    }

    /** {@return the most bytes kept} */
    public long bytes() {
        return bytes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Retention that && messages == that.messages && bytes == that.bytes;
    }

    @Override
    public int hashCode() {
        return 31 * messages + Long.hashCode(bytes);
    }

    @Override
    public String toString() {
        return messages + " messages or " + bytes + " bytes";
    }
}
