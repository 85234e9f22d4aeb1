package io.techops.broadcast.engine;

import io.techops.broadcast.GapReason;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.spi.StreamEvent;
import java.util.OptionalLong;

/*
 * A step that needs memory is made before its effect is reported, so that the next round repeats a step that failed.
 */

/**
 * Handles the gaps in a peer's stream: something was lost, or the positions of what comes next belong to another run.
 * The peer is told so, and goes on or is closed. Owned by the shard.
 */
final class PeerGaps {

    /** Is told about gaps. Must not block and must not call foreign code. */
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
     * @return whether the positions of the log have ever been broken off: if not, no peer has to be checked for it
     */
    boolean begin(PositionRun run) {
        newest = run;
        return positions.isBehindBreak(run);
    }

    /** Tells a peer if the position of what comes next does not follow the last one. */
    void passBreak(PeerCursor cursor) {
        PositionRun known = cursor.run;
        if (known == newest) {
            return;
        }
        PositionRun run = positions.at(cursor.place());
        if (run == known) {
            return;
        }
        boolean sameEpoch = run.hasEpochOf(known.before());
        long missed = sameEpoch ? run.offset() - known.offset() : 0;
        if (!sameEpoch || missed > 0) {
            // If there is no memory for these, the next round repeats this step.
            GapReason reason = sameEpoch ? GapReason.EVICTED : GapReason.EPOCH;
            StreamEvent.Gap gap = !cursor.knowsPositions ? null
                    : new StreamEvent.Gap(positions.before(cursor.place()), reason,
                            sameEpoch ? OptionalLong.of(missed) : OptionalLong.empty());
            Prelude prelude = gap == null ? null : cursor.beginPrelude();
            outcome.passed(cursor, reason);
            if (prelude != null) {
                prelude.addGap(gap);
            }
        }
        cursor.run = run;
    }

    /** Applies the overflow policy if the peer has lost anything. {@return whether the peer stays} */
    boolean goesOn(PeerCursor cursor) {
        loss.skip(cursor);
        counters.lapsed(loss.expired());
        cursor.untold += loss.count();
        long lost = cursor.untold;
        if (lost == 0) {
            passBreak(cursor);
            return true;
        }
        if (!overflow.skips()) {
            return departures.overflow(cursor, lost);
        }
        // If there is no memory for these, the next round repeats this step.
        StreamEvent.Gap gap = cursor.knowsPositions ? gap(lost) : null;
        Prelude prelude = gap == null ? null : cursor.beginPrelude();
        outcome.overflowed(cursor, lost);
        if (prelude != null) {
            prelude.addGap(gap);
        }
        cursor.untold = 0;
        passBreak(cursor);
        return true;
    }

    private StreamEvent.Gap gap(long lost) {
        boolean exact = loss.isExact() && loss.count() == lost;
        return new StreamEvent.Gap(positions.before(loss.next()), GapReason.OVERFLOW,
                exact ? OptionalLong.of(lost) : OptionalLong.empty());
    }
}
