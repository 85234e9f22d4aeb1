package io.techops.broadcast.engine;

import io.techops.broadcast.HubTimer;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Retention;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/*
 * A shard makes rounds over its peers, as a serial task that is woken when there is something for it. A round offers
 * each writable peer one batch, from its cursor towards the head that the round began with. While a round writes, the
 * log fills; the next round takes all of that at once ("smart batching").
 *
 * Peers that lag, because they begin in the past or were not writable, wait in a queue ("behind"). A round serves those
 * that keep up first, and then from the queue, one batch a peer, until it has written LAGGING_BYTES: so they delay the
 * others by no more than that, however many they are, and each of them gets its turn.
 *
 * A whole round looks at every peer. A partial round serves only the peers that the shard was called for (they are
 * writable again, were sent something, are to be closed, …) and those that are behind; so its cost depends only on
 * them. A round is partial if the last one succeeded, the head is where that one found it, no deadline is due, no
 * thread waits for room, no drain is under way, and no whole round was asked for; offer() asks for one, after every
 * broadcast and for every thread that waits.
 *
 * Invariant between rounds:
 *   every writable peer that is not in "behind" is at "reached", the head of the last round.
 * So the marks are right also after a partial round. "offered" is the lowest place of those behind: all other writable
 * peers are at the head. (A peer that became writable after the round began lowers it under the log's lock, see
 * ShardPositions.) "graced" is kept where it was, if it was lower than the head, and lowered for those that were
 * served: a partial round does not know whose grace it was. So it may be too low, never too high; a peer's message that
 * finds no room because of that is parked, and asks for a whole round.
 *
 * A failure of foreign code ends its peer. Any other failure (there is no memory) ends the round before the marks have
 * moved; the task runs again, with a whole round, because "settled" is false until a round ends. What a round has begun
 * and not finished is in fields, and the next round finishes it.
 *
 * Every member below that does not name its threads belongs to the task.
 */

/** The fan-out of the peers of one shard. */
final class Shard {

    /** Is told what a shard does. Called by the shard's task; must not block and must not call foreign code. */
    interface Outcome extends PeerTurns.Outcome {
        /** The shard forgets a peer that has departed. Called again, later, if it throws. */
        void leaves(PeerCursor cursor);

        void admitted(List<ParkedMessages.Admitted> admitted);

        /** The drain has reached its deadline: all connections are aborted. */
        void aborts();

        void drained();
    }

    /**
     * How many bytes a round writes to peers that lag, plus at most one batch: as {@link Retention} charges them, with
     * an addition for each call of a transport.
     */
    static final long LAGGING_BYTES = 1 << 20;
    private static final long TURN_BYTES = 4 << 10;
    /** How many departed peers a shard may keep until its next round. */
    static final int DEPARTED = 16;

    /**
     * How many peers are read ahead of their turns: about as many as the cache misses that a processor handles at the
     * same time.
     */
    private static final int AHEAD = 16;

    private final int index;
    private final LogRounds log;
    private final HubTimer timer;
    private final Outcome outcome;
    private final SerialTask task;

    private final List<PeerCursor> peers = new ArrayList<>();
    private final BatchCache batches;
    private final ShardCounters counters;
    private final PeerTurns turns;
    private final ShardTimer deadlines;
    private final PeerTimeouts timeouts;
    private final PeerDeadlines peerDeadlines;
    private final ClosingPeers departures;
    private final LogRounds.RoundStart turn = new LogRounds.RoundStart();

    /** The peers that are writable and have not been given everything; each has {@link PeerCursor#behind} set. */
    private final LaggingPeers behind = new LaggingPeers();
    private final CalledPeers called = new CalledPeers();
    private boolean settled;
    private boolean isTimeDue;
    private long reached;
    private long graced;

    /** Never read: keeps the compiler from removing {@link #lookAhead}. */
    private int lastSeen;
    private boolean aborting;

    /** Whether a whole round was asked for. Set by any thread, cleared by the task when it begins such a round. */
    private final AtomicBoolean wholeAsked = new AtomicBoolean();
    /**
     * The departed peers that were not forgotten yet. Counted by any thread, reset by the task when it begins a round,
     * before it reads for which peers it is called.
     */
    private final AtomicInteger departed = new AtomicInteger();
    /** How the hub ends. Written once, by any thread. */
    private volatile @Nullable Drain draining;

    /**
     * When the next round is due at the latest; unset while a round runs, as that may have passed a peer that joins.
     * Written by the task.
     */
    private volatile long nextRound = ShardTimer.NEVER;

    /**
     * How a hub ends.
     *
     * @param abortAt when all peers that are left are aborted, in the timer's nanoseconds
     */
    record Drain(DrainPacer pace, long abortAt) {
    }

    Shard(String hub, int index, MessageLog log, OverflowPolicy overflow, PeerTimeouts.Limits limits, Executor executor,
            HubTimer timer, Outcome outcome) {
        this.index = index;
        this.log = log.rounds();
        this.timer = timer;
        this.outcome = outcome;
        this.turn.run = log.positions().newest();
        this.task = new SerialTask(executor, timer, this::round);
        this.counters = new ShardCounters(hub, index);
        this.batches = new BatchCache(log.reader());
        this.deadlines = new ShardTimer(timer, this::wake);
        this.timeouts = new PeerTimeouts(limits, timer, deadlines);
        this.departures = new ClosingPeers(limits.close(), timer, deadlines, outcome);
        this.peerDeadlines = new PeerDeadlines(deadlines, timeouts, departures);
        this.turns = new PeerTurns(log, overflow, limits.close(), timer, batches, deadlines, timeouts, departures,
                counters, outcome);
    }

    ShardCounters.Figures figures() {
        return counters.figures(timeouts.stalls());
    }

    // What any thread may call.

    /** Wakes the shard for a whole round if it has any peers: something was appended, or someone waits. */
    void offer() {
        if (!log.isVacant(index)) {
            wakeWhole();
        }
    }

    private void wakeWhole() {
        wholeAsked.set(true);
        wake();
    }

    /** Wakes the shard if it is called for some of its peers. */
    void serveCalled() {
        if (log.hasCalled(index)) {
            wake();
        }
    }

    /** Makes sure that a round begins in time for the first ping of a peer that joined at {@code now}. */
    void joined(long now) {
        if (!timeouts.mayWait(now, nextRound)) {
            wake();
        }
    }

    /**
     * Forgets a peer that has departed with no message to come, and for which the shard is called: in the next round.
     * If nothing else asks for a round before, {@value #DEPARTED} such peers do; a change of threads for each would
     * cost more than the rest of such a peer's end. A shard that has no deadline, for example without a heartbeat,
     * makes a round for each, as there may never be another round.
     */
    void letGo() {
        if (departed.incrementAndGet() >= DEPARTED || draining != null || nextRound == ShardTimer.NEVER) {
            wake();
        }
    }

    /** Makes sure that a round begins after this call. */
    void wake() {
        task.wake();
    }

    boolean hasEnded() {
        return task.hasEnded();
    }

    /**
     * Lets the shard close every peer that has got everything, at a pace that it shares with the other shards, and
     * abort at a deadline what is left. The log must be sealed.
     */
    void drain(Drain drain) {
        draining = drain;
        wakeWhole();
    }

    /** Makes a whole round on this thread, if the executor has not begun with one, or takes no tasks any more. */
    void help() {
        wholeAsked.set(true);
        task.help();
    }

    // The round.

    /** Makes a round. {@return whether a writable peer is still behind, so that another round is due at once} */
    private boolean round() {
        if (task.hasEnded()) {
            return false;
        }
        // All of these are read before the log: with a drain it was sealed earlier, so that no peer joins any more, and
        // only messages that have not settled can still move the head.
        Drain drain = draining;
        DrainPacer closeAll = drain != null && log.isSettled() ? drain.pace() : null;
        boolean whole = wholeAsked.getAndSet(false) || !settled || drain != null;
        settled = false;
        departed.set(0);
        counters.begin();
        nextRound = ShardTimer.NEVER;
        begin();
        isTimeDue |= deadlines.due();
        whole |= isTimeDue || turn.isAwaited || turn.head != reached;
        if (drain != null) {
            keepDeadline(drain);
        }
        if (isTimeDue) {
            keepTime();
            isTimeDue = false;
        }
        try {
            serve(whole, closeAll);
        } finally {
            batches.release();
        }
        counters.publish(peers.size(), batches.encodings());
        departures.sweep(aborting);
        end();
        if (drain != null && !task.hasEnded() && peers.isEmpty() && departures.isEmpty()) {
            task.end();
            deadlines.cancel();
            outcome.drained();
        }
        nextRound = deadlines.next();
        return !behind.isEmpty();
    }

    private void begin() {
        int known = peers.size();
        log.begin(index, peers, turn);
        called.add(turn.called);
        turn.called = null;
        for (int i = known; i < peers.size(); i++) {
            peers.get(i).index = i;
        }
        for (int i = known; i < peers.size(); i++) {
            timeouts.joined(peers.get(i));
            if (!peers.get(i).writable) {
                timeouts.stalled(peers.get(i));
            }
        }
    }

    private void serve(boolean whole, @Nullable DrainPacer closeAll) {
        long head = turn.head;
        long tail = log.tail();
        long before = reached;
        turns.begin(head, tail, turn.run, closeAll, aborting);
        if (whole || graced >= reached) {
            graced = head;
        }
        reached = head;
        if (whole) {
            while (called.poll() != null) {
                // The peer is served anyway.
            }
            for (int i = peers.size() - 1; i >= 0; i--) {
                if ((i + 1) % AHEAD == 0) {
                    lookAhead(i);
                }
                serve(peers.get(i), before);
            }
        } else {
            for (PeerCursor cursor = called.poll(); cursor != null; cursor = called.poll()) {
                serve(cursor, before);
            }
        }
        serveLagging();
    }

    private void serveLagging() {
        boolean unbounded = aborting || behind.size() >= peers.size(); // none of them waits for the others
        long most = counters.charged() + LAGGING_BYTES;
        for (int left = behind.size(); left > 0 && (counters.charged() < most || unbounded); left--) {
            PeerCursor cursor = behind.poll();
            counters.charge(TURN_BYTES);
            serveNow(cursor);
        }
    }

    private void end() {
        long offered = reached;
        for (PeerCursor cursor = behind.first(); cursor != null; cursor = cursor.nextBehind) {
            offered = cursor.index >= 0 ? Math.min(offered, cursor.place()) : offered;
        }
        List<ParkedMessages.Admitted> admitted = log.end(index, peers.isEmpty(), offered, Math.min(offered, graced));
        settled = true;
        if (!admitted.isEmpty()) {
            outcome.admitted(admitted);
        }
    }

    /**
     * Reads what the turns of the next peers need first, only to load it into the caches: memory loads all of it at the
     * same time, where otherwise each turn would wait for its own. Such a wait is many times longer than the turn's
     * work, and with thousands of peers, each with a socket in the kernel, nothing of the last round is left in the
     * caches.
     */
    private void lookAhead(int last) {
        int seen = 0;
        for (int i = last; i > last - AHEAD; i--) {
            PeerCursor cursor = peers.get(i);
            Object type = cursor.transport.getClass(); // is in the header of the object
            seen += cursor.signals() + (type == Shard.class ? 1 : 0);
        }
        lastSeen = seen;
    }

    private void keepDeadline(Drain drain) {
        if (!aborting && deadlines.passed(drain.abortAt(), timer.nanoTime())) {
            aborting = true;
            outcome.aborts();
        }
    }

    private void keepTime() {
        long now = timer.nanoTime();
        departures.keepTime(now);
        for (int i = peers.size() - 1; i >= 0; i--) {
            PeerCursor cursor = peers.get(i);
            if (!cursor.departed() && !peerDeadlines.stays(cursor, now)) {
                remove(cursor);
            }
        }
    }

    private void remove(PeerCursor cursor) {
        if (cursor.index >= 0) {
            outcome.leaves(cursor);
            PeerCursor last = peers.remove(peers.size() - 1);
            if (last != cursor) {
                peers.set(cursor.index, last);
                last.index = cursor.index;
            }
            cursor.index = -1;
        }
    }

    // One peer.

    /** Serves a peer now, or later if it lags: all peers that keep up were offered everything before {@code keptUp}. */
    private void serve(PeerCursor cursor, long keptUp) {
        if (cursor.behind) {
            return; // served in its turn
        }
        if (lags(cursor, keptUp)) {
            behind.add(cursor);
        } else {
            serveNow(cursor);
        }
    }

    private static boolean lags(PeerCursor cursor, long keptUp) {
        boolean writable = cursor.writable || (cursor.signals() & PeerCursor.READY) != 0;
        return writable && (cursor.next < keptUp || cursor.prelude != null) && !cursor.departed();
    }

    private void serveNow(PeerCursor cursor) {
        if (!turns.stays(cursor)) {
            remove(cursor);
        } else if (cursor.writable) {
            if (!cursor.behind && cursor.isBehind(reached)) {
                behind.add(cursor);
            }
        } else if (cursor.inGrace && draining == null) { // during a drain no peer is held back any more
            graced = Math.min(graced, cursor.next);
        }
    }
}
