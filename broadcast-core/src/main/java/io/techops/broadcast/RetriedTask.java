package io.techops.broadcast;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/*
 * An executor that throws may have taken the task nevertheless, as a thread pool does that has no memory for one more
 * thread; then the task comes twice. So each submission is claimed by the first run that finds it, and the others do
 * nothing.
 */

/**
 * A task that is submitted again and again to an executor, which may be foreign: where it is refused, it is tried again
 * by the timer. Never run by two threads at the same time if it is not submitted while it runs. Safe for use by any
 * number of threads.
 */
final class RetriedTask implements Runnable {

    private static final SafeLog LOG = SafeLog.of(BroadcastHub.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final Executor executor;
    private final HubTimer timer;
    private final Runnable task;
    private final Runnable lost;
    private final Bursts refusals;
    private final AtomicBoolean submitted = new AtomicBoolean();
    /** Made here, because later there may be no memory for it. */
    private final Runnable again = this::submitNow;
    private volatile Duration pause = FIRST_PAUSE;

    /**
     * @param lost called if the task was submitted and will not run, because neither the executor nor the timer could
     *     take it: it is to be submitted again at the next occasion
     */
    RetriedTask(Executor executor, HubTimer timer, Runnable task, Runnable lost) {
        this.executor = executor;
        this.timer = timer;
        this.task = task;
        this.lost = lost;
        this.refusals = new Bursts(timer);
    }

    /** Makes the task run once, soon. Never throws. */
    void submit() {
        submitted.set(true);
        pause = FIRST_PAUSE;
        submitNow();
    }

    private void submitNow() {
        try {
            if (submitted.get()) {
                executor.execute(this);
            }
        } catch (Throwable thrown) { // refused, or no memory for a thread
            LOG.warn(refusals, "The hub's executor did not take a task: it is submitted again", thrown);
            Duration now = pause;
            pause = now.compareTo(LONGEST_PAUSE) < 0 ? now.multipliedBy(2) : now;
            if (ForeignTimer.isUnset(timer.schedule(again, now)) && submitted.compareAndSet(true, false)) {
                lost.run();
            }
        }
    }

    @Override
    public void run() {
        if (submitted.compareAndSet(true, false)) {
            task.run();
        }
    }
}
