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
 * One thread at a time has a connection. The selector's thread has it while it watches the socket. Who takes it from
 * there has it until he gives it back, or to another thread; TCP pushes back meanwhile. Whatever ends a connection,
 * Grizzly tells, once and on any thread.
 */

/** What Grizzly calls when something happens on a connection that reads and writes its socket itself. */
public abstract class ConnectionProcessor extends StandaloneProcessor {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionProcessor.class);
    private static final FailureLog FAILURES = new FailureLog(LOG);

    public final NIOConnection connection;
    /** Whether the selector watches the socket. Written last by who gives the connection to it. */
    private volatile boolean watched;

    /**
     * @param watched whether the selector watches the socket; if not, the thread that is here has the connection
     */
    ConnectionProcessor(NIOConnection connection, boolean watched) {
        this.connection = connection;
        this.watched = watched;
    }

    /** The connection was accepted. Not called on what takes one over later. */
    void accepted() {
        // Nothing is to be done for that.
    }

    /** Something can be read, or the time may be over: then there may be nothing. */
    abstract void readable();

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
            case ACCEPTED -> guarded(this::accepted); // without memory for its deadline it could stay for ever
            case READ -> mayRead();
            case CLOSED -> closed();
            default -> { }
        }
        return ProcessorResult.createComplete();
    }

    /** The selector's thread has found that something can be read. */
    final void mayRead() {
        if (watched) {
            guarded(this::readable);
        } else {
            ignore(); // the selector was told to watch after another thread had taken the connection again
        }
    }

    /** What of ours fails must not fail the thread. */
    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            FAILURES.warn("A connection could not be served, and is closed", e);
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
}
