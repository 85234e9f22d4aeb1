package io.techops.broadcast.engine;

import io.techops.broadcast.GapReason;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.spi.StreamEvent;
import java.util.OptionalLong;

/*
 * A step that needs memory is made before what it changes is told, so that the next round comes back to it.
 */

/**
 * Where the stream of a peer does not go on as it was: something was lost, or the positions of what comes next belong
 * to another run. The peer is told so, and goes on or ends. Owned by the shard.
 */
final class PeerGaps {

    /** What is told about them. Must not block and not call foreign code. */
    interface Outcome extends ClosingPeers.Outcome {
        /** A peer has passed to positions of another run. */
        void passed(PeerCursor cursor, GapReason reason);
    }

    private final PositionRuns positions;
    private final LossCounter loss;
    private final OverflowPolicy overflow;
    private final ClosingPeers departures;
    private final ShardCounters counters;
    private final Outcome outcome;
    /** The run of positions at the head. */
    private PositionRun newest;
    /** Whether the positions of the log were broken off ever. */
    private boolean broken;

    PeerGaps(MessageLog log, OverflowPolicy overflow, ClosingPeers departures, ShardCounters counters,
            Outcome outcome) {
        this.positions = log.positions();
        this.loss = log.losses();
        this.newest = positions.newest();
        this.overflow = overflow;
        this.departures = departures;
        this.counters = counters;
        this.outcome = outcome;
    }

    /**
     * Begins a round.
     *
     * @param run the run of positions at the head
     * @return whether the positions of the log were broken off ever: not before no peer has to be looked at for it
     */
    boolean begin(PositionRun run) {
        broken |= run != newest;
        newest = run;
        return broken;
    }

    /** Has a peer told if what comes next has a position that does not follow the last. */
    void passBreak(PeerCursor cursor) {
        PositionRun known = cursor.run;
        if (known == newest) {
            return;
        }
        long place = cursor.place();
        PositionRun run = positions.at(place);
        if (run == known || place < run.start()) {
            return;
        }
        boolean sameEpoch = run.hasEpochOf(known.before());
        long missed = sameEpoch ? run.offset() - known.offset() : 0;
        if (!sameEpoch || missed > 0) {
            // If there is no memory for these, the next round comes back to it.
            GapReason reason = sameEpoch ? GapReason.EVICTED : GapReason.EPOCH;
            StreamEvent.Gap gap = !cursor.knowsPositions ? null : new StreamEvent.Gap(run.before(place), reason,
                    sameEpoch ? OptionalLong.of(missed) : OptionalLong.empty());
            Prelude prelude = gap == null ? null : cursor.beginPrelude();
            outcome.passed(cursor, reason);
            if (prelude != null) {
                prelude.addGap(gap);
            }
        }
        cursor.run = run;
    }

    /** Does what the overflow policy says, if the peer has lost anything. {@return whether the peer stays} */
    boolean goesOn(PeerCursor cursor) {
        loss.skip(cursor);
        counters.lapsed(loss.expired());
        cursor.untold += loss.count();
        long lost = cursor.untold;
        if (lost == 0) {
            passSkipped(cursor);
            return true;
        }
        if (!overflow.skips()) {
            return departures.overflow(cursor, lost);
        }
        // If there is no memory for these, the next round comes back to it.
        StreamEvent.Gap gap = cursor.knowsPositions ? gap(lost) : null;
        Prelude prelude = gap == null ? null : cursor.beginPrelude();
        outcome.overflowed(cursor, lost);
        if (prelude != null) {
            prelude.addGap(gap);
        }
        cursor.untold = 0;
        passSkipped(cursor);
        return true;
    }

    private void passSkipped(PeerCursor cursor) {
        if (broken) {
            passBreak(cursor);
        }
    }

    private StreamEvent.Gap gap(long lost) {
        boolean exact = loss.isExact() && loss.count() == lost;
        return new StreamEvent.Gap(positions.before(loss.next()), GapReason.OVERFLOW,
                exact ? OptionalLong.of(lost) : OptionalLong.empty());
    }
}
