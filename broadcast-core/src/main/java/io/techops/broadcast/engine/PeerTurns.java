package io.techops.broadcast.engine;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Replay;
import io.techops.broadcast.spi.StreamEvent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/*
 * A turn gives a peer at most one batch of what comes before the log (Prelude), and, once nothing of that is left, one
 * of the log, from its cursor towards the head. Before that the turn handles the peer's signals, and its gaps
 * (PeerGaps); after that it closes a peer that is to be closed and has no message to come.
 *
 * A failure of a transport ends its peer. Any other failure (there is no memory) ends the round. A step that needs
 * memory is made before its effect is reported, so that the next round repeats a step that failed.
 */

/** The turns of the peers of a shard in its rounds. Owned by the shard. */
final class PeerTurns {

    /** Is told about the turns. Must not block and must not call foreign code. */
    interface Outcome extends PeerGaps.Outcome {
        /** It is now decided where a peer starts that named a position beyond the head. Never throws. */
        void begins(PeerCursor cursor, ReplayStart start, Prelude prelude);
    }

    private static final CloseReason GOING_AWAY = CloseReason.of(CloseReason.GOING_AWAY, "the server is going away");
    private static final CloseReason NO_SNAPSHOT =
            CloseReason.of(CloseReason.INTERNAL_ERROR, "there is no snapshot to begin with");

    private static final int ENDS = PeerCursor.ENDING | PeerCursor.CLOSE;

    private final LogRounds rounds;
    private final PeerGaps gaps;
    private final boolean skips;
    private final long closeTimeout;
    private final HubTimer timer;
    private final BatchCache batches;
    private final ShardTimer deadlines;
    private final PeerTimeouts timeouts;
    private final ClosingPeers departures;
    private final ShardCounters counters;
    private final Outcome outcome;

    /** The state of the round: up to where to read, what is kept, and how the hub ends. */
    private long head;
    private long tail;
    private @Nullable DrainPacer closeAll;
    private boolean aborting;
    /** Whether the positions of the log have ever been broken off: if not, no peer has to be checked for it. */
    private boolean broken;

    private boolean inTransport;

    PeerTurns(MessageLog log, OverflowPolicy overflow, Duration closeTimeout, HubTimer timer, BatchCache batches,
            ShardTimer deadlines, PeerTimeouts timeouts, ClosingPeers departures, ShardCounters counters,
            Outcome outcome) {
        this.rounds = log.rounds();
        this.gaps = new PeerGaps(log, overflow, departures, counters, outcome);
        this.skips = overflow.skips();
        this.closeTimeout = closeTimeout.toNanos();
        this.timer = timer;
        this.batches = batches;
        this.deadlines = deadlines;
        this.timeouts = timeouts;
        this.departures = departures;
        this.counters = counters;
        this.outcome = outcome;
    }

    /**
     * Begins a round.
     *
     * @param run the run of positions at the head
     * @param closing the pace at which to close every peer that has got everything; null if the hub does not end
     * @param abort whether to abort all peers that are left
     */
    void begin(long to, long from, PositionRun run, @Nullable DrainPacer closing, boolean abort) {
        head = to;
        tail = from;
        broken = gaps.begin(run);
        closeAll = closing;
        aborting = abort;
    }

    /** Gives a peer its turn. {@return whether it stays} */
    boolean stays(PeerCursor cursor) {
        if (cursor.departed()) {
            return false;
        }
        try {
            return give(cursor);
        } catch (Throwable thrown) {
            if (inTransport) {
                inTransport = false;
                return departures.fail(cursor, thrown);
            }
            throw thrown;
        }
    }

    private boolean give(PeerCursor cursor) {
        int signals = cursor.signals();
        if (signals != 0) {
            handle(cursor, signals);
        }
        Replay ahead = cursor.prelude == null ? null : cursor.prelude.ahead;
        if (ahead != null && cursor.writable) {
            decide(cursor, cursor.prelude, ahead);
            ahead = null;
        }
        boolean fell = ahead == null && (cursor.next < tail || cursor.lostAddressed > 0
                || cursor.lapsedAddressed > 0 || cursor.untold > 0);
        if (fell && (cursor.writable || !skips) && !gaps.goesOn(cursor)) {
            return false;
        }
        if (broken && cursor.writable) {
            gaps.passBreak(cursor);
        }
        if (cursor.writable && cursor.prelude != null) {
            if (!begin(cursor, cursor.prelude)) {
                return false;
            }
            if (broken && cursor.writable) {
                gaps.passBreak(cursor); // what was kept of keys may have been of a run before
            }
        }
        if (cursor.writable && cursor.isBehind(head) && !step(cursor)) {
            return false;
        }
        if (broken && cursor.writable) {
            gaps.passBreak(cursor); // there may be nothing to read behind the break, and so no other turn
        }
        if (cursor.writable && (signals & PeerCursor.CLOSE) != 0 && cursor.isDueToClose()) {
            return departures.close(cursor, cursor.closeReason);
        }
        if (aborting) {
            return departures.abort(cursor, GOING_AWAY);
        }
        if (closeAll != null && cursor.writable && !cursor.isBehind(head) && hasItsTurn(closeAll)) {
            return departures.close(cursor, GOING_AWAY);
        }
        return true;
    }

    private boolean hasItsTurn(DrainPacer pace) {
        long now = timer.nanoTime();
        long wait = pace.takeTurn(now);
        if (wait > 0) {
            deadlines.at(now + wait);
        }
        return wait == 0;
    }

    private void handle(PeerCursor cursor, int signals) {
        if ((signals & PeerCursor.READY) != 0 && !isHeldBack(cursor)) {
            cursor.setWritable(true);
            timeouts.ready(cursor);
        }
        if ((signals & PeerCursor.RESUME) != 0) {
            cursor.clear(PeerCursor.RESUME);
            inTransport = true;
            cursor.transport.resume();
            inTransport = false;
            ForeignCode.returned();
        }
        boolean ends = (signals & ENDS) == ENDS; // the reason may be another thread's, which has not signalled yet
        if (ends && !cursor.ending) {
            cursor.ending = true;
            cursor.closeBy = timer.nanoTime() + closeTimeout;
            deadlines.at(cursor.closeBy);
        }
    }

    /** {@return whether the peer is held back by its prelude, and only the transport signalled that it is writable} */
    private static boolean isHeldBack(PeerCursor cursor) {
        Prelude prelude = cursor.prelude;
        if (prelude == null || !prelude.isHeldBack()) {
            return false;
        }
        cursor.clear(PeerCursor.READY); // first: what ends the wait after this sets the signal again
        return prelude.isHeldBack();
    }

    private void decide(PeerCursor cursor, Prelude prelude, Replay replay) {
        ReplayStart start = rounds.decide(cursor, prelude, replay);
        if (prelude.awaitsSnapshot) {
            stalled(cursor);
        }
        outcome.begins(cursor, start, prelude);
    }

    /** Writes the next part of what comes before the log. {@return whether the peer stays} */
    private boolean begin(PeerCursor cursor, Prelude prelude) {
        if (prelude.snapshotFailed) {
            return departures.close(cursor, NO_SNAPSHOT);
        }
        if (prelude.open != null) {
            StreamEvent open = prelude.open;
            prelude.open = null;
            tell(cursor, open);
        }
        if (cursor.writable && prelude.gap != null) {
            StreamEvent gap = prelude.gap;
            prelude.gap = null;
            tell(cursor, gap);
        }
        if (cursor.writable && prelude.hasSnapshotLeft()) {
            LogBatch batch = batches.alone(prelude.nextOfSnapshot());
            prelude.snapshotDone += batch.size();
            write(cursor, batch);
        } else if (cursor.writable && prelude.hasKeysLeft()) {
            LogBatch batch = batches.keys(cursor, prelude);
            if (batch == null) {
                return gaps.goesOn(cursor);
            }
            prelude.keysFrom = batch.to;
            write(cursor, batch);
        }
        if (prelude.isOver(cursor.next)) {
            cursor.prelude = null;
        }
        return true;
    }

    private void tell(PeerCursor cursor, StreamEvent event) {
        cursor.clear(PeerCursor.READY);
        inTransport = true;
        boolean writable = cursor.transport.tell(event);
        inTransport = false;
        ForeignCode.returned();
        if (!writable) {
            stalled(cursor);
        }
    }

    private void stalled(PeerCursor cursor) {
        cursor.setWritable(false);
        timeouts.stalled(cursor);
    }

    /** Writes a batch, perhaps without a message, that does not move the cursor. */
    private void write(PeerCursor cursor, LogBatch batch) {
        boolean writable = batch.size() == 0 || take(cursor, batch);
        cursor.move(cursor.next, batch.size(), 0, 0, batch.left.addressed());
        counters.passed(batch.left);
        if (!writable) {
            stalled(cursor);
        }
    }

    private boolean take(PeerCursor cursor, LogBatch batch) {
        cursor.clear(PeerCursor.READY);
        inTransport = true;
        boolean writable = cursor.transport.write(batch);
        inTransport = false;
        ForeignCode.returned();
        counters.took(batch);
        return writable;
    }

    /** Writes one batch. {@return whether the peer stays} */
    private boolean step(PeerCursor cursor) {
        Prelude prelude = cursor.prelude;
        if (prelude != null && !prelude.isBeforeLog()) {
            return true;
        }
        LogBatch batch = batches.get(cursor, head);
        if (batch == null) {
            return gaps.goesOn(cursor);
        }
        boolean writable = batch.size() == 0 || take(cursor, batch);
        cursor.pass(batch);
        counters.passed(batch.left);
        if (prelude != null && prelude.isOver(cursor.next)) {
            cursor.prelude = null;
        }
        if (!writable) {
            stalled(cursor);
        }
        return true;
    }
}
