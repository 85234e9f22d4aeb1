package io.techops.broadcast;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads a hub has unless it is given others: platform threads that come when they are needed and go when they are
 * not, and one for the timer. All are daemons.
 */
final class HubThreads implements HubTimer {

    private final ThreadPoolExecutor executor;
    private final ScheduledThreadPoolExecutor timer;

    HubThreads(String name) {
        executor = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(),
                named(name));
        timer = new ScheduledThreadPoolExecutor(1, named(name + "-timer"));
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(10, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
    }

    private static ThreadFactory named(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    ThreadPoolExecutor executor() {
        return executor;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Cancellation schedule(Runnable task, Duration delay) {
        var future = timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    /** Lets what runs finish, starts nothing more. */
    void shutdown() {
        timer.shutdownNow();
        executor.shutdown();
    }

    /** Waits for the last thread to end, for a second at most; they have nothing to wait for. */
    void awaitEnd() {
        try {
            timer.awaitTermination(1, TimeUnit.SECONDS);
            executor.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
