package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.tyrus.connection.Deadline;
import io.techops.broadcast.tyrus.connection.WriteReadiness;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.glassfish.grizzly.Context;
import org.glassfish.grizzly.IOEvent;
import org.glassfish.grizzly.ProcessorResult;
import org.glassfish.grizzly.StandaloneProcessor;
import org.glassfish.grizzly.nio.NIOConnection;
import org.glassfish.grizzly.nio.NIOTransport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * One thread at a time has a connection. The selector's thread has it while it watches the socket. Who takes it from
 * there has it until he gives it back, or to another thread; TCP pushes back meanwhile.
 *
 * A deadline is judged by the selector's thread, after what is waiting in the socket was read: it may have come in time
 * while the whole process stood still. Whatever ends a connection, Grizzly tells, once and on any thread.
 */

/** What Grizzly calls when something happens on a connection that reads and writes its socket itself. */
public abstract class ConnectionProcessor extends StandaloneProcessor {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionProcessor.class);
    private static final LogRateLimiter FAILURES = new LogRateLimiter();

    public final NIOConnection connection;
    private final WriteReadiness watch;
    /** Whether the selector watches the socket. Written last by who gives the connection to it. */
    private volatile boolean watched;
    /** Counts deadlines: an old one may be late. */
    private volatile int waits;
    private volatile @Nullable Deadline deadline;
    private volatile boolean closed;

    /**
     * @param watched whether the selector watches the socket; if not, the thread that is here has the connection
     */
    ConnectionProcessor(NIOConnection connection, WriteReadiness watch, boolean watched) {
        this.connection = connection;
        this.watch = watch;
        this.watched = watched;
    }

    /** The connection was accepted. */
    abstract void accepted();

    /** Something can be read, or the time may be over: then there may be nothing. */
    abstract void readable();

    /** What {@link #judgeAfter} waited for has not come. */
    abstract void timeOver();

    /** The connection is closed. Called on any thread. */
    abstract void closed();

    @Override
    public final boolean isInterested(IOEvent event) {
        return true;
    }

    @Override
    @SuppressWarnings("rawtypes") // Grizzly's class has them
    public final ProcessorResult process(Context context) {
        switch (context.getIoEvent()) {
            case ACCEPTED -> accepted();
            case READ -> {
                if (watched) {
                    guarded(this::readable);
                } else {
                    ignore(); // the selector was told to watch after another thread had taken the connection again
                }
            }
            case CLOSED -> {
                closed = true;
                cancelDeadline();
                closed();
            }
            default -> { }
        }
        return ProcessorResult.createComplete();
    }

    final boolean isClosed() {
        return closed;
    }

    /** What of ours fails must not fail the thread. */
    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            if (FAILURES.first()) {
                LOG.warn("A connection failed", e);
            }
            connection.terminateSilently();
        }
    }

    // Who has the connection.

    final boolean isWatched() {
        return watched;
    }

    /** Takes the connection from the selector. */
    final void unwatch() {
        if (watched) {
            watched = false;
            ignore();
        }
    }

    private void ignore() {
        try {
            connection.disableIOEvent(IOEvent.READ);
        } catch (IOException e) {
            connection.terminateSilently();
        }
    }

    /** Gives the connection to the selector: the last thing that a thread does with it. */
    final void watch() {
        if (!watched) {
            watched = true;
            try {
                connection.enableIOEvent(IOEvent.READ);
            } catch (IOException e) {
                connection.terminateSilently();
            }
        }
    }

    /** Runs something that may wait on a thread of the pool, or here, if the server has ended. */
    final void runOnPool(Runnable task) {
        ExecutorService pool = connection.getTransport().getWorkerThreadPool();
        if (pool != null) {
            try {
                pool.execute(task);
                return;
            } catch (RejectedExecutionException e) {
                LOG.debug("The server has ended: {}", e.toString());
            }
        }
        task.run();
    }

    /** Goes on, on a thread that may wait. */
    final void handOver(Runnable work) {
        unwatch();
        ExecutorService pool = connection.getTransport().getWorkerThreadPool();
        if (pool == null) { // the server has ended
            connection.terminateSilently();
            return;
        }
        try {
            pool.execute(() -> guarded(work));
        } catch (RejectedExecutionException e) { // the same
            connection.terminateSilently();
        } catch (RuntimeException | Error e) { // no memory for a thread
            connection.terminateSilently();
            throw e;
        }
    }

    /** Does something on the selector's thread, later. Any thread may call this; it does not block. */
    final void onSelector(Runnable work) {
        NIOTransport transport = (NIOTransport) connection.getTransport();
        try {
            transport.getSelectorHandler().enque(connection.getSelectorRunner(), () -> {
                guarded(work);
                return true;
            }, null);
        } catch (RuntimeException | Error e) { // no memory
            connection.terminateSilently();
            throw e;
        }
    }

    // Time.

    private void cancelDeadline() {
        Deadline one = deadline;
        if (one != null) {
            one.cancel();
        }
    }

    /** Waits for nothing any more. */
    final void noDeadline() {
        waits++;
        cancelDeadline();
    }

    /** Does something later, in place of what would have been done; on the watch's thread. */
    final void after(Duration delay, Runnable action) {
        noDeadline();
        deadline = watch.after(delay, action);
        if (closed) {
            cancelDeadline();
        }
    }

    /** Says {@link #timeOver} later, unless {@link #noDeadline} was called or the connection was taken meanwhile. */
    final void judgeAfter(Duration delay) {
        int wait = waits + 1;
        after(delay, () -> onSelector(() -> judge(wait, delay)));
    }

    private void judge(int wait, Duration delay) {
        if (wait != waits || closed) {
            return;
        }
        if (watched) {
            judgeAfter(delay); // if it has come in time: what it has to wait for then takes its own time
            int next = waits;
            readable();
            if (next != waits || !watched || closed) {
                return;
            }
        }
        timeOver();
    }
}
