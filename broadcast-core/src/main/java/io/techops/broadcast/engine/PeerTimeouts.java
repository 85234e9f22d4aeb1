package io.techops.broadcast.engine;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubTimer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The time limits of a shard's peers: to become writable again, with and without holding back other peers, and to give
 * a sign of life. Owned by a shard.
 */
final class PeerTimeouts {

    /** The times after which a shard acts. */
    record Limits(Duration stall, Duration close, Duration grace, Duration heartbeat, Duration pong) {
    }

    /**
     * A peer is pinged up to a tenth of the interval early, so that not all are at the same time, and at most a
     * fiftieth after that moment, so that many are looked at together; and so never after the interval. A grace that
     * progress has renewed ends at most a fiftieth later, for the same reason.
     */
    private static final int SLACK = 50;

    /**
     * How many graces a peer has for one batch, however much progress it makes: this bounds how slow one reader can
     * make the others.
     */
    private static final int MOST_GRACES = 32;

    private final Limits limits;
    private final long stall;
    private final long grace;
    private final long heartbeat;
    private final long pong;
    private final HubTimer timer;
    private final ShardTimer deadlines;
    private volatile long stalls; // written by the shard alone
    private boolean pinging;

    PeerTimeouts(Limits limits, HubTimer timer, ShardTimer deadlines) {
        this.limits = limits;
        this.stall = limits.stall().toNanos();
        this.grace = limits.grace().toNanos();
        this.heartbeat = limits.heartbeat().toNanos();
        this.pong = limits.pong().toNanos();
        this.timer = timer;
        this.deadlines = deadlines;
    }

    /** {@return how many peers were not writable for too long; each is counted before it is closed} For any thread. */
    long stalls() {
        return stalls;
    }

    /** Starts the time limits of a new peer. */
    void joined(PeerCursor cursor) {
        if (heartbeat > 0) {
            deadlines.at(cursor.lastInbound + untilPing());
        }
    }

    /**
     * {@return when the peer is to be pinged if nothing comes from it until then; a later sign of life makes it later}
     */
    private long pingDue(PeerCursor cursor) {
        long early = heartbeat / SLACK + heartbeat / SLACK * 4 * (cursor.id * 619 % 1_009) / 1_009;
        return cursor.lastInbound + heartbeat - early;
    }

    /** {@return the shortest time until the ping of a peer that has just given a sign of life} */
    private long untilPing() {
        return heartbeat - heartbeat / 10;
    }

    /**
     * {@return whether a shard that has nothing to write to a peer that joins {@code now} can adopt it as late as
     * {@code next}} For any thread.
     *
     * @param next the result of {@link ShardTimer#next}
     */
    boolean mayWait(long now, long next) {
        return heartbeat == 0 || next != ShardTimer.NEVER && next - now <= untilPing();
    }

    /** Starts the time limits of a peer that is not writable any more. */
    void stalled(PeerCursor cursor) {
        long now = timer.nanoTime();
        cursor.writable = false;
        cursor.stalledAt = now;
        cursor.inGrace = grace > 0;
        deadlines.at(now + (cursor.inGrace ? Math.min(grace, stall) : stall));
    }

    private static long later(long a, long b) {
        return a - b < 0 ? b : a;
    }

    private static long earlier(long a, long b) {
        return a - b < 0 ? a : b;
    }

    /** Ends the time limits of a peer that is writable again. */
    void ready(PeerCursor cursor) {
        cursor.writable = true;
        cursor.inGrace = false;
        if (isUnanswered(cursor)) { // the ping may have waited as long as the other frames
            cursor.pingedAt = timer.nanoTime();
            awaitPong(cursor.pingedAt, cursor.pingedAt);
        } else if (heartbeat > 0) {
            deadlines.at(pingDue(cursor)); // no deadline was set while the peer was not writable
        }
    }

    /** {@return whether nothing has come from the peer since it was pinged} */
    private static boolean isUnanswered(PeerCursor cursor) {
        cursor.pinged = cursor.pinged && cursor.lastInbound - cursor.silentSince <= 0;
        return cursor.pinged;
    }

    /** Sets deadlines for the pong, and for the next ping, which may be due earlier if the pong comes at once. */
    private void awaitPong(long pingedAt, long now) {
        long late = pingedAt + pong;
        long next = now + untilPing();
        deadlines.at(late - next < 0 ? late : next);
    }

    /** {@return whether the failure that {@link #expired} has just thrown came from the transport} */
    boolean hasPingFailed() {
        boolean failed = pinging;
        pinging = false;
        return failed;
    }

    /**
     * Checks a peer when a deadline has passed, and pings it if it has been silent.
     *
     * @return why the peer is to be closed, {@link CloseReason#ABNORMAL} if it is dead; null if it may stay
     */
    @Nullable CloseReason expired(PeerCursor cursor, long now) {
        if (cursor.writable) {
            return listen(cursor, now);
        }
        // A peer that is writable again is judged after the shard has noted that in this round.
        return (cursor.signals() & PeerCursor.READY) != 0 ? null : watch(cursor, now);
    }

    private @Nullable CloseReason watch(PeerCursor cursor, long now) {
        long moved = later(cursor.stalledAt, cursor.progressedAt);
        keepGrace(cursor, now);
        if (deadlines.passed(moved + stall, now)) {
            stalls = stalls + 1; // before its departure is told
            return CloseReason.of(CloseReason.TRY_AGAIN_LATER,
                    "too slow: no progress for " + limits.stall().toMillis() + " ms");
        }
        return null;
    }

    /** Ends the grace of a peer when it is over. */
    void keepGrace(PeerCursor cursor, long now) {
        if (!cursor.writable) {
            long moved = later(cursor.stalledAt, cursor.progressedAt);
            long latest = cursor.stalledAt + MOST_GRACES * grace;
            cursor.inGrace = !deadlines.passed(earlier(moved + grace, latest), now, grace / SLACK);
        }
    }

    private @Nullable CloseReason listen(PeerCursor cursor, long now) {
        if (heartbeat == 0) {
            return null;
        }
        if (cursor.held) {
            deadlines.at(now + heartbeat); // the hub itself does not read this peer
            return null;
        }
        if (isUnanswered(cursor)) {
            if (now - cursor.pingedAt >= pong) {
                return CloseReason.of(CloseReason.ABNORMAL, "no pong for " + limits.pong().toMillis() + " ms");
            }
            awaitPong(cursor.pingedAt, now);
        } else if (deadlines.passed(pingDue(cursor), now, heartbeat / SLACK)) {
            awaitPong(now, now); // first: without memory for it, the peer is checked again, and not pinged yet
            cursor.pinged = true;
            cursor.pingedAt = now;
            cursor.silentSince = cursor.lastInbound;
            pinging = true;
            cursor.transport.ping();
            pinging = false;
        }
        return null;
    }
}
