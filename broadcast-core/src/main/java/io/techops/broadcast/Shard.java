package io.techops.broadcast;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/*
 * A shard is a serial task: woken by whoever has something for it, it makes rounds over its peers until nothing is left
 * to do. A round offers each writable peer one batch, from its cursor towards the head that the round began with. While
 * a round writes, the log fills; the next round takes all of that at once ("smart batching"). A peer that is far behind
 * gets one batch a round like everybody else, and so cannot make the others wait for more than one write.
 *
 * state: IDLE -wake-> QUEUED -executor-> RUNNING -done-> IDLE; RUNNING -wake-> AGAIN -> one more round. A signal is set
 * before wake() is called and read after the round began, so none is lost.
 *
 * Everything below without a word about threads belongs to the task.
 */

/** The fan-out of the peers of one shard. */
final class Shard extends RetriedTask {

    /** What a shard tells the hub. Called by the shard's task; must not block and not call foreign code. */
    interface Outcome extends Departures.Outcome {
        void admitted(List<Log.Admitted> admitted);

        void drained();
    }

    /** What a shard has done so far. */
    record Figures(long deliveries, long batches, long stalls) {
        static final Figures NONE = new Figures(0, 0, 0);

        Figures plus(Figures more) {
            return new Figures(deliveries + more.deliveries, batches + more.batches, stalls + more.stalls);
        }
    }

    private static final SafeLog LOG = SafeLog.of(Shard.class);
    /** After so many rounds in a row other tasks of the executor get their turn. */
    private static final int ROUNDS_IN_A_ROW = 64;
    /** How many peers are looked at ahead of their turns: about as many misses as a processor has under way. */
    private static final int AHEAD = 16;
    private static final CloseReason GOING_AWAY = CloseReason.of(CloseReason.GOING_AWAY, "the server is going away");

    private static final int IDLE = 0;
    private static final int QUEUED = 1;
    private static final int RUNNING = 2;
    private static final int AGAIN = 3;

    private final int index;
    private final Log log;
    private final OverflowPolicy overflow;
    private final HubTimer timer;
    private final Outcome outcome;
    private final AtomicInteger state = new AtomicInteger(IDLE);
    private final Bursts troubles;

    private final List<PeerCursor> peers = new ArrayList<>();
    private final SharedBatches batches;
    private final Deadlines deadlines;
    private final Patience patience;
    private final Departures departures;
    private final long closeTimeout;
    private final Flight.Pass pass = new Flight.Pass();
    /** Nobody asks: it keeps the looking from being optimised away. */
    private int lastSeen;
    private long delivered;
    private long written;

    /** Written by any thread. */
    private volatile @Nullable DrainPace draining;
    private volatile boolean aborting;

    /** Written by the task: who runs it now, that there is nothing left to do for it, and once a round its figures. */
    private volatile @Nullable Thread runner;
    private volatile boolean over;
    private volatile Figures figures = Figures.NONE;
    /** And when the next round is at the latest; not while a round runs, which may have passed those who join. */
    private volatile long nextRound = Deadlines.NEVER;

    Shard(String hub, int index, Log log, OverflowPolicy overflow, Patience.Limits limits, Executor executor,
            HubTimer timer, Outcome outcome) {
        super(executor, timer);
        this.index = index;
        this.pass.hub = hub;
        this.pass.shard = index;
        this.log = log;
        this.overflow = overflow;
        this.timer = timer;
        this.outcome = outcome;
        this.troubles = new Bursts(timer);
        this.batches = new SharedBatches(log);
        this.deadlines = new Deadlines(timer, this::wake);
        this.patience = new Patience(limits, timer, deadlines);
        this.closeTimeout = limits.close().toNanos();
        this.departures = new Departures(limits.close(), timer, deadlines, outcome);
    }

    Figures figures() {
        return figures;
    }

    /** {@return whether the shard is running on this thread, so that nobody on it may wait for the shard} */
    boolean onThisThread() {
        return runner == Thread.currentThread();
    }

    /** Wakes the shard if it has any peers: something was appended. */
    void offer() {
        if (!log.isVacant(index)) {
            wake();
        }
    }

    /** Makes sure that a round begins in time for the first ping of a peer that joined {@code now}. From any thread. */
    void joined(long now) {
        if (!patience.mayWait(now, nextRound)) {
            wake();
        }
    }

    /** Makes sure that a round begins after this call. Safe from any thread. */
    void wake() {
        while (!over) {
            int current = state.get();
            if (current == QUEUED || current == AGAIN) {
                return;
            }
            if (state.compareAndSet(current, current == IDLE ? QUEUED : AGAIN)) {
                if (current == IDLE) {
                    submit();
                }
                return;
            }
        }
    }

    /**
     * Lets the shard close every peer that has got everything, at a pace that it shares with the other shards. The log
     * must be sealed. Safe from any thread.
     */
    void drain(DrainPace pace) {
        draining = pace;
        wake();
    }

    /** Ends what {@link #drain} began: aborts every connection that is left. Safe from any thread. */
    void abort() {
        aborting = true;
        wake();
    }

    @Override
    void work() {
        for (int rounds = 1; rounds <= ROUNDS_IN_A_ROW; rounds++) {
            state.set(RUNNING);
            runner = Thread.currentThread();
            boolean more = safeRound();
            runner = null; // while no other thread can run the task
            if (!more && state.compareAndSet(RUNNING, IDLE)) {
                return;
            }
        }
        state.set(QUEUED);
        submit();
    }

    @Override
    void refused() {
        state.set(IDLE);
    }

    @Override
    void retry() {
        wake();
    }

    private boolean safeRound() {
        try {
            return round();
        } catch (Throwable thrown) { // no memory, or a timer or a logger that throws: the shard must live on
            LOG.warn(troubles, "A round of the fan-out failed", thrown);
            return false;
        }
    }

    /** {@return whether a writable peer is still behind, so that another round is due at once} */
    private boolean round() {
        // Both before the log is looked at: it was sealed before, so that nobody joins any more, and only what is
        // parked can still move the head.
        DrainPace pace = draining;
        boolean ending = pace != null;
        DrainPace closeAll = ending && !log.hasParked() ? pace : null;
        int known = peers.size();
        long deliveredBefore = delivered;
        long writtenBefore = written;
        pass.begin();
        nextRound = Deadlines.NEVER;
        long head = log.begin(index, peers);
        for (int i = known; i < peers.size(); i++) {
            patience.joined(peers.get(i));
        }
        if (deadlines.due()) {
            keepTime();
        }
        long tail = log.tail();
        long offered = head;
        long graced = head;
        for (int i = peers.size() - 1; i >= 0; i--) {
            if ((i + 1) % AHEAD == 0) {
                lookAhead(i);
            }
            PeerCursor cursor = peers.get(i);
            if (!serve(cursor, head, tail, closeAll)) {
                remove(i);
            } else if (cursor.writable) {
                offered = Math.min(offered, cursor.next);
            } else if (cursor.inGrace && !ending) { // at the end nobody is held back any more
                graced = Math.min(graced, cursor.next);
            }
        }
        batches.release();
        record(deliveredBefore, writtenBefore);
        departures.sweep(aborting);
        publishFigures();
        List<Log.Admitted> admitted = log.end(index, peers.isEmpty(), offered, Math.min(offered, graced));
        if (!admitted.isEmpty()) {
            outcome.admitted(admitted);
        }
        if (ending && !over && peers.isEmpty() && departures.isEmpty()) {
            over = true;
            deadlines.cancel();
            outcome.drained();
        }
        nextRound = deadlines.next();
        return offered < head;
    }

    /**
     * Looks at what the turns of the next peers begin with, only to have it near: memory brings all of it at once, where
     * each turn would wait for its own. It is many times slower than the turn's work, and with thousands of peers, each
     * with a socket in the kernel, nothing of the last round is left in the caches.
     */
    private void lookAhead(int last) {
        int seen = 0;
        for (int i = last; i > last - AHEAD; i--) {
            PeerCursor cursor = peers.get(i);
            Object type = cursor.transport.getClass(); // stands at the beginning of the object
            seen += cursor.signals() + (type == Shard.class ? 1 : 0);
        }
        lastSeen = seen;
    }

    private void record(long deliveredBefore, long writtenBefore) {
        pass.end();
        if (written > writtenBefore && pass.shouldCommit()) {
            pass.peers = peers.size();
            pass.batches = written - writtenBefore;
            pass.messages = delivered - deliveredBefore;
            pass.commit();
        }
    }

    private void keepTime() {
        long now = timer.nanoTime();
        departures.keepTime(now);
        for (int i = peers.size() - 1; i >= 0; i--) {
            PeerCursor cursor = peers.get(i);
            if (!cursor.departed() && !inTime(cursor, now)) {
                remove(i);
            }
        }
    }

    /** {@return whether the peer stays} */
    private boolean inTime(PeerCursor cursor, long now) {
        try {
            if (cursor.ending) {
                return !deadlines.passed(cursor.closeBy, now) || departures.close(cursor, cursor.closeReason);
            }
            CloseReason reason = patience.exhausted(cursor, now);
            if (reason == null) {
                return true;
            }
            return reason.code() == CloseReason.ABNORMAL
                    ? departures.abort(cursor, reason)
                    : departures.close(cursor, reason);
        } catch (Throwable thrown) {
            return departures.fail(cursor, thrown);
        }
    }

    private void publishFigures() {
        Figures last = figures;
        if (last.batches() != written || last.stalls() != patience.stalls()) {
            figures = new Figures(delivered, written, patience.stalls());
        }
    }

    private void remove(int i) {
        PeerCursor last = peers.remove(peers.size() - 1);
        if (i < peers.size()) {
            peers.set(i, last);
        }
    }

    /** {@return whether the peer stays} */
    private boolean serve(PeerCursor cursor, long head, long tail, @Nullable DrainPace closeAll) {
        if (cursor.departed()) {
            return false;
        }
        try {
            int signals = cursor.signals();
            if (signals != 0) {
                heed(cursor, signals);
            }
            if (!cursor.writable) {
                return aborting
                        ? departures.abort(cursor, GOING_AWAY)
                        : cursor.next >= tail || overflow.skips() || fellOff(cursor);
            }
            if (cursor.next < head && !step(cursor, head)) {
                return false;
            }
            CloseReason asked = (signals & PeerCursor.CLOSE) != 0 ? cursor.closeReason : null;
            if (asked != null && cursor.next >= cursor.closeAt && cursor.writable) {
                return departures.close(cursor, asked);
            }
            if (aborting) {
                return departures.abort(cursor, GOING_AWAY);
            }
            if (closeAll != null && cursor.next >= head && cursor.writable && hasItsTurn(closeAll)) {
                return departures.close(cursor, GOING_AWAY);
            }
            return true;
        } catch (Throwable thrown) {
            return departures.fail(cursor, thrown);
        }
    }

    private boolean hasItsTurn(DrainPace pace) {
        long now = timer.nanoTime();
        long wait = pace.takeTurn(now);
        if (wait > 0) {
            deadlines.at(now + wait);
        }
        return wait == 0;
    }

    private void heed(PeerCursor cursor, int signals) {
        if ((signals & PeerCursor.READY) != 0) {
            cursor.clear(PeerCursor.READY);
            patience.ready(cursor);
        }
        if ((signals & PeerCursor.RESUME) != 0) {
            cursor.clear(PeerCursor.RESUME);
            cursor.transport.resume();
        }
        if ((signals & PeerCursor.ENDING) != 0 && !cursor.ending) {
            cursor.ending = true;
            cursor.closeBy = timer.nanoTime() + closeTimeout;
            deadlines.at(cursor.closeBy);
        }
    }

    /** Writes one batch. {@return whether the peer stays} */
    private boolean step(PeerCursor cursor, long head) {
        boolean shared = cursor.lastRouted < cursor.next;
        Batch batch = shared ? batches.get(cursor.next, head) : log.read(cursor.next, head, cursor);
        if (batch == null) {
            return fellOff(cursor);
        }
        boolean writable = batch.size() == 0 || write(cursor, batch, shared);
        cursor.pass(batch);
        if (!writable) {
            patience.stalled(cursor);
        }
        return true;
    }

    private boolean write(PeerCursor cursor, Batch batch, boolean shared) {
        cursor.clear(PeerCursor.READY);
        try {
            boolean writable = cursor.transport.write(batch);
            delivered += batch.size();
            written++;
            return writable;
        } finally {
            if (!shared) {
                batch.release();
            }
        }
    }

    /** Does what the overflow policy says. {@return whether the peer stays} */
    private boolean fellOff(PeerCursor cursor) {
        if (overflow.skips()) {
            outcome.overflowed(cursor, log.skip(cursor));
            return true;
        }
        return departures.overflow(cursor, log.missed(cursor));
    }
}
