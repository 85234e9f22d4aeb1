package io.techops.broadcast.endpoint;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads for what may block in a container: neither a shard of the hub nor a thread of the container may wait for one
 * peer. They are daemons, made when there is something to do, and gone a moment after. What frees sockets has threads
 * of its own, so that it never waits behind what hangs on those sockets.
 *
 * <p>An application may be undeployed, and the library with it, so a thread has the application's class loader for its
 * context only while it does something for it.
 */
enum BlockingTasks {

    /** Pings and close frames, which wait until the container has written them. */
    TALK(32),

    /** Messages that were held back while their peer was paused: a policy of the host application may block. */
    REPORT(32),

    /** The end of connections. */
    CUT(16);

    private static final Logger LOG = LoggerFactory.getLogger(BlockingTasks.class);

    private final ScheduledThreadPoolExecutor threads;

    BlockingTasks(int most) {
        AtomicInteger count = new AtomicInteger();
        threads = new ScheduledThreadPoolExecutor(most, task -> {
            Thread thread = new Thread(task, "broadcast-session-" + count.incrementAndGet());
            thread.setDaemon(true);
            thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
            return thread;
        });
        threads.setKeepAliveTime(1, TimeUnit.NANOSECONDS);
        threads.allowCoreThreadTimeOut(true);
        threads.setRemoveOnCancelPolicy(true);
    }

    /** Runs {@code errand} soon, with a class loader for its thread's context. Never throws. */
    void run(@Nullable ClassLoader loader, Runnable errand) {
        runAfter(Duration.ZERO, loader, errand);
    }

    /** Runs {@code errand} when {@code delay} is over. Never throws. {@return cancels it} */
    Runnable runAfter(Duration delay, @Nullable ClassLoader loader, Runnable errand) {
        try {
            var scheduled = threads.schedule(() -> runIn(loader, errand), delay.toMillis(), TimeUnit.MILLISECONDS);
            return () -> scheduled.cancel(false);
        } catch (Throwable thrown) { // no memory for a thread: it waits for the next one
            LOG.debug("There is no thread for an errand now", thrown);
            return () -> { };
        }
    }

    private static void runIn(@Nullable ClassLoader loader, Runnable errand) {
        Thread thread = Thread.currentThread();
        thread.setContextClassLoader(loader);
        try {
            errand.run();
        } catch (Throwable thrown) { // it has seen to its peer, as far as it could
            LOG.debug("An errand failed", thrown);
        } finally {
            thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
            Thread.interrupted(); // what the container or the application left behind
        }
    }
}
