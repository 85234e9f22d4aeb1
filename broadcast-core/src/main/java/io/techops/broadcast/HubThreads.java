package io.techops.broadcast;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that hubs have unless they are given others: platform threads that come when they are needed and go when
 * they are not, and one for the timer. All are daemons.
 */
final class HubThreads implements HubTimer {

    private final ThreadPoolExecutor shards;
    private final ThreadPoolExecutor listeners;
    private final ScheduledThreadPoolExecutor timer;

    private HubThreads(String name, ThreadPoolExecutor shards, ThreadPoolExecutor listeners) {
        this.shards = shards;
        this.listeners = listeners;
        timer = timer(name + "-timer", 10);
    }

    /**
     * {@return a timer of one thread, which is there while there is something to wait for}
     *
     * @param keepAlive how long it stays without, in seconds
     */
    static ScheduledThreadPoolExecutor timer(String name, int keepAlive) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, named(name));
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(keepAlive, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        return timer;
    }

    /** {@return threads for one hub, whose shards and listener are few} */
    static HubThreads ofOneHub(String name) {
        ThreadPoolExecutor all = unbounded(name);
        return new HubThreads(name, all, all);
    }

    /**
     * {@return threads for any number of hubs} Shards never wait, and so share as many threads as there are processors;
     * a listener may, and has a thread while it runs.
     */
    static HubThreads ofManyHubs(String name) {
        int processors = Runtime.getRuntime().availableProcessors();
        ThreadPoolExecutor shards = new ThreadPoolExecutor(processors, processors, 10, TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), named(name));
        shards.allowCoreThreadTimeOut(true);
        return new HubThreads(name, shards, unbounded(name + "-listener"));
    }

    private static ThreadPoolExecutor unbounded(String name) {
        return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS,
                new SynchronousQueue<>(), named(name));
    }

    private static ThreadFactory named(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Worker(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** A thread of ours. */
    static final class Worker extends Thread {
        Worker(Runnable task, String name) {
            super(task, name);
        }
    }

    Executor shards() {
        return shards;
    }

    Executor listeners() {
        return listeners;
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
        shards.shutdown();
        listeners.shutdown();
    }

    /** Waits for the last thread to end, for a second at most; they have nothing to wait for. */
    void awaitEnd() {
        try {
            timer.awaitTermination(1, TimeUnit.SECONDS);
            shards.awaitTermination(1, TimeUnit.SECONDS);
            listeners.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
