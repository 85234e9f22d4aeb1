package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.logging.SafeLog;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/*
 * An executor that throws may have taken the task nevertheless, like a thread pool that has no memory for one more
 * thread. So each submission is claimed once, either by the first run that finds it or by the thread whose submission
 * was refused; any other run does nothing.
 */

/**
 * A task that is submitted again and again to an executor, which may be foreign. If the executor refuses it, the timer
 * submits it again later. Two threads never run it at the same time, provided that it is not submitted while it runs.
 */
abstract class RetriedTask implements Runnable {

    private static final SafeLog LOG = SafeLog.of(BroadcastHub.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final Executor executor;
    private final HubTimer timer;
    private final ForeignCode refusals;
    /** Tasks that neither the executor nor the timer could take, linked by {@link #next}. */
    private static final AtomicReference<@Nullable RetriedTask> STRANDED = new AtomicReference<>();

    private final AtomicBoolean submitted = new AtomicBoolean();
    private final AtomicBoolean stranded = new AtomicBoolean();
    /** Owned by the thread that strands the task, then by the one that rescues it. */
    private @Nullable RetriedTask next;
    /** Whether the timer is to try again; made here, because later there may be no memory for it. */
    private final AtomicBoolean waiting = new AtomicBoolean();
    private final Runnable again = this::again;
    private volatile Duration pause = FIRST_PAUSE;

    RetriedTask(Executor executor, HubTimer timer) {
        this.executor = executor;
        this.timer = timer;
        this.refusals = new ForeignCode(LOG, "The hub's executor did not take a task: it is tried again",
                timer::nanoTime);
    }

    /** Does the work. Must not throw. */
    abstract void work();

    /** Notes that the last submission has failed: the next thread that needs the task is to submit it again. */
    abstract void refused();

    /** Submits the task if there is any work. Called by the timer after a refusal. */
    abstract void retry();

    /** {@return whether there will be no work any more} */
    abstract boolean hasEnded();

    /** Makes the task run once, soon, or else calls {@link #refused}. Never throws. */
    final void submit() {
        submitted.set(true);
        try {
            executor.execute(this);
        } catch (Throwable thrown) { // refused, or no memory for a thread
            if (claim()) {
                refused();
                if (!hasEnded()) { // it may have ended since the task was wanted, and the executor with it
                    retryLater(thrown);
                }
            }
        }
    }

    /** {@return whether there was a submission that no run has claimed} Claims it. */
    final boolean claim() {
        return submitted.compareAndSet(true, false);
    }

    private void retryLater(Throwable thrown) {
        if (waiting.compareAndSet(false, true)) {
            boolean set = false;
            try {
                Duration now = pause;
                set = !ForeignTimer.isUnset(timer.schedule(again, now));
                pause = now.compareTo(LONGEST_PAUSE) < 0 ? now.plus(now) : now;
            } catch (Throwable noMemory) {
                // As if the timer was not set.
            }
            if (!set) {
                strand();
            }
        }
        refusals.failed(thrown);
    }

    /** Leaves the next try to the next task of any hub that runs. Needs no memory. */
    private void strand() {
        if (stranded.compareAndSet(false, true)) {
            do {
                next = STRANDED.get();
            } while (!STRANDED.compareAndSet(next, this));
        }
    }

    private static void rescue() {
        RetriedTask task = STRANDED.get() == null ? null : STRANDED.getAndSet(null);
        while (task != null) {
            RetriedTask after = task.next;
            task.next = null;
            task.stranded.set(false);
            task.again();
            task = after;
        }
    }

    private void again() {
        waiting.set(false);
        retry();
    }

    @Override
    public final void run() {
        rescue();
        if (claim()) {
            pause = FIRST_PAUSE;
            work();
        }
    }
}
