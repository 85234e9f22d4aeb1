package io.techops.broadcast.engine;

import io.techops.broadcast.HubTimer;
import io.techops.broadcast.spi.BlockingTasks;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of hubs that are not given an executor: platform threads that start when they are needed and end when
 * they are not, one thread for the timer, and those for the blocking tasks of adapters. All are daemons.
 */
final class HubExecutors implements HubTimer {

    /**
     * The default number of shards in a set. One processor is left to the threads that read, to the kernel and to the
     * host: one shard more would take it from them, gather fewer messages in a write, and make peers wait.
     */
    static final int SHARDS = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);

    /** The threads that were started and have not ended: a pool no longer counts a thread shortly before its end. */
    private final Set<Thread> owner;
    private final ThreadPoolExecutor shards;
    private final ThreadPoolExecutor slowShards;
    private final ThreadPoolExecutor listeners;
    private final ScheduledThreadPoolExecutor timer;
    private final BlockingPools adapters;

    private HubExecutors(String name, Set<Thread> owner, ThreadPoolExecutor shards, ThreadPoolExecutor slowShards,
            ThreadPoolExecutor listeners) {
        this.owner = owner;
        this.shards = shards;
        this.slowShards = slowShards;
        this.listeners = listeners;
        timer = timer(name + "-timer", owner, 10);
        adapters = new BlockingPools(name + "-adapter", owner);
    }

    /**
     * {@return a timer of one thread, which lives while a task is scheduled}
     *
     * @param owner the set that its thread is added to
     * @param keepAlive how long the thread stays without a task, in seconds
     */
    static ScheduledThreadPoolExecutor timer(String name, Set<Thread> owner, int keepAlive) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
        EngineThread.staff(timer, name, new AtomicInteger(), owner);
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(keepAlive, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        return timer;
    }

    /** {@return threads for one hub} */
    static HubExecutors ofOneHub(String name) {
        Set<Thread> owner = ConcurrentHashMap.newKeySet();
        ThreadPoolExecutor all = unbounded(name, owner);
        return new HubExecutors(name, owner, all, all, all);
    }

    /**
     * {@return threads for any number of hubs} Shards never wait, so all hubs share as many threads as one hub has
     * shards. The shards of peers whose encoding takes long share as many threads of their own. A listener has a thread
     * while it runs.
     */
    static HubExecutors ofManyHubs(String name) {
        Set<Thread> owner = ConcurrentHashMap.newKeySet();
        return new HubExecutors(name, owner, onePerShard(name, owner), onePerShard(name + "-slow", owner),
                unbounded(name + "-listener", owner));
    }

    private static ThreadPoolExecutor onePerShard(String name, Set<Thread> owner) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(SHARDS, SHARDS, 10, TimeUnit.SECONDS,
                new LinkedBlockingQueue<>());
        EngineThread.staff(pool, name, new AtomicInteger(), owner);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ThreadPoolExecutor unbounded(String name, Set<Thread> owner) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS,
                new SynchronousQueue<>());
        EngineThread.staff(pool, name, new AtomicInteger(), owner);
        return pool;
    }

    /** {@return whether the current thread is one of these, so that it must not wait for their end} */
    boolean areThisThread() {
        return Thread.currentThread() instanceof EngineThread thread && thread.isOf(owner);
    }

    Executor shards() {
        return shards;
    }

    /** {@return the executor for shards whose rounds may take long} */
    Executor slowShards() {
        return slowShards;
    }

    Executor listeners() {
        return listeners;
    }

    BlockingTasks adapters() {
        return adapters;
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

    /** Lets running tasks finish, and starts no more tasks except those of adapters. */
    void shutdown() {
        shards.shutdown();
        slowShards.shutdown();
        listeners.shutdown();
        timer.shutdownNow();
        adapters.shutdown();
    }

    /**
     * Waits for the last thread to end, in steps of a millisecond: if the process stands still meanwhile, it uses up
     * one step, and not the time that its threads need afterwards.
     *
     * @param nanos how long at most, in nanoseconds; the threads end at once unless a listener or an adapter blocks
     */
    void awaitEnd(long nanos) {
        long left = TimeUnit.NANOSECONDS.toMillis(nanos);
        try {
            for (ThreadPoolExecutor each : List.of(timer, shards, slowShards, listeners)) {
                for (; left > 0 && !each.isTerminated(); left--) {
                    each.awaitTermination(1, TimeUnit.MILLISECONDS);
                }
            }
            for (; left > 0 && adapters.haveThreads(); left--) {
                TimeUnit.MILLISECONDS.sleep(1); // such a pool has no other sign that it is idle
            }
            for (Thread thread : owner) {
                for (; left > 0 && thread.isAlive(); left--) {
                    thread.join(1);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
