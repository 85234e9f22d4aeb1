package io.techops.broadcast;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
final class Shard implements Runnable {

    /** What a shard tells the hub. Called by the shard's task; must not block and not call foreign code. */
    interface Outcome {
        void overflowed(PeerCursor cursor, long missed);

        void failed(PeerCursor cursor, Throwable cause);

        void departed(PeerCursor cursor, CloseReason reason);

        void admitted(List<Log.Admitted> admitted);

        void drained();
    }

    /** The times after which a shard acts. */
    record Limits(Duration stall, Duration close, Duration grace, Duration heartbeat, Duration pong) {
    }

    private static final Logger LOG = LoggerFactory.getLogger(Shard.class);
    /** After so many rounds in a row other tasks of the executor get their turn. */
    private static final int ROUNDS_IN_A_ROW = 64;
    private static final CloseReason GOING_AWAY = CloseReason.of(CloseReason.GOING_AWAY, "the server is going away");

    private static final int IDLE = 0;
    private static final int QUEUED = 1;
    private static final int RUNNING = 2;
    private static final int AGAIN = 3;

    private final int index;
    private final Log log;
    private final Log.Mark mark;
    private final OverflowPolicy overflow;
    private final Limits limits;
    private final Executor executor;
    private final HubTimer timer;
    private final Outcome outcome;
    private final Deadlines deadlines;
    private final AtomicInteger state = new AtomicInteger(IDLE);

    private final List<PeerCursor> peers = new ArrayList<>();
    private final List<PeerCursor> closing = new ArrayList<>();
    private final SharedBatches batches;
    /** Written by the task: nothing is left to do, for good. */
    private volatile boolean reportedDrained;

    /** Written by any thread. */
    private volatile boolean draining;
    private volatile boolean aborting;

    private long delivered;
    private long written;
    private long stalled;
    /** Written by the task once a round, read by the statistics. */
    private volatile Figures figures = new Figures(0, 0, 0);

    Shard(int index, Log log, OverflowPolicy overflow, Limits limits, Executor executor, HubTimer timer,
            Outcome outcome) {
        this.index = index;
        this.log = log;
        this.mark = log.mark(index);
        this.overflow = overflow;
        this.limits = limits;
        this.executor = executor;
        this.timer = timer;
        this.outcome = outcome;
        this.batches = new SharedBatches(log);
        this.deadlines = new Deadlines(timer, this::wake);
    }

    /** What a shard has done so far. */
    record Figures(long deliveries, long batches, long stalls) {
    }

    Figures figures() {
        return figures;
    }

    /** Wakes the shard if it has any peers: something was appended. */
    void offer() {
        if (!mark.vacant()) {
            wake();
        }
    }

    /** Makes sure that a round begins after this call. Safe from any thread. */
    void wake() {
        while (true) {
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

    /** Lets the shard close every peer that has got everything. Safe from any thread. */
    void drain() {
        draining = true;
        wake();
    }

    /** Ends what {@link #drain} began: aborts every connection that is left. Safe from any thread. */
    void abort() {
        aborting = true;
        wake();
    }

    private void submit() {
        try {
            executor.execute(this);
        } catch (RejectedExecutionException e) {
            state.set(IDLE);
            if (!reportedDrained) { // else somebody reported back to a hub that has ended
                LOG.warn("The hub's executor refused a fan-out task: {}", e.toString());
            }
        }
    }

    @Override
    public void run() {
        for (int rounds = 1;; rounds++) {
            state.set(RUNNING);
            boolean more = round();
            if (!more && state.compareAndSet(RUNNING, IDLE)) {
                return;
            }
            if (rounds >= ROUNDS_IN_A_ROW) {
                state.set(QUEUED);
                submit();
                return;
            }
        }
    }

    /** {@return whether a writable peer is still behind, so that another round is due at once} */
    private boolean round() {
        // Before the head is read: once sealed, only what is parked can still move it.
        boolean closeAll = draining && !log.hasParked();
        int known = peers.size();
        long head = log.begin(index, peers);
        if (peers.size() > known && limits.heartbeat().toNanos() > 0) {
            deadlines.within(limits.heartbeat());
        }
        if (deadlines.due()) {
            keepTime();
        }
        long tail = log.tail();
        long offered = head;
        long graced = head;
        for (int i = peers.size() - 1; i >= 0; i--) {
            PeerCursor cursor = peers.get(i);
            if (!serve(cursor, head, tail, closeAll)) {
                remove(peers, i);
            } else if (cursor.writable) {
                offered = Math.min(offered, cursor.next);
            } else if (cursor.inGrace) {
                graced = Math.min(graced, cursor.next);
            }
        }
        batches.release();
        if (!closing.isEmpty()) {
            closing.removeIf(cursor -> (cursor.signals() & PeerCursor.GONE) != 0 || aborting && abort(cursor));
        }
        publishFigures();
        List<Log.Admitted> admitted = log.end(index, peers.isEmpty(), offered, Math.min(offered, graced));
        if (!admitted.isEmpty()) {
            outcome.admitted(admitted);
        }
        if (draining && peers.isEmpty() && closing.isEmpty() && !reportedDrained) {
            reportedDrained = true;
            deadlines.cancel();
            outcome.drained();
        }
        return offered < head;
    }

    private void publishFigures() {
        Figures last = figures;
        if (last.batches() != written || last.stalls() != stalled) {
            figures = new Figures(delivered, written, stalled);
        }
    }

    private static void remove(List<PeerCursor> list, int i) {
        PeerCursor last = list.remove(list.size() - 1);
        if (i < list.size()) {
            list.set(i, last);
        }
    }

    /** {@return whether the peer stays} */
    private boolean serve(PeerCursor cursor, long head, long tail, boolean closeAll) {
        if (cursor.departed()) {
            return false;
        }
        try {
            int signals = cursor.signals();
            if (signals != 0) {
                heed(cursor, signals);
            }
            if (!cursor.writable) {
                return aborting ? end(cursor, GOING_AWAY, true) : cursor.next >= tail || overflow.skips() || drop(cursor);
            }
            if (cursor.next < head && !step(cursor, head)) {
                return false;
            }
            CloseReason asked = (signals & PeerCursor.CLOSE) != 0 ? cursor.closeReason : null;
            if (asked != null && cursor.next >= cursor.closeAt && cursor.writable) {
                return end(cursor, asked, false);
            }
            if (aborting || closeAll && cursor.next >= head && cursor.writable) {
                return end(cursor, GOING_AWAY, aborting);
            }
            return true;
        } catch (Throwable thrown) {
            return fail(cursor, thrown);
        }
    }

    private static void heed(PeerCursor cursor, int signals) {
        if ((signals & PeerCursor.READY) != 0) {
            cursor.clear(PeerCursor.READY);
            cursor.writable = true;
            cursor.inGrace = false;
        }
        if ((signals & PeerCursor.RESUME) != 0) {
            cursor.clear(PeerCursor.RESUME);
            cursor.transport.resume();
        }
    }

    /** Writes one batch. {@return whether the peer stays} */
    private boolean step(PeerCursor cursor, long head) {
        boolean shared = cursor.lastRouted < cursor.next;
        Batch batch = shared ? batches.get(cursor.next, head) : log.read(cursor.next, head, cursor);
        if (batch == null) {
            return drop(cursor);
        }
        if (batch.size() > 0) {
            boolean writable;
            cursor.clear(PeerCursor.READY);
            try {
                writable = cursor.transport.write(batch);
            } finally {
                if (!shared) {
                    batch.release();
                }
            }
            delivered += batch.size();
            written++;
            cursor.pass(batch);
            if (!writable) {
                stall(cursor);
                return true;
            }
        } else {
            cursor.pass(batch);
        }
        if (cursor.next == head) {
            cursor.earnedGrace = true;
        }
        return true;
    }

    private void stall(PeerCursor cursor) {
        long now = timer.nanoTime();
        cursor.writable = false;
        cursor.stalledAt = now;
        if (cursor.earnedGrace) {
            cursor.earnedGrace = false;
            cursor.graceEnds = now + limits.grace().toNanos();
        }
        cursor.inGrace = cursor.graceEnds - now > 0;
        deadlines.at(cursor.inGrace ? cursor.graceEnds : cursor.stalledAt + limits.stall().toNanos());
    }

    /** Does what the overflow policy says. {@return whether the peer stays} */
    private boolean drop(PeerCursor cursor) {
        if (overflow.skips()) {
            outcome.overflowed(cursor, log.skip(cursor));
            return true;
        }
        long missed = log.missed(cursor);
        CloseReason reason = CloseReason.of(CloseReason.TRY_AGAIN_LATER, "too slow: fell off the log's tail");
        if (cursor.depart(reason)) {
            cursor.missed = cursor.missed + missed;
            outcome.overflowed(cursor, missed);
            outcome.departed(cursor, reason);
            close(cursor, reason);
        }
        return false;
    }

    /** Ends a registration. {@return false: the peer does not stay} */
    private boolean end(PeerCursor cursor, CloseReason reason, boolean atOnce) {
        if (cursor.depart(reason)) {
            outcome.departed(cursor, reason);
            if (atOnce) {
                abort(cursor);
            } else {
                close(cursor, reason);
            }
        }
        return false;
    }

    private boolean fail(PeerCursor cursor, Throwable thrown) {
        CloseReason reason = CloseReason.of(CloseReason.ABNORMAL, "the transport failed");
        if (cursor.depart(reason)) {
            outcome.failed(cursor, thrown);
            outcome.departed(cursor, reason);
            abort(cursor);
        }
        return false;
    }

    private void close(PeerCursor cursor, CloseReason reason) {
        cursor.closeBy = timer.nanoTime() + limits.close().toNanos();
        deadlines.at(cursor.closeBy);
        closing.add(cursor);
        try {
            cursor.transport.close(reason);
        } catch (Throwable thrown) {
            LOG.debug("Closing peer {} failed", cursor.id, thrown);
            closing.remove(closing.size() - 1);
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

    // Time.

    private void keepTime() {
        long now = timer.nanoTime();
        closing.removeIf(cursor -> deadlines.passed(cursor.closeBy, now) && abort(cursor));
        for (int i = peers.size() - 1; i >= 0; i--) {
            PeerCursor cursor = peers.get(i);
            CloseReason reason = null;
            if (!cursor.departed()) {
                reason = cursor.writable || (cursor.signals() & PeerCursor.READY) != 0
                        ? listen(cursor, now)
                        : watch(cursor, now);
            }
            if (reason != null) {
                end(cursor, reason, reason.code() == CloseReason.ABNORMAL);
                remove(peers, i);
            }
        }
    }

    /** {@return why a peer that is not writable has to go, or null} */
    private @Nullable CloseReason watch(PeerCursor cursor, long now) {
        if (deadlines.passed(cursor.stalledAt + limits.stall().toNanos(), now)) {
            stalled++;
            return CloseReason.of(CloseReason.TRY_AGAIN_LATER,
                    "too slow: not writable for " + limits.stall().toMillis() + " ms");
        }
        if (cursor.inGrace) {
            cursor.inGrace = !deadlines.passed(cursor.graceEnds, now);
        }
        return null;
    }

    /** Pings a silent peer. {@return why one that does not answer has to go, or null} */
    private @Nullable CloseReason listen(PeerCursor cursor, long now) {
        long heartbeat = limits.heartbeat().toNanos();
        if (heartbeat == 0) {
            return null;
        }
        if (cursor.parked != null) {
            deadlines.at(now + heartbeat); // it is the hub that does not read
            return null;
        }
        long heard = cursor.lastInbound;
        if (cursor.pinged && heard - cursor.pingedAt >= 0) {
            cursor.pinged = false;
        }
        if (cursor.pinged) {
            return deadlines.passed(cursor.pingedAt + limits.pong().toNanos(), now)
                    ? CloseReason.of(CloseReason.ABNORMAL, "no pong for " + limits.pong().toMillis() + " ms")
                    : null;
        }
        // A tenth of the interval, spread over the peers, so that they are not all pinged at the same time.
        long jitter = heartbeat / 10 * (cursor.id * 7 % 11) / 10;
        if (deadlines.passed(heard + heartbeat - jitter, now, heartbeat / 50)) {
            cursor.pinged = true;
            cursor.pingedAt = now;
            deadlines.at(now + limits.pong().toNanos());
            try {
                cursor.transport.ping();
            } catch (Throwable thrown) {
                fail(cursor, thrown);
            }
        }
        return null;
    }
}
