package io.techops.broadcast.engine;

import io.techops.broadcast.CloseReason;

/** Ends the peers whose deadline has passed, when a shard checks all its deadlines. Owned by the shard. */
final class PeerDeadlines {

    private final ShardTimer deadlines;
    private final PeerTimeouts timeouts;
    private final ClosingPeers departures;

    PeerDeadlines(ShardTimer deadlines, PeerTimeouts timeouts, ClosingPeers departures) {
        this.deadlines = deadlines;
        this.timeouts = timeouts;
        this.departures = departures;
    }

    /** {@return whether a peer stays} A peer that has departed is not to be checked. */
    boolean stays(PeerCursor cursor, long now) {
        try {
            if (cursor.ending) {
                timeouts.keepGrace(cursor, now);
                return !deadlines.passed(cursor.closeBy, now) || departures.close(cursor, cursor.closeReason);
            }
            CloseReason reason = timeouts.expired(cursor, now);
            if (reason == null) {
                return true;
            }
            return reason.code() == CloseReason.ABNORMAL
                    ? departures.abort(cursor, reason)
                    : departures.close(cursor, reason);
        } catch (Throwable thrown) {
            if (timeouts.hasPingFailed()) {
                return departures.fail(cursor, thrown);
            }
            throw thrown;
        }
    }
}
