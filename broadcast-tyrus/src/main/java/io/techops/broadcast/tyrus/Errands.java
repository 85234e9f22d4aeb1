package io.techops.broadcast.tyrus;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for what may block in a container: neither a shard of the hub nor a thread of the container may wait for one
 * peer. They are daemons, made when there is something to do, and gone a second after. What frees sockets has threads
 * of its own, so that it never waits behind what hangs on those sockets.
 */
enum Errands {

    /** Pings and close frames, which wait until the container has written them. */
    TALK(32),

    /** Messages that were held back while their peer was paused: a policy of the host application may block. */
    REPORT(32),

    /** The end of connections. */
    CUT(4);

    private static final long KEEP_SECONDS = 1;

    private final ScheduledThreadPoolExecutor threads;

    Errands(int most) {
        AtomicInteger count = new AtomicInteger();
        threads = new ScheduledThreadPoolExecutor(most, task -> {
            Thread thread = new Thread(task, "broadcast-session-" + count.incrementAndGet());
            thread.setDaemon(true);
            thread.setContextClassLoader(Errands.class.getClassLoader());
            return thread;
        });
        threads.setKeepAliveTime(KEEP_SECONDS, TimeUnit.SECONDS);
        threads.allowCoreThreadTimeOut(true);
    }

    /** Runs {@code errand} soon. */
    void run(Runnable errand) {
        threads.execute(errand);
    }

    /** Runs {@code errand} when {@code delay} is over. */
    void runAfter(Duration delay, Runnable errand) {
        threads.schedule(errand, delay.toMillis(), TimeUnit.MILLISECONDS);
    }
}
