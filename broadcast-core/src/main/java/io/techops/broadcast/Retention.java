package io.techops.broadcast;

import java.time.Duration;
import java.util.Objects;
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
 * <p>The newest message of every {@linkplain BroadcastOptions#key key} is kept longer, beside the log, when the log
 * evicts it: up to {@link #keys}, {@link #keyBytes} and {@link #keyAge}. Beyond that the key is forgotten whose newest
 * message is the oldest, which {@link HubStats#forgottenKeys} counts. In a hub that {@linkplain
 * BroadcastHub.Builder#conflate conflates}, a peer that has not got that message falls off the tail by that.
 *
 * <pre>{@code
 * BroadcastHub.builder().retention(Retention.of(10_000, 32 << 20))   // messages and bytes
 * BroadcastHub.builder().retention(Retention.standard().age(Duration.ofMinutes(10)).keys(50_000))
 * }</pre>
 *
 * <p>Bounds may be added in a later version. Immutable.
 */
public final class Retention {

    /** What a message is charged beside its payload, in bytes: its objects and its place in the log. */
    public static final int OVERHEAD_BYTES = 64;

    /** The most messages that can be asked for. */
    public static final int MAX_MESSAGES = 1 << 24;

    /** The most keys that can be asked for. */
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

    /** {@return the default: 4,096 messages or 8 MiB of any age, and the newest of 10,000 keys or 8 MiB beside them} */
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
     * {@return this retention with a bound on the age of messages} An older message is not replayed any more, and makes
     * room when the next one is broadcast; a peer that has not got it by then has fallen off the tail. No timer
     * measures this: an idle hub keeps what it has, and does not replay what is too old. The newest message of
     * a key is replayed by {@link Replay#latest} up to {@link #keyAge} nevertheless.
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
     * @param keys of how many keys at most the newest message is kept beside the log, from 0 to {@value #MAX_KEYS}
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
     * {@return this retention with a bound on the age of the newest messages of keys} For those beside the log, and for
     * those in it that are older than {@link #age}; without a bound unless set. An older one is not replayed any more,
     * and is forgotten when the log evicts the next message with a key.
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

    /** {@return of how many keys at most the newest message is kept beside the log; 10,000 unless set} */
    public int keys() {
        return keys;
    }

    /** {@return the most bytes of newest messages of keys that are kept beside the log; 8 MiB unless set} */
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
