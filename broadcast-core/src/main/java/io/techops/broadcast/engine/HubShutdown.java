package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.logging.SafeLog;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The end of a hub: no message and no peer is taken any more, the shards drain, and at the deadline they abort the
 * connections that are left. When all shards are done, and the listener was told the last event of every peer, the hub
 * has ended. Safe for use by any number of threads.
 */
final class HubShutdown {

    private static final SafeLog LOG = SafeLog.of(BroadcastHub.class);

    /**
     * How much longer than its limit {@link #await} waits, so that it returns even if the executor does not run the
     * hub's tasks.
     */
    static final Duration MARGIN = Duration.ofSeconds(1);

    /** How long after the limit the executor may take before the waiting thread runs the hub's tasks itself. */
    private static final Duration END_GRACE = Duration.ofMillis(250);

    /**
     * The pause before the waiting thread runs them again: it misses a task that was just being submitted and was
     * refused.
     */
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final MessageLog log;
    private final HubShards shards;
    private final ListenerDispatcher events;
    private final HubMetrics metrics;
    private final HubTimer timer;
    private final Duration drainSpread;
    private final @Nullable HubExecutors threads;
    private final @Nullable ForeignTimer ownTimer;
    private final Runnable afterEnd;
    private final @Nullable BackplaneLink backplane;
    private volatile @Nullable PeriodicTask periodic;

    /** How the hub ends: as the first call says, also if several calls begin the end at the same time. */
    private final AtomicReference<Shard.@Nullable Drain> begun = new AtomicReference<>();
    /** The number of shards and backplanes that have not drained, and of peers whose last event is not queued. */
    private final AtomicInteger unfinished;
    private volatile boolean over;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final ListenerDispatcher.Event last = new ListenerDispatcher.Event(listener -> complete());

    /**
     * @param threads the hub's own threads, which end with it; null if it uses threads of others
     * @param ownTimer the timer, if it ends with the hub; null if others use it
     * @param afterEnd called when nothing of the hub is left; does not throw
     * @param backplane null if there is none
     */
    HubShutdown(MessageLog log, HubShards shards, ListenerDispatcher events, HubMetrics metrics, HubTimer timer,
            Duration drainSpread, @Nullable HubExecutors threads, @Nullable ForeignTimer ownTimer, Runnable afterEnd,
            @Nullable BackplaneLink backplane) {
        this.log = log;
        this.shards = shards;
        this.events = events;
        this.metrics = metrics;
        this.timer = timer;
        this.drainSpread = drainSpread;
        this.threads = threads;
        this.ownTimer = ownTimer;
        this.afterEnd = afterEnd;
        this.backplane = backplane;
        this.unfinished = new AtomicInteger(shards.size() + (backplane == null ? 0 : 1));
    }

    boolean hasBegun() {
        return begun.get() != null;
    }

    /** Runs a task once a second until the end begins. */
    void everySecond(Executor executor, Runnable task) {
        PeriodicTask running = new PeriodicTask(executor, timer, task);
        periodic = running;
        if (!hasBegun()) {
            running.begin();
        }
    }

    /** Makes the end wait for more calls of {@link #finished}. */
    void awaits(int more) {
        unfinished.addAndGet(more);
    }

    /** Notes that a shard has drained, or that the last event of a peer is queued. Never throws. */
    void finished() {
        if (unfinished.decrementAndGet() == 0) {
            events.add(last);
            events.tell();
        }
    }

    private void complete() {
        over = true;
        events.end();
        if (ownTimer != null) {
            ownTimer.end();
        }
        try {
            metrics.closed();
            if (threads != null) {
                threads.shutdown();
            }
        } finally {
            afterEnd.run();
            ended.complete(null);
        }
    }

    /** {@return whether the hub has ended} */
    boolean isOver() {
        return over;
    }

    /**
     * Begins the end at the first call. Later calls wake the shards and the backplane again, so that a call that failed
     * for want of memory can be repeated.
     *
     * @param limit how long peers may take
     * @param peers how many there are
     * @return completed when nothing is left
     */
    CompletionStage<Void> begin(Duration limit, IntSupplier peers) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("limit must not be negative: " + limit);
        }
        CompletionStage<Void> stage = ended.minimalCompletionStage();
        int count = peers.getAsInt();
        Duration within = DurationRules.bound(limit);
        long now = timer.nanoTime();
        long nanos = within.toNanos();
        DrainPacer pace = new DrainPacer(now, count, Math.min(shorter(drainSpread, within).toNanos(), nanos / 2));
        Shard.Drain drain = new Shard.Drain(pace, now + nanos);
        Runnable drained = this::finished;
        // What follows needs no memory: either the end has not begun, or it goes on by itself.
        if (begun.compareAndSet(null, drain)) {
            PeriodicTask task = periodic;
            if (task != null) {
                task.end();
            }
            metrics.closes(count, within);
            log.seal();
            shards.drain(drain);
        } else {
            shards.wake();
        }
        if (backplane != null) {
            backplane.drain(begun.get().abortAt(), drained);
        }
        return stage;
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** {@return whether this is a thread that ends with the hub} */
    boolean isOwnThread() {
        return threads != null && threads.areThisThread();
    }

    /**
     * Waits until the hub has ended, {@link #MARGIN} longer than {@code limit} at most. If the process stood still
     * meanwhile, the end still gets its time.
     */
    void await(Duration limit) {
        Duration most = DurationRules.bound(limit);
        long until = System.nanoTime() + most.plus(MARGIN).toNanos();
        try {
            boolean done = hasEnded(most.plus(END_GRACE));
            boolean isLate = false;
            while (!done && !isLate) {
                isLate = until - System.nanoTime() <= 0;
                help();
                done = hasEnded(PAUSE);
            }
            if (!done) {
                LOG.warn("The hub's executor, timer or listener did not end the hub within {}", limit);
            } else if (threads != null) {
                long left = Math.max(until - System.nanoTime(), END_GRACE.toNanos());
                threads.awaitEnd(Math.min(left, MARGIN.toNanos()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new AssertionError(e); // never completes exceptionally
        }
    }

    /** Runs the hub's tasks on this thread, in case that the executor does not. By now they abort what is left. */
    private void help() {
        shards.help();
        if (backplane != null) {
            backplane.help();
        }
        events.help();
    }

    private boolean hasEnded(Duration within) throws InterruptedException, ExecutionException {
        try {
            ended.get(within.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }
}
