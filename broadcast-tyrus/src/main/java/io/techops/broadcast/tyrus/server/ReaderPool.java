package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.tyrus.connection.ThreadState;
import io.techops.broadcast.tyrus.connection.WriteReadiness;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.glassfish.grizzly.Grizzly;
import org.glassfish.grizzly.memory.MemoryManager;
import org.glassfish.grizzly.memory.ThreadLocalPool;
import org.glassfish.grizzly.memory.ThreadLocalPoolProvider;
import org.glassfish.grizzly.threadpool.DefaultWorkerThread;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Reading is short work: bytes become frames, frames become messages, and the hub appends them. But a policy or a
 * listener of the host application runs there too, and may block. So while a task waits, the threads are checked every
 * STUCK; a thread that runs the same task at two consecutive checks is considered blocked, and the pool may have as
 * many additional threads, up to MOST. A pool that grew with its queue instead would have hundreds of threads under any
 * load.
 */

/**
 * The threads that read from peers: a few, and one more for each that is stuck in a policy or a listener, up to {@value
 * #MOST}. They are of Grizzly's thread class, which its caches need.
 */
public final class ReaderPool extends ThreadPoolExecutor {

    /** The most threads: fewer policies that block at the same time do not harm other peers. */
    public static final int MOST = 256;

    private static final Logger LOG = LoggerFactory.getLogger(ReaderPool.class);
    private static final int FEW = Math.min(MOST / 2, Math.max(8, 4 * Runtime.getRuntime().availableProcessors()));
    /** The interval of the checks: a thread counts as stuck after this time, at the latest after twice this time. */
    private static final Duration STUCK = Duration.ofMillis(50);

    private final WriteReadiness watch;
    private final Set<Reader> readers;
    private final AtomicBoolean watching = new AtomicBoolean();
    private final LogRateLimiter standstills = new LogRateLimiter();

    /** A reading thread. */
    private static final class Reader extends DefaultWorkerThread {
        private final Set<Reader> all;
        /** Odd while the thread runs a task, with another number for each task. Written by the thread. */
        private volatile int turn;
        /** The value of {@link #turn} at the last check. Owned by the thread that checks. */
        private int seen;

        Reader(Set<Reader> all, String name, @Nullable ThreadLocalPool<?> memory, Runnable task) {
            super(Grizzly.DEFAULT_ATTRIBUTE_BUILDER, name, memory, task);
            this.all = all;
            setDaemon(true);
            all.add(this);
        }

        @Override
        public void run() {
            try {
                super.run();
            } finally {
                all.remove(this);
            }
        }

        @SuppressWarnings("NonAtomicOperationOnVolatileField") // only this thread writes it
        void turn() {
            turn++;
        }

        boolean isStuck() {
            int now = turn;
            boolean stuck = now == seen && (now & 1) == 1;
            seen = now;
            return stuck;
        }
    }

    /**
     * @param watch runs the checks of the threads
     * @param memory makes the buffers that each thread keeps
     */
    ReaderPool(String name, WriteReadiness watch, MemoryManager<?> memory) {
        this(name, watch, memory, ConcurrentHashMap.newKeySet());
    }

    private ReaderPool(String name, WriteReadiness watch, MemoryManager<?> memory, Set<Reader> readers) {
        // Not a LinkedTransferQueue: with JDK 17 a thread that waits at such a queue was seen to spin.
        super(FEW, MOST, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        this.watch = watch;
        this.readers = readers;
        allowCoreThreadTimeOut(true); // many servers read little on these threads
        AtomicInteger number = new AtomicInteger();
        setThreadFactory(task -> new Reader(readers, name + "-" + number.incrementAndGet(),
                memory instanceof ThreadLocalPoolProvider provider ? provider.createThreadLocalPool() : null, task));
    }

    /** {@return whether the current thread is one of the pool's} */
    boolean readOnThisThread() {
        return Thread.currentThread() instanceof Reader reader && reader.all == readers;
    }

    @Override
    public void execute(Runnable task) {
        try {
            super.execute(task);
        } catch (OutOfMemoryError e) { // no thread more: the existing ones will run it
            if (getPoolSize() == 0) {
                throw e;
            }
            getQueue().add(task);
        }
        watch();
    }

    private void watch() {
        if (!getQueue().isEmpty() && watching.compareAndSet(false, true)) {
            lookLater();
        }
    }

    private void lookLater() {
        try {
            watch.in(STUCK, this::look);
        } catch (OutOfMemoryError e) {
            watching.set(false); // the next task tries again
        }
    }

    private void look() {
        boolean again = true; // also if there is no memory, or no more thread
        try {
            again = isToLookAgain();
        } finally {
            if (again) {
                lookLater();
            } else {
                watching.set(false);
                watch();
            }
        }
    }

    /** Adapts the number of threads. {@return whether some are stuck} */
    private boolean isToLookAgain() {
        int stuck = 0;
        for (Reader reader : readers) {
            if (reader.isStuck()) {
                stuck++;
            }
        }
        int size = Math.min(MOST, FEW + stuck);
        if (size != getCorePoolSize()) {
            setCorePoolSize(size); // surplus threads end when they have been idle for a while
        } else if (!getQueue().isEmpty()) {
            prestartCoreThread(); // a thread that could not be started when the size was set
        }
        if (stuck >= MOST) {
            warn();
        }
        return size > FEW;
    }

    private void warn() {
        if (standstills.first()) {
            LOG.warn("All {} reading threads are stuck in message policies or listeners that block: nothing is read "
                    + "from any peer until one goes on", MOST);
        }
    }

    @Override
    protected void beforeExecute(Thread thread, Runnable task) {
        ThreadState.restore();
        ((Reader) thread).turn();
    }

    @Override
    protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
        ((Reader) Thread.currentThread()).turn();
        ThreadState.restore();
    }
}
