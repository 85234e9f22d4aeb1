package io.techops.broadcast;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where the stream of a peer begins: which earlier messages it receives before those that are broadcast from now on.
 *
 * <pre>{@code
 * Replay.none()                                       // only live messages: those broadcast from now on
 * Replay.last(50)                                     // the last 50 messages that are kept, then the live ones
 * Replay.latest()                                     // the newest message of every key, then the live ones
 * Replay.after(position).orElse(Replay.last(50))      // all after a position; if impossible, the last 50
 * }</pre>
 *
 * <p>Between the last replayed message and the first live one, no message is missing, duplicated or out of order.
 * Messages that have expired, and those that were {@linkplain BroadcastOptions#to addressed to some peers}, are not
 * replayed. A message for {@linkplain BroadcastOptions#except everyone but some peers} is replayed to every peer that
 * registers later, also to a client that was excluded and connects again: its new connection is another peer.
 *
 * <p>A hub that {@linkplain BroadcastHub.Builder#conflate conflates} replays as it delivers to a slow peer: only the
 * newest message of each key. So {@link #last} may replay fewer messages than asked for, and {@link #after} also
 * replays the newest messages of keys that are kept beside the log. The peer is told of a gap only if a message without
 * a key, or the newest message of a key, is no longer kept.
 *
 * <p>Kinds of replay may be added in a later version. Immutable, with equality by value.
 */
public final class Replay {

    private static final int ALL = Integer.MAX_VALUE;
    private static final Replay NONE = new Replay(null, 0, false, ALL, null);
    private static final Replay LATEST = new Replay(null, 0, true, ALL, null);

    private final @Nullable Position position;
    private final int messages;
    private final boolean latest;
    private final int withinMessages;
    private final @Nullable Duration withinAge;

    private Replay(@Nullable Position position, int messages, boolean latest, int withinMessages,
            @Nullable Duration withinAge) {
        this.position = position;
        this.messages = messages;
        this.latest = latest;
        this.withinMessages = withinMessages;
        this.withinAge = withinAge;
    }

    /** {@return the replay of nothing: the peer receives only what is broadcast from now on} */
    public static Replay none() {
        return NONE;
    }

    /**
     * {@return the replay of the newest messages}
     *
     * @param messages how many, at least 0; fewer if fewer are kept
     * @throws IllegalArgumentException if {@code messages} is negative
     */
    public static Replay last(int messages) {
        if (messages < 0) {
            throw new IllegalArgumentException("messages must not be negative: " + messages);
        }
        return messages == 0 ? NONE : new Replay(null, messages, false, ALL, null);
    }

    /**
     * {@return the replay of the newest message of every {@linkplain BroadcastOptions#key key} that is kept, in the
     * order of their positions} Messages without a key are not replayed, nor is any message of a key whose newest
     * message has expired. This does not depend on whether the hub {@linkplain BroadcastHub.Builder#conflate
     * conflates}.
     */
    public static Replay latest() {
        return LATEST;
    }

    /**
     * {@return the replay of all messages after a position} There is a gap if the position is of another epoch, if no
     * message has this position yet, or if some of the messages after it are no longer kept. The peer is told of the
     * gap if its transport can tell gaps. In the last case the peer then begins with the oldest message that is kept,
     * and in the other two with what {@link #orElse} says.
     *
     * @param position the position of the last message that the client has processed
     */
    public static Replay after(Position position) {
        return new Replay(Objects.requireNonNull(position, "position"), 0, false, ALL, null);
    }

    /**
     * {@return this replay, with another one for a position that is of another epoch or that no message has yet} Has no
     * effect on a replay without a position.
     *
     * @param other the other replay, whose own position is ignored
     */
    public Replay orElse(Replay other) {
        Objects.requireNonNull(other, "other");
        return position == null ? this
                : new Replay(position, other.messages, other.latest, withinMessages, withinAge);
    }

    /**
     * {@return this replay, with a bound on how far back a position may be} Messages before the newest {@code messages}
     * count as no longer kept, and so are a gap. Has no effect on a replay without a position. Of two bounds the
     * narrower one applies.
     *
     * @param messages how many of the newest messages, at least 0
     * @throws IllegalArgumentException if {@code messages} is negative
     */
    public Replay within(int messages) {
        if (messages < 0) {
            throw new IllegalArgumentException("messages must not be negative: " + messages);
        }
        return position == null || messages >= withinMessages ? this
                : new Replay(position, this.messages, latest, messages, withinAge);
    }

    /**
     * {@return this replay, with a bound on the age of the messages after a position} Older messages count as no longer
     * kept, and so are a gap. Has no effect on a replay without a position. Of two bounds the narrower one applies.
     *
     * @param age the greatest age, more than zero and at most 365 days
     * @throws IllegalArgumentException if it is not so
     */
    public Replay within(Duration age) {
        Objects.requireNonNull(age, "age");
        if (age.isNegative() || age.isZero() || age.compareTo(BroadcastOptions.MAX_TIME_TO_LIVE) > 0) {
            throw new IllegalArgumentException(
                    "age must be more than zero and at most " + BroadcastOptions.MAX_TIME_TO_LIVE + ": " + age);
        }
        return position == null || withinAge != null && withinAge.compareTo(age) <= 0 ? this
                : new Replay(position, messages, latest, withinMessages, age);
    }

    /** {@return the position after which to continue; null if there is none} */
    public @Nullable Position position() {
        return position;
    }

    /**
     * {@return how many of the newest messages to replay, if there is no position, or if the stream cannot continue
     * after it}
     */
    public int messages() {
        return messages;
    }

    /**
     * {@return whether to replay the newest message of every key, if there is no position, or if the stream cannot
     * continue after it}
     */
    public boolean isLatest() {
        return latest;
    }

    /** {@return how many messages a position may be behind the newest one; 2<sup>31</sup> - 1 if there is no bound} */
    public int withinMessages() {
        return withinMessages;
    }

    /** {@return the greatest age of messages after a position; null if there is no bound} */
    public @Nullable Duration withinAge() {
        return withinAge;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Replay that && Objects.equals(position, that.position) && messages == that.messages
                && latest == that.latest && withinMessages == that.withinMessages
                && Objects.equals(withinAge, that.withinAge);
    }

    @Override
    public int hashCode() {
        return Objects.hash(position, messages, latest, withinMessages, withinAge);
    }

    @Override
    public String toString() {
        String rest = latest ? "latest" : messages > 0 ? "last " + messages : "none";
        return position == null ? rest : "after " + position
                + (withinMessages == ALL ? "" : " within " + withinMessages + " messages")
                + (withinAge == null ? "" : " within " + withinAge) + " or else " + rest;
    }
}
