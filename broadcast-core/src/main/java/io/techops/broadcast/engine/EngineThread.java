package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.SafeLog;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/*
 * A thread of a pool that has no memory to wait for its next task ends, and so does the pool's attempt to replace it.
 * Then what is queued waits until something more is submitted, which may be never: for a timer all deadlines that it
 * has. So the thread itself stays until the pool has another one.
 */

/** A thread of a hub's own, or of its topics'. */
final class EngineThread extends Thread {

    private static final long PAUSE = Duration.ofMillis(10).toNanos();
    private static final SafeLog LOG = SafeLog.of(BroadcastHub.class);
    private static final LogRateLimiter FAILURES = new LogRateLimiter();

    private final Set<Thread> owner;
    private final Runnable replacement;

    /**
     * @param owner those that belong together: this thread is one of them from its first to its last moment
     * @param replacement makes a thread in the place of this one if it is wanted; called if this one ends by a failure,
     *     until it does not throw
     */
    EngineThread(Set<Thread> owner, Runnable task, String name, Runnable replacement) {
        super(task, name);
        this.owner = owner;
        this.replacement = replacement;
    }

    /**
     * Gives a pool its threads.
     *
     * @param number the last one that a thread of this name has
     * @param owner what they belong to: takes note of them
     */
    static void staff(ThreadPoolExecutor pool, String name, AtomicInteger number, Set<Thread> owner) {
        Runnable replacement = pool::prestartCoreThread;
        pool.setThreadFactory(task -> {
            Thread thread = new EngineThread(owner, task, name + "-" + number.incrementAndGet(), replacement);
            thread.setDaemon(true);
            return thread;
        });
    }

    boolean isOf(Set<Thread> one) {
        return owner == one;
    }

    @Override
    public void run() {
        try {
            owner.removeIf(other -> other.getState() == Thread.State.TERMINATED);
            owner.add(this);
        } catch (Throwable noMemory) {
            // The end does not wait for this one.
        }
        try {
            super.run();
        } catch (Throwable thrown) {
            replace();
            LOG.warn(FAILURES, "A thread of a hub ended, and was replaced", thrown);
        }
    }

    private void replace() {
        while (true) {
            try {
                replacement.run();
                return;
            } catch (Throwable stillNone) {
                Thread.interrupted(); // so that it does pause
                LockSupport.parkNanos(PAUSE);
            }
        }
    }
}
