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
 * If a pool's thread has no memory to wait for its next task, the thread ends, and the pool's attempt to replace it
 * fails too. Then queued tasks, for a timer all its deadlines, wait until something more is submitted, which may be
 * never. So the failing thread itself stays until the pool has another one.
 */

/** A thread that a hub, or its topics, started. */
final class EngineThread extends Thread {

    private static final long PAUSE = Duration.ofMillis(10).toNanos();
    private static final SafeLog LOG = SafeLog.of(BroadcastHub.class);
    private static final LogRateLimiter FAILURES = new LogRateLimiter();

    private final Set<Thread> owner;
    private final Runnable replacement;

    /**
     * @param owner the threads that belong together: contains this thread from its first to its last moment
     * @param replacement starts another thread if the pool needs one; called if this thread ends by a failure, again
     *     and again until it does not throw
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
            // The end of the hub does not wait for this thread.
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
                Thread.interrupted(); // so that the pause does not end at once
                LockSupport.parkNanos(PAUSE);
            }
        }
    }
}
