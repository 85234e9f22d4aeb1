package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.logging.FailureLog;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.glassfish.grizzly.Context;
import org.glassfish.grizzly.IOEvent;
import org.glassfish.grizzly.ProcessorResult;
import org.glassfish.grizzly.StandaloneProcessor;
import org.glassfish.grizzly.nio.NIOConnection;
import org.glassfish.grizzly.nio.NIOTransport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * One thread at a time owns a connection. The selector's thread owns it while the selector watches the socket. A thread
 * that takes it from there owns it until it gives the connection back, or to another thread; meanwhile TCP slows the
 * client down. Grizzly reports the end of every connection, once and on any thread.
 */

/** Handles Grizzly's events of a connection that reads and writes its socket itself. */
public abstract class ConnectionProcessor extends StandaloneProcessor {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionProcessor.class);
    private static final FailureLog FAILURES = new FailureLog(LOG);

    public final NIOConnection connection;
    /**
     * Whether the selector watches the socket. Written last by the thread that gives the connection to the selector.
     */
    private volatile boolean watched;

    /**
     * @param watched whether the selector watches the socket; if not, the current thread owns the connection
     */
    ConnectionProcessor(NIOConnection connection, boolean watched) {
        this.connection = connection;
        this.watched = watched;
    }

    /** Called when the connection was accepted. Not called if this takes over a connection later. */
    void accepted() {
        // Nothing to do.
    }

    /** Called when there may be input, or when a deadline may have passed and there is none. */
    abstract void readable();

    /** Called when the connection is closed, on any thread. */
    abstract void closed();

    @Override
    public final boolean isInterested(IOEvent event) {
        return true;
    }

    @Override
    @SuppressWarnings("rawtypes") // raw in Grizzly's class
    public final ProcessorResult process(Context context) {
        switch (context.getIoEvent()) {
            case ACCEPTED -> guarded(this::accepted); // without a deadline, for want of memory, it could stay for ever
            case READ -> mayRead();
            case CLOSED -> closed();
            default -> { }
        }
        return ProcessorResult.createComplete();
    }

    /** Called by the selector's thread when there is input. */
    final void mayRead() {
        if (watched) {
            guarded(this::readable);
        } else {
            ignore(); // the selector watches although another thread has taken the connection again
        }
    }

    /** Runs work of the server; a failure does not end the thread. */
    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            FAILURES.warn("A connection could not be served, and is closed", e);
            connection.terminateSilently();
        }
    }

    // Which thread owns the connection.

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

    /** Gives the connection to the selector: the last call of the thread that owned it. */
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

    /** Runs a task that may wait on a thread of the pool, or on this thread if the server has ended. */
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

    /** Gives the connection to a thread that may wait, which runs {@code work}. */
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

    /** Runs work on the selector's thread, later. Any thread may call this; it does not block. */
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
}
