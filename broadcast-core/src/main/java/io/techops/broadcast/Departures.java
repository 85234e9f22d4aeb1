package io.techops.broadcast;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How a shard ends registrations, and the connections it has asked to close that have not ended yet. Owned by a shard.
 */
final class Departures {

    /** What is told about them. Must not block and not call foreign code. */
    interface Outcome {
        void overflowed(PeerCursor cursor, long missed);

        void failed(PeerCursor cursor, Throwable cause);

        void departed(PeerCursor cursor, CloseReason reason);
    }

    private static final SafeLog LOG = SafeLog.of(Departures.class);
    private static final CloseReason OVERFLOW =
            CloseReason.of(CloseReason.TRY_AGAIN_LATER, "too slow: fell off the log's tail");
    private static final CloseReason FAILURE = CloseReason.of(CloseReason.ABNORMAL, "the transport failed");

    private final Duration closeTimeout;
    private final HubTimer timer;
    private final Deadlines deadlines;
    private final Outcome outcome;
    private final List<PeerCursor> closing = new ArrayList<>();

    Departures(Duration closeTimeout, HubTimer timer, Deadlines deadlines, Outcome outcome) {
        this.closeTimeout = closeTimeout;
        this.timer = timer;
        this.deadlines = deadlines;
        this.outcome = outcome;
    }

    /** {@return whether every connection that was to close has ended} */
    boolean isEmpty() {
        return closing.isEmpty();
    }

    /** Closes a peer that fell off the log's tail. {@return false: the peer does not stay} */
    boolean overflow(PeerCursor cursor, long missed) {
        if (cursor.depart(OVERFLOW)) {
            cursor.missed = cursor.missed + missed;
            outcome.overflowed(cursor, missed);
            outcome.departed(cursor, OVERFLOW);
            startClose(cursor, OVERFLOW);
        }
        return false;
    }

    /** Closes a peer. {@return false: the peer does not stay} */
    boolean close(PeerCursor cursor, CloseReason reason) {
        if (cursor.depart(reason)) {
            outcome.departed(cursor, reason);
            startClose(cursor, reason);
        }
        return false;
    }

    /** Ends a connection at once. {@return false: the peer does not stay} */
    boolean abort(PeerCursor cursor, CloseReason reason) {
        if (cursor.depart(reason)) {
            outcome.departed(cursor, reason);
            abort(cursor);
        }
        return false;
    }

    /** Ends a connection whose transport threw. {@return false: the peer does not stay} */
    boolean fail(PeerCursor cursor, Throwable thrown) {
        if (cursor.depart(FAILURE)) {
            outcome.failed(cursor, thrown);
            outcome.departed(cursor, FAILURE);
            abort(cursor);
        }
        return false;
    }

    /** Lets go of those that have ended, or ends them all. */
    void sweep(boolean abortAll) {
        if (!closing.isEmpty()) {
            closing.removeIf(cursor -> (cursor.signals() & PeerCursor.GONE) != 0 || abortAll && abort(cursor));
        }
    }

    /** Aborts those that take too long. */
    void keepTime(long now) {
        closing.removeIf(cursor -> (cursor.signals() & PeerCursor.GONE) != 0
                || deadlines.passed(cursor.closeBy, now) && abort(cursor));
    }

    private void startClose(PeerCursor cursor, CloseReason reason) {
        cursor.closeBy = timer.nanoTime() + closeTimeout.toNanos();
        try {
            deadlines.at(cursor.closeBy);
            cursor.transport.close(reason);
            closing.add(cursor);
        } catch (Throwable thrown) {
            LOG.debug("Closing peer {} failed", cursor.id, thrown);
            abort(cursor);
        }
    }

    private static boolean abort(PeerCursor cursor) {
        try {
            cursor.transport.abort();
        } catch (Throwable thrown) {
            LOG.debug("Aborting peer {} failed", cursor.id, thrown);
        }
        return true;
    }
}
