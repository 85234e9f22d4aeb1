package io.techops.broadcast;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where the stream of a peer begins: which messages of the past it is given before those that come from now on.
 *
 * <pre>{@code
 * Replay.none()                                       // only what is broadcast from now on
 * Replay.last(50)                                     // begin with the last 50 messages that are kept
 * Replay.latest()                                     // begin with the newest message of every key that is kept
 * Replay.after(position).orElse(Replay.last(50))      // go on after a position; if that is not possible, the last 50
 * }</pre>
 *
 * <p>Between the last message of the past and the first one of the present nothing is missing, nothing doubled and
 * nothing out of order. Messages that have expired are not replayed, and neither are those that were {@linkplain
 * BroadcastOptions#to addressed to some peers}. A message for {@linkplain BroadcastOptions#except everyone but some
 * peers} is replayed to each that registers later: the one that was excluded, if it connects again, is another peer
 * then.
 *
 * <p>In a hub that {@linkplain BroadcastHub.Builder#conflate conflates} the past is given as to a slow peer: of each
 * key only the newest message, so that {@link #last} may give fewer messages, and {@link #after} also gives the newest
 * messages of keys that are kept beside the log. Such a peer has a gap only if a message without a key, or the newest
 * one of a key, is no longer kept.
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

    /** {@return the replay of nothing: the peer is given what is broadcast from now on} */
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
     * {@return the replay of the newest message of every {@linkplain BroadcastOptions#key key} that is kept} In the
     * order of their positions. Messages without a key are not replayed, and neither is a key whose newest message has
     * expired. That is so whether or not the hub {@linkplain BroadcastHub.Builder#conflate conflates}.
     */
    public static Replay latest() {
        return LATEST;
    }

    /**
     * {@return the replay of what followed a position} If that is not possible, because the position is of another
     * epoch, of the future, or some of what followed it is no longer kept, the peer is told of a gap where its
     * transport can tell one. It then begins with the oldest message that is kept, if the position is of this epoch and
     * not of the future, and with what {@link #orElse} says otherwise.
     *
     * @param position the last message that the peer has processed
     */
    public static Replay after(Position position) {
        return new Replay(Objects.requireNonNull(position, "position"), 0, false, ALL, null);
    }

    /**
     * {@return this replay, with another one for a position of another epoch or of the future} Without effect on a
     * replay that goes on after no position.
     *
     * @param other the other replay; its own position is not looked at
     */
    public Replay orElse(Replay other) {
        Objects.requireNonNull(other, "other");
        return position == null ? this
                : new Replay(position, other.messages, other.latest, withinMessages, withinAge);
    }

    /**
     * {@return this replay, with a bound on how far back a position may be} What is older than the newest
     * {@code messages} counts as no longer kept: it is missing, and the peer is told so. Without effect on a replay
     * that goes on after no position; of two bounds the narrower one holds.
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
     * {@return this replay, with a bound on the age of what follows a position} What is older counts as no longer kept,
     * as with {@link #within(int)}. Without effect on a replay that goes on after no position; of two bounds the
     * narrower one holds.
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

    /** {@return after which position to go on; null if after none} */
    public @Nullable Position position() {
        return position;
    }

    /** {@return how many of the newest messages to begin with, if there is no position, or it cannot be honoured} */
    public int messages() {
        return messages;
    }

    /** {@return whether to begin with the newest message of every key, if there is no position to go on after} */
    public boolean isLatest() {
        return latest;
    }

    /** {@return how many of the newest messages a position may be back; 2<sup>31</sup> - 1 if there is no bound} */
    public int withinMessages() {
        return withinMessages;
    }

    /** {@return how old what follows a position may be; null if there is no bound} */
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
