package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.logging.SafeLog;
import io.techops.broadcast.spi.BlockingTasks;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A pool of threads for each kind of blocking task. Safe for use by any number of threads. */
final class BlockingPools implements BlockingTasks {

    private static final SafeLog LOG = SafeLog.of(BroadcastHub.class);

    private final Map<Kind, ScheduledThreadPoolExecutor> pools = new EnumMap<>(Kind.class);

    /** @param owner what the threads belong to: takes note of them */
    BlockingPools(String name, Set<Thread> owner) {
        AtomicInteger number = new AtomicInteger();
        for (Kind kind : Kind.values()) {
            ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(kind == Kind.ABORT ? 16 : 32);
            EngineThread.staff(pool, name, number, owner);
            ThreadFactory factory = pool.getThreadFactory();
            pool.setThreadFactory(task -> {
                Thread thread = factory.newThread(task);
                thread.setContextClassLoader(ClassLoader.getSystemClassLoader()); // not that of the first caller
                return thread;
            });
            pool.setKeepAliveTime(1, TimeUnit.SECONDS);
            pool.allowCoreThreadTimeOut(true);
            pool.setRemoveOnCancelPolicy(true);
            pools.put(kind, pool);
        }
    }

    @Override
    public HubTimer.Cancellation runAfter(Duration delay, Kind kind, Runnable task) {
        try {
            var scheduled = pools.get(kind).schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        } catch (Throwable thrown) { // no memory for a thread: the task waits for the next thread
            LOG.debug("There is no thread for a task of an adapter now", thrown);
            return () -> { };
        }
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable thrown) { // the task has handled its own failure as far as it could
            LOG.debug("A task of an adapter failed", thrown);
        } finally {
            ForeignCode.returned();
        }
    }

    /** Lets threads end as soon as they have nothing to do. Tasks that come later are run nevertheless. */
    void shutdown() {
        pools.values().forEach(pool -> pool.setKeepAliveTime(1, TimeUnit.MILLISECONDS));
    }

    /** {@return whether any thread is alive: it is working, or about to end} */
    boolean haveThreads() {
        return pools.values().stream().anyMatch(pool -> pool.getPoolSize() > 0);
    }
}
