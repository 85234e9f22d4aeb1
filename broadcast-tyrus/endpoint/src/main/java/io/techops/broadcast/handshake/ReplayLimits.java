package io.techops.broadcast.handshake;

import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.Replay;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which earlier messages clients may ask for: whether they may use the subprotocol {@code broadcast.v1} and resume
 * after a position ({@code last_event_id=<position>} in the query), and with which messages they may begin ({@code
 * replay=<n>} or {@code replay=latest}).
 *
 * <pre>{@code
 * ReplayLimits.standard()                                                  // resume, no replay
 * ReplayLimits.standard().resume(false)
 * ReplayLimits.standard().resumeAge(Duration.ofMinutes(5)).replay(50)
 * }</pre>
 *
 * <p>These limits bound what a client gets if it asks for it. A {@link HandshakePolicy} may give a single client less
 * or more. No one gets messages that are no longer kept ({@link io.techops.broadcast.Retention}). Settings may be added
 * in a later version. Immutable, with equality by value.
 */
public final class ReplayLimits {

    private static final int ALL = Integer.MAX_VALUE;
    private static final ReplayLimits STANDARD = new ReplayLimits(true, ALL, null, 0, false);

    private final boolean resume;
    private final int resumeMessages;
    private final @Nullable Duration resumeAge;
    private final int replay;
    private final boolean replayLatest;

    private ReplayLimits(boolean resume, int resumeMessages, @Nullable Duration resumeAge, int replay,
            boolean replayLatest) {
        this.resume = resume;
        this.resumeMessages = resumeMessages;
        this.resumeAge = resumeAge;
        this.replay = replay;
        this.replayLatest = replayLatest;
    }

    /**
     * {@return the defaults: clients may resume as far back as messages are kept, and may not ask for other earlier
     * messages}
     */
    public static ReplayLimits standard() {
        return STANDARD;
    }

    /**
     * {@return these settings, with or without the subprotocol {@code broadcast.v1}} Without it no client is told
     * positions: the server does not select {@code broadcast.v1}, and ignores {@code last_event_id}.
     *
     * @param resume true by default
     */
    public ReplayLimits resume(boolean resume) {
        return new ReplayLimits(resume, resumeMessages, resumeAge, replay, replayLatest);
    }

    /**
     * {@return these settings, with a bound on how many messages a client may go back when it resumes} A client that
     * has missed more is told of a gap, and continues with the newest {@code messages}.
     *
     * @param messages at least 0; no bound by default
     * @throws IllegalArgumentException if {@code messages} is negative
     */
    public ReplayLimits resumeMessages(int messages) {
        return new ReplayLimits(resume, notNegative("resumeMessages", messages), resumeAge, replay, replayLatest);
    }

    /**
     * {@return these settings, with a bound on the age of the messages that a client gets when it resumes} A client
     * that has missed older messages is told of a gap, and continues with the first message that is younger.
     *
     * @param age more than zero and at most 365 days; no bound by default
     * @throws IllegalArgumentException if it is out of this range
     */
    public ReplayLimits resumeAge(Duration age) {
        Objects.requireNonNull(age, "age");
        if (age.isNegative() || age.isZero() || age.compareTo(BroadcastOptions.MAX_TIME_TO_LIVE) > 0) {
            throw new IllegalArgumentException(
                    "resumeAge must be more than zero and at most " + BroadcastOptions.MAX_TIME_TO_LIVE + ": " + age);
        }
        return new ReplayLimits(resume, resumeMessages, age, replay, replayLatest);
    }

    /**
     * {@return these settings, with another bound for {@code replay=<n>}} A client that asks for more gets this many.
     *
     * @param messages with how many of the newest messages a client may begin, at least 0; 0 by default
     * @throws IllegalArgumentException if {@code messages} is negative
     */
    public ReplayLimits replay(int messages) {
        return new ReplayLimits(resume, resumeMessages, resumeAge, notNegative("replay", messages), replayLatest);
    }

    /**
     * {@return these settings, with or without {@code replay=latest}} If it is not allowed, a client that asks for it
     * gets only live messages.
     *
     * @param replayLatest whether a client may begin with the newest message of every {@linkplain BroadcastOptions#key
     *     key}; false by default
     */
    public ReplayLimits replayLatest(boolean replayLatest) {
        return new ReplayLimits(resume, resumeMessages, resumeAge, replay, replayLatest);
    }

    private static int notNegative(String name, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " must not be negative: " + value);
        }
        return value;
    }

    /** {@return whether clients may use {@code broadcast.v1}} */
    public boolean isResume() {
        return resume;
    }

    /** {@return how many messages a client may go back; 2<sup>31</sup> - 1 if there is no bound} */
    public int resumeMessages() {
        return resumeMessages;
    }

    /** {@return the greatest age of the messages that a client gets when it resumes; null if there is no bound} */
    public @Nullable Duration resumeAge() {
        return resumeAge;
    }

    /** {@return with how many of the newest messages a client may begin} */
    public int replay() {
        return replay;
    }

    /** {@return whether a client may begin with the newest message of every key} */
    public boolean isReplayLatest() {
        return replayLatest;
    }

    /**
     * {@return {@code asked}, as far as these settings allow it}
     *
     * @param asked what the client asks for; it may have a position only if the client can be told of gaps
     */
    public Replay allowed(Replay asked) {
        Replay beginning = asked.isLatest() ? replayLatest ? Replay.latest() : Replay.none()
                : Replay.last(Math.min(asked.messages(), replay));
        if (asked.position() == null || !resume) {
            return beginning;
        }
        Replay bounded = asked.orElse(beginning).within(resumeMessages);
        return resumeAge == null ? bounded : bounded.within(resumeAge);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ReplayLimits that && resume == that.resume && resumeMessages == that.resumeMessages
                && Objects.equals(resumeAge, that.resumeAge) && replay == that.replay
                && replayLatest == that.replayLatest;
    }

    @Override
    public int hashCode() {
        return Objects.hash(resume, resumeMessages, resumeAge, replay, replayLatest);
    }

    @Override
    public String toString() {
        return (resume ? "resume" + (resumeMessages == ALL ? "" : " within " + resumeMessages + " messages")
                + (resumeAge == null ? "" : " within " + resumeAge) : "no resume")
                + ", replay " + replay + (replayLatest ? " or latest" : "");
    }
}
