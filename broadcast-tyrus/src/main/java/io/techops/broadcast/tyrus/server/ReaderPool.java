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
 * Reading is short work: bytes become frames, frames messages, and the hub appends them. But a policy or a listener of
 * the host application runs there as well, and may block. So while something waits to be read, the threads are looked
 * at every STUCK; a thread that runs the same task at two consecutive checks is considered blocked, and the pool may
 * have that many threads more, up to MOST. A pool that grew with its queue instead would have hundreds of threads under
 * any load.
 */

/**
 * The threads that read from peers: a few, and one more for each that is stuck in a policy or a listener, up to
 * {@value #MOST}. Grizzly's own kind of thread, because that is what its caches are made for.
 */
public final class ReaderPool extends ThreadPoolExecutor {

    /** The most threads: so many policies that block do no harm to other peers. */
    public static final int MOST = 256;

    private static final Logger LOG = LoggerFactory.getLogger(ReaderPool.class);
    private static final int FEW = Math.min(MOST / 2, Math.max(8, 4 * Runtime.getRuntime().availableProcessors()));
    /** Who is with one thing for so long, or twice that, is stuck. */
    private static final Duration STUCK = Duration.ofMillis(50);

    private final WriteReadiness watch;
    private final Set<Reader> readers;
    private final AtomicBoolean watching = new AtomicBoolean();
    private final LogRateLimiter standstills = new LogRateLimiter();

    /** A reading thread. */
    private static final class Reader extends DefaultWorkerThread {
        private final Set<Reader> all;
        /** Written by the thread: odd while it has something to do, another number each time. */
        private volatile int turn;
        /** Owned by the watch's thread: what it was the last time. */
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

        @SuppressWarnings("NonAtomicOperationOnVolatileField") // written by this thread alone
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
     * @param watch tells when to look at the threads
     * @param memory where the threads keep buffers of their own
     */
    ReaderPool(String name, WriteReadiness watch, MemoryManager<?> memory) {
        this(name, watch, memory, ConcurrentHashMap.newKeySet());
    }

    private ReaderPool(String name, WriteReadiness watch, MemoryManager<?> memory, Set<Reader> readers) {
        // Not a LinkedTransferQueue: with the JDK 17 a thread that waited at one was seen to be busy with it.
        super(FEW, MOST, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        this.watch = watch;
        this.readers = readers;
        allowCoreThreadTimeOut(true); // many a server has little to read on them
        AtomicInteger number = new AtomicInteger();
        setThreadFactory(task -> new Reader(readers, name + "-" + number.incrementAndGet(),
                memory instanceof ThreadLocalPoolProvider provider ? provider.createThreadLocalPool() : null, task));
    }

    /** {@return whether this thread is one of them} */
    boolean readOnThisThread() {
        return Thread.currentThread() instanceof Reader reader && reader.all == readers;
    }

    @Override
    public void execute(Runnable task) {
        try {
            super.execute(task);
        } catch (OutOfMemoryError e) { // no thread more: those that there are will come to it
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
        boolean again = true; // also without memory, or a thread more
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

    /** Lets there be as many threads as are wanted. {@return whether some are stuck} */
    private boolean isToLookAgain() {
        int stuck = 0;
        for (Reader reader : readers) {
            if (reader.isStuck()) {
                stuck++;
            }
        }
        int size = Math.min(MOST, FEW + stuck);
        if (size != getCorePoolSize()) {
            setCorePoolSize(size); // those that are too many end when they have been idle for a while
        } else if (!getQueue().isEmpty()) {
            prestartCoreThread(); // one that could not be started when the size was set
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
