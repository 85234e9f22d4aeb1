package io.techops.broadcast;

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
 * nothing out of order. Messages that were {@linkplain BroadcastOptions addressed to some peers} are not replayed, and
 * neither are messages that have expired, or were broadcast to everyone but a peer: no other peer was excluded then.
 *
 * <p>Kinds of replay may be added in a later version. Immutable, with equality by value.
 */
public final class Replay {

    private static final Replay NONE = new Replay(null, 0, false);
    private static final Replay LATEST = new Replay(null, 0, true);

    private final @Nullable Position position;
    private final int messages;
    private final boolean latest;

    private Replay(@Nullable Position position, int messages, boolean latest) {
        this.position = position;
        this.messages = messages;
        this.latest = latest;
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
        return messages == 0 ? NONE : new Replay(null, messages, false);
    }

    /** {@return the replay of the newest message of every {@linkplain BroadcastOptions#key key} that is kept} */
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
        return new Replay(Objects.requireNonNull(position, "position"), 0, false);
    }

    /**
     * {@return this replay, with another one for a position of another epoch or of the future} Without effect on a
     * replay that goes on after no position.
     *
     * @param other the other replay; its own position is not looked at
     */
    public Replay orElse(Replay other) {
        Objects.requireNonNull(other, "other");
        return position == null ? this : new Replay(position, other.messages, other.latest);
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

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Replay that && Objects.equals(position, that.position) && messages == that.messages
                && latest == that.latest;
    }

    @Override
    public int hashCode() {
        return Objects.hash(position, messages, latest);
    }

    @Override
    public String toString() {
        String rest = latest ? "latest" : messages > 0 ? "last " + messages : "none";
        return position == null ? rest : "after " + position + " or else " + rest;
    }
}
