package io.techops.broadcast.engine;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.logging.SafeLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends registrations for a shard, and keeps the connections that were asked to close and have not ended yet. Whatever
 * fails, the rest is done nevertheless: each departure is reported, and each connection is closed or aborted. Owned by
 * a shard.
 */
final class ClosingPeers {

    /** Is told about these peers. Must not block and must not call foreign code. */
    interface Outcome {
        void overflowed(PeerCursor cursor, long missed);

        void failed(PeerCursor cursor, Throwable cause);

        void departed(PeerCursor cursor, CloseReason reason);
    }

    private static final SafeLog LOG = SafeLog.of(ClosingPeers.class);
    private static final CloseReason OVERFLOW =
            CloseReason.of(CloseReason.TRY_AGAIN_LATER, "too slow: fell off the log's tail");
    private static final CloseReason FAILURE = CloseReason.of(CloseReason.ABNORMAL, "the transport failed");

    private final long closeTimeout;
    private final HubTimer timer;
    private final ShardTimer deadlines;
    private final Outcome outcome;
    private final List<PeerCursor> closing = new ArrayList<>();

    ClosingPeers(Duration closeTimeout, HubTimer timer, ShardTimer deadlines, Outcome outcome) {
        this.closeTimeout = closeTimeout.toNanos();
        this.timer = timer;
        this.deadlines = deadlines;
        this.outcome = outcome;
    }

    /** {@return whether every connection that was asked to close has ended} */
    boolean isEmpty() {
        return closing.isEmpty();
    }

    /**
     * Closes a peer that fell off the log's tail. {@return false: the peer does not stay}
     *
     * @param missed how many messages the cursor has counted as lost by that
     */
    boolean overflow(PeerCursor cursor, long missed) {
        if (cursor.depart(OVERFLOW)) {
            try {
                outcome.overflowed(cursor, missed);
            } finally {
                tellAndClose(cursor, OVERFLOW);
            }
        } else {
            cursor.move(cursor.next, 0, -missed, 0, 0); // it has left before, and nobody is told of a loss
        }
        return false;
    }

    /** Closes a peer. {@return false: the peer does not stay} */
    boolean close(PeerCursor cursor, CloseReason reason) {
        if (cursor.depart(reason)) {
            tellAndClose(cursor, reason);
        }
        return false;
    }

    private void tellAndClose(PeerCursor cursor, CloseReason reason) {
        try {
            outcome.departed(cursor, reason);
        } finally {
            startClose(cursor, reason);
        }
    }

    /** Ends a connection at once. {@return false: the peer does not stay} */
    boolean abort(PeerCursor cursor, CloseReason reason) {
        if (cursor.depart(reason)) {
            tellAndAbort(cursor, reason);
        }
        return false;
    }

    private void tellAndAbort(PeerCursor cursor, CloseReason reason) {
        try {
            outcome.departed(cursor, reason);
        } finally {
            abort(cursor);
        }
    }

    /** Ends a connection whose transport threw. {@return false: the peer does not stay} */
    boolean fail(PeerCursor cursor, Throwable thrown) {
        if (cursor.depart(FAILURE)) {
            try {
                outcome.failed(cursor, thrown);
            } finally {
                tellAndAbort(cursor, FAILURE);
            }
        }
        return false;
    }

    /** Forgets the connections that have ended, or aborts all of them. */
    void sweep(boolean abortAll) {
        for (int i = closing.size() - 1; i >= 0; i--) {
            PeerCursor cursor = closing.get(i);
            if (hasEnded(cursor) || abortAll && abort(cursor)) {
                letGo(i);
            }
        }
    }

    /** Aborts the connections that take too long to close. */
    void keepTime(long now) {
        for (int i = closing.size() - 1; i >= 0; i--) {
            PeerCursor cursor = closing.get(i);
            if (hasEnded(cursor) || deadlines.passed(cursor.closeBy, now) && abort(cursor)) {
                letGo(i);
            }
        }
    }

    private static boolean hasEnded(PeerCursor cursor) {
        return (cursor.signals() & PeerCursor.GONE) != 0;
    }

    /** Forgets one connection. Needs no memory, so that none is aborted twice. */
    private void letGo(int index) {
        PeerCursor last = closing.remove(closing.size() - 1);
        if (index < closing.size()) {
            closing.set(index, last);
        }
    }

    private void startClose(PeerCursor cursor, CloseReason reason) {
        cursor.closeBy = timer.nanoTime() + closeTimeout;
        try {
            closing.add(cursor);
            deadlines.at(cursor.closeBy);
            cursor.transport.close(reason);
        } catch (Throwable thrown) {
            closing.remove(cursor);
            abort(cursor);
            note(true, cursor, thrown);
        }
        ForeignCode.returned();
    }

    private static boolean abort(PeerCursor cursor) {
        try {
            cursor.transport.abort();
        } catch (Throwable thrown) {
            note(false, cursor, thrown);
        }
        ForeignCode.returned();
        return true;
    }

    private static void note(boolean atClose, PeerCursor cursor, Throwable thrown) {
        try {
            LOG.debug(atClose ? "Closing {} failed" : "Aborting {} failed", cursor.peer, thrown);
        } catch (Throwable noMemory) {
            // Then the departure is not reported.
        }
    }
}
