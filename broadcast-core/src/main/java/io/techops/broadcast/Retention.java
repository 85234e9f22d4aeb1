package io.techops.broadcast;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bounds of a hub's log: how many earlier messages the hub keeps.
 *
 * <p>The log is the only buffer, shared by all peers. It is full when the bound on messages or the bound on bytes is
 * reached; the oldest message is then evicted for the next one. A peer may lag by as much as the log holds: at a
 * thousand messages a second, 4,096 messages are four seconds.
 *
 * <p>Messages that are addressed to some peers ({@link BroadcastOptions}, {@link Peer#send}) are kept apart from the
 * log, until their receivers have taken them, within the same bounds once more. So they never evict a broadcast, nor a
 * message to a peer that can take it. Such a message counts once. It is charged as in {@link #of}, and 32 bytes for
 * each receiver after the first; a single message may exceed the bound because of its receivers. If there is no room
 * for another message, a peer that is not writable loses the oldest message that was addressed to it.
 *
 * <p>When the log evicts the newest message of a {@linkplain BroadcastOptions#key key}, that message is kept beside the
 * log, within {@link #keys}, {@link #keyBytes} and {@link #keyAge}. Beyond these bounds, the key with the oldest such
 * message is evicted, which {@link HubStats#evictedKeys} counts. In a hub that {@linkplain
 * BroadcastHub.Builder#conflate conflates}, a peer that has not received that message then falls off the tail.
 *
 * <pre>{@code
 * BroadcastHub.builder().retention(Retention.of(10_000, 32 << 20))   // messages and bytes
 * BroadcastHub.builder().retention(Retention.standard().age(Duration.ofMinutes(10)).keys(50_000))
 * }</pre>
 *
 * <p>Bounds may be added in a later version. Immutable.
 */
public final class Retention {

    /** What a message is charged in addition to its payload, in bytes, for its objects and its place in the log. */
    public static final int OVERHEAD_BYTES = 64;

    /** The largest bound on messages. */
    public static final int MAX_MESSAGES = 1 << 24;

    /** The largest bound on keys. */
    public static final int MAX_KEYS = 1 << 24;

    /** How many keys are kept beside the log unless set otherwise: 10,000. */
    public static final int DEFAULT_KEYS = 10_000;

    /** How many bytes of newest messages are kept beside the log unless set otherwise: 8 MiB. */
    public static final long DEFAULT_KEY_BYTES = 8 << 20;

    private static final Retention STANDARD =
            new Retention(4_096, 8 << 20, null, DEFAULT_KEYS, DEFAULT_KEY_BYTES, null);

    private final int messages;
    private final long bytes;
    private final @Nullable Duration age;
    private final int keys;
    private final long keyBytes;
    private final @Nullable Duration keyAge;

    private Retention(int messages, long bytes, @Nullable Duration age, int keys, long keyBytes,
            @Nullable Duration keyAge) {
        if (messages < 1 || messages > MAX_MESSAGES) {
            throw new IllegalArgumentException("messages must be from 1 to " + MAX_MESSAGES + ": " + messages);
        }
        if (bytes < OVERHEAD_BYTES) {
            throw new IllegalArgumentException("bytes must be at least " + OVERHEAD_BYTES + ": " + bytes);
        }
        if (keys < 0 || keys > MAX_KEYS) {
            throw new IllegalArgumentException("keys must be from 0 to " + MAX_KEYS + ": " + keys);
        }
        if (keyBytes < 0) {
            throw new IllegalArgumentException("keyBytes must not be negative: " + keyBytes);
        }
        this.messages = messages;
        this.bytes = bytes;
        this.age = checked("age", age);
        this.keys = keys;
        this.keyBytes = keyBytes;
        this.keyAge = checked("keyAge", keyAge);
    }

    private static @Nullable Duration checked(String name, @Nullable Duration age) {
        if (age != null && (age.isNegative() || age.isZero() || age.compareTo(BroadcastOptions.MAX_TIME_TO_LIVE) > 0)) {
            throw new IllegalArgumentException(name + " must be more than zero and at most "
                    + BroadcastOptions.MAX_TIME_TO_LIVE + ": " + age);
        }
        return age;
    }

    /**
     * {@return the default: 4,096 messages or 8 MiB of any age in the log; beside it, the newest messages of 10,000
     * keys or 8 MiB}
     */
    public static Retention standard() {
        return STANDARD;
    }

    /**
     * {@return the default with other bounds on messages and bytes}
     *
     * @param messages the most messages kept, from 1 to {@value #MAX_MESSAGES}
     * @param bytes the most bytes kept, at least {@value #OVERHEAD_BYTES}: every message is charged its payload and
     *     {@value #OVERHEAD_BYTES} bytes more, so that empty messages are not free
     * @throws IllegalArgumentException if one of them is out of its range
     */
    public static Retention of(int messages, long bytes) {
        return new Retention(messages, bytes, null, DEFAULT_KEYS, DEFAULT_KEY_BYTES, null);
    }

    /**
     * {@return this retention with another bound on messages}
     *
     * @param messages the most messages kept, from 1 to {@value #MAX_MESSAGES}
     * @throws IllegalArgumentException if it is out of this range
     */
    public Retention messages(int messages) {
        return new Retention(messages, bytes, age, keys, keyBytes, keyAge);
    }

    /**
     * {@return this retention with another bound on bytes}
     *
     * @param bytes the most bytes kept, at least {@value #OVERHEAD_BYTES}, as {@link #of} says
     * @throws IllegalArgumentException if it is less
     */
    public Retention bytes(long bytes) {
        return new Retention(messages, bytes, age, keys, keyBytes, keyAge);
    }

    /**
     * {@return this retention with a bound on the age of messages} An older message is no longer replayed, and is
     * evicted when the next one is broadcast; a peer that has not received it by then has fallen off the tail. No timer
     * evicts messages: an idle hub keeps them, but does not replay those that are too old. The age does not apply to
     * {@link Replay#latest}, which replays the newest message of a key up to {@link #keyAge}.
     *
     * @param age the greatest age, more than zero and at most 365 days
     * @throws IllegalArgumentException if it is out of this range
     */
    public Retention age(Duration age) {
        return new Retention(messages, bytes, Objects.requireNonNull(age, "age"), keys, keyBytes, keyAge);
    }

    /**
     * {@return this retention with another bound on keys}
     *
     * @param keys the most keys whose newest message is kept beside the log, from 0 to {@value #MAX_KEYS}
     * @throws IllegalArgumentException if it is out of this range
     */
    public Retention keys(int keys) {
        return new Retention(messages, bytes, age, keys, keyBytes, keyAge);
    }

    /**
     * {@return this retention with another bound on the bytes that are kept for keys}
     *
     * @param keyBytes the most bytes kept beside the log, from 0, charged as in {@link #of}
     * @throws IllegalArgumentException if it is negative
     */
    public Retention keyBytes(long keyBytes) {
        return new Retention(messages, bytes, age, keys, keyBytes, keyAge);
    }

    /**
     * {@return this retention with a bound on the age of the newest messages of keys} It applies to those beside the
     * log, and to those in the log that are older than {@link #age}; there is no bound by default. An older message is
     * no longer replayed, and its key is evicted when the log evicts the next message with a key.
     *
     * @param keyAge the greatest age, more than zero and at most 365 days
     * @throws IllegalArgumentException if it is out of this range
     */
    public Retention keyAge(Duration keyAge) {
        return new Retention(messages, bytes, age, keys, keyBytes, Objects.requireNonNull(keyAge, "keyAge"));
    }

    /** {@return the most messages kept} */
    public int messages() {
        return messages;
    }

    /** {@return the most bytes kept} */
    public long bytes() {
        return bytes;
    }

    /** {@return the greatest age of a message; null if there is no bound} */
    public @Nullable Duration age() {
        return age;
    }

    /** {@return the most keys whose newest message is kept beside the log; 10,000 by default} */
    public int keys() {
        return keys;
    }

    /** {@return the most bytes that are kept for keys beside the log; 8 MiB by default} */
    public long keyBytes() {
        return keyBytes;
    }

    /** {@return the greatest age of the newest message of a key beside the log; null if there is no bound} */
    public @Nullable Duration keyAge() {
        return keyAge;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Retention that && messages == that.messages && bytes == that.bytes
                && Objects.equals(age, that.age) && keys == that.keys && keyBytes == that.keyBytes
                && Objects.equals(keyAge, that.keyAge);
    }

    @Override
    public int hashCode() {
        return Objects.hash(messages, bytes, age, keys, keyBytes, keyAge);
    }

    @Override
    public String toString() {
        String log = messages + " messages or " + bytes + " bytes" + (age == null ? "" : " or " + age);
        return keys == DEFAULT_KEYS && keyBytes == DEFAULT_KEY_BYTES && keyAge == null ? log
                : log + ", and the newest of " + keys + " keys or " + keyBytes + " bytes"
                        + (keyAge == null ? "" : " or " + keyAge);
    }
}
