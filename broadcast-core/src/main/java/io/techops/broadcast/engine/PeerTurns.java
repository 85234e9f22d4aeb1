package io.techops.broadcast.engine;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Replay;
import io.techops.broadcast.spi.StreamEvent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/*
 * A turn gives a peer at most one batch: of what comes before the log (Prelude) if there is any left, else of the log,
 * from its cursor towards the head. Before that it does what was signalled, and goes on or ends where something was
 * lost (PeerGaps); after that it closes a peer that is to be closed and was owed nothing more.
 *
 * What a transport throws ends its peer. What else is thrown (there is no memory) is for the round. A step that needs
 * memory is made before what it changes is told, so that the next round comes back to it.
 */

/** The turns of the peers of a shard in its rounds. Owned by the shard. */
final class PeerTurns {

    /** What is told about them. Must not block and not call foreign code. */
    interface Outcome extends PeerGaps.Outcome {
        /** It is decided where a peer begins that named a position beyond the head. Never throws. */
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

    /** Of the round: up to where to read, what is kept, and how the hub ends. */
    private long head;
    private long tail;
    private @Nullable DrainPacer closeAll;
    private boolean aborting;
    /** Whether the positions of the log were broken off ever: not before no peer has to be looked at for it. */
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
     * @param closing the pace at which to close every peer that has got everything; null if not to
     * @param abort whether to abort all that are left
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
        if (cursor.writable && cursor.prelude != null && !begin(cursor, cursor.prelude)) {
            return false;
        }
        if (cursor.writable && cursor.isBehind(head) && !step(cursor)) {
            return false;
        }
        if (broken && cursor.writable) {
            gaps.passBreak(cursor); // nothing else may come behind it, so that no other turn would
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
        boolean ends = (signals & ENDS) == ENDS; // the reason may be that of another thread, which has yet to signal it
        if (ends && !cursor.ending) {
            cursor.ending = true;
            cursor.closeBy = timer.nanoTime() + closeTimeout;
            deadlines.at(cursor.closeBy);
        }
    }

    /** {@return whether it was the transport alone that said that it is writable, which it has always been} */
    private static boolean isHeldBack(PeerCursor cursor) {
        Prelude prelude = cursor.prelude;
        if (prelude == null || !prelude.isHeldBack()) {
            return false;
        }
        cursor.clear(PeerCursor.READY); // first: what ends the waiting after this signals it again
        return prelude.isHeldBack();
    }

    private void decide(PeerCursor cursor, Prelude prelude, Replay replay) {
        ReplayStart start = rounds.decide(cursor, prelude, replay);
        if (prelude.awaitsSnapshot) {
            stalled(cursor);
        }
        outcome.begins(cursor, start, prelude);
    }

    /** Writes what comes next before the log. {@return whether the peer stays} */
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
            if (batch.size() > 0) {
                write(cursor, batch);
            }
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

    /** Writes a batch whose messages have nothing to do with the cursor's place. */
    private void write(PeerCursor cursor, LogBatch batch) {
        boolean writable = take(cursor, batch);
        cursor.move(cursor.next, batch.size(), 0, 0, 0);
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
