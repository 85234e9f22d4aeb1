package io.techops.broadcast.engine;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubTimer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a shard waits for a peer: to become writable again, while others are held back or not, and to give a sign of
 * life. Owned by a shard.
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

    /** So many graces a peer has for one batch, however it progresses: so the slowest reader sets no lower pace. */
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

    /** {@return how many peers were not writable for too long; each is counted before it goes} May be read anywhere. */
    long stalls() {
        return stalls;
    }

    /** Says that there is a new peer. */
    void joined(PeerCursor cursor) {
        if (heartbeat > 0) {
            deadlines.at(cursor.lastInbound + untilPing());
        }
    }

    /** {@return when the peer is to be pinged if nothing comes from it until then; heard of later, it is later} */
    private long pingDue(PeerCursor cursor) {
        long early = heartbeat / SLACK + heartbeat / SLACK * 4 * (cursor.id * 619 % 1_009) / 1_009;
        return cursor.lastInbound + heartbeat - early;
    }

    /** {@return after what time at the earliest a peer is to be pinged that was heard of just now} */
    private long untilPing() {
        return heartbeat - heartbeat / 10;
    }

    /**
     * {@return whether a shard need not know of a peer that joins {@code now} before {@code next}, unless there is
     * something to write} Safe from any thread.
     *
     * @param next what {@link ShardTimer#next} said
     */
    boolean mayWait(long now, long next) {
        return heartbeat == 0 || next != ShardTimer.NEVER && next - now <= untilPing();
    }

    /** Says that a peer is not writable any more. */
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

    /** Says that a peer is writable again. */
    void ready(PeerCursor cursor) {
        cursor.writable = true;
        cursor.inGrace = false;
        if (isUnanswered(cursor)) { // the ping may have waited as long as everything else
            cursor.pingedAt = timer.nanoTime();
            awaitPong(cursor.pingedAt, cursor.pingedAt);
        } else if (heartbeat > 0) {
            deadlines.at(pingDue(cursor)); // nothing was said of it while the peer was not writable
        }
    }

    /** {@return whether nothing has come from the peer since it was pinged} */
    private static boolean isUnanswered(PeerCursor cursor) {
        cursor.pinged = cursor.pinged && cursor.lastInbound - cursor.silentSince <= 0;
        return cursor.pinged;
    }

    /** Has the peer looked at when the pong is too late, and when the next ping may be due if it comes at once. */
    private void awaitPong(long pingedAt, long now) {
        long late = pingedAt + pong;
        long next = now + untilPing();
        deadlines.at(late - next < 0 ? late : next);
    }

    /** {@return whether what {@link #expired} has just thrown came from the transport} */
    boolean hasPingFailed() {
        boolean failed = pinging;
        pinging = false;
        return failed;
    }

    /**
     * Looks at a peer when a deadline has passed, and pings it if it has been silent.
     *
     * @return why it has to go, {@link CloseReason#ABNORMAL} if it is dead; null if it need not
     */
    @Nullable CloseReason expired(PeerCursor cursor, long now) {
        if (cursor.writable) {
            return listen(cursor, now);
        }
        // One that is writable again, and of which the shard takes note in this round, is judged after that.
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

    /** Ends the grace of a peer whose time is over. */
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
            deadlines.at(now + heartbeat); // it is the hub that does not read
            return null;
        }
        if (isUnanswered(cursor)) {
            if (now - cursor.pingedAt >= pong) {
                return CloseReason.of(CloseReason.ABNORMAL, "no pong for " + limits.pong().toMillis() + " ms");
            }
            awaitPong(cursor.pingedAt, now);
        } else if (deadlines.passed(pingDue(cursor), now, heartbeat / SLACK)) {
            awaitPong(now, now); // first: if there is no memory for it, the peer is looked at again, and not pinged yet
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
