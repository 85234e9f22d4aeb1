package io.techops.broadcast.tyrus.connection;

import io.techops.broadcast.logging.FailureLog;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread with a selector, which waits for sockets and deadlines, and runs the actions that wait for them. Goes on
 * whatever an action throws. Safe for use by any number of threads.
 */
final class ReadinessThread {

    private static final Logger LOG = LoggerFactory.getLogger(ReadinessThread.class);

    /** How long a selector may sleep, in milliseconds, while there are keys that it has not forgotten yet. */
    private static final long LEAVING_MILLIS = 1;

    private static final Runnable LET_GO = () -> { };

    private final Selector selector;
    private final Thread thread;
    /**
     * The action for when a socket is writable, or {@link #LET_GO}. Uses no class of its own that would have to be
     * loaded.
     */
    private final Map<SocketChannel, Runnable> wishes = new ConcurrentHashMap<>();
    private final Deadlines deadlines = new Deadlines();
    /**
     * The cancelled keys that the selector has not forgotten yet. Owned by the thread. The next select does not always
     * forget them: the thread that closes the channel also cancels its keys, and it may have marked a key as cancelled,
     * so that this thread cannot cancel it again, but not yet queued it for the selector. It does not wake the selector
     * when it has.
     */
    private final List<SelectionKey> leaving = new ArrayList<>();
    private final FailureLog failures = new FailureLog(LOG);
    private volatile boolean closed;

    /**
     * Starts a thread, or leaves nothing behind.
     *
     * @throws IOException if there is no descriptor for a selector
     * @throws OutOfMemoryError if there is no memory, or there can be no more threads
     */
    ReadinessThread(String name) throws IOException {
        selector = Selector.open();
        try {
            thread = new Thread(this::run, name);
            thread.setDaemon(true);
            thread.start();
        } catch (Throwable thrown) {
            selector.close();
            throw thrown;
        }
    }

    /** Calls {@code whenWritable} once, when the socket takes bytes, or has failed, which the next write will show. */
    void awaitWritable(SocketChannel channel, Runnable whenWritable) {
        wishes.put(channel, whenWritable);
        selector.wakeup();
    }

    /** Forgets a channel that is about to be closed: its descriptor is freed only when no selector has a key of it. */
    void letGo(SocketChannel channel) {
        wishes.put(channel, LET_GO);
        selector.wakeup();
    }

    void add(Deadline deadline) {
        if (deadlines.add(deadline)) {
            selector.wakeup();
        }
    }

    private void run() {
        while (!closed) {
            ThreadState.restore();
            try {
                selector.select(this::writable, leaving.isEmpty() ? deadlines.waitMillis() : LEAVING_MILLIS);
                leaving.removeIf(key -> key.channel().keyFor(selector) != key);
                grantWishes();
                meetDeadlines();
            } catch (Throwable thrown) {
                failures.warn("The socket watch goes on after a failure", thrown);
            }
        }
    }

    private void writable(SelectionKey key) {
        Runnable whenWritable = (Runnable) key.attachment();
        try {
            key.interestOps(0);
        } catch (CancelledKeyException e) {
            return; // closed meanwhile: the connection handles that
        }
        call(whenWritable);
    }

    private void grantWishes() {
        for (SocketChannel channel : wishes.keySet()) {
            Runnable whenWritable = wishes.remove(channel);
            if (whenWritable == LET_GO) {
                SelectionKey key = channel.keyFor(selector);
                if (key != null) {
                    key.cancel();
                    leaving.add(key);
                }
                continue;
            }
            try {
                channel.register(selector, SelectionKey.OP_WRITE, whenWritable);
            } catch (Throwable thrown) { // usually because it was closed
                call(whenWritable);
            }
        }
    }

    private void meetDeadlines() {
        for (Runnable action = deadlines.takeDue(); action != null; action = deadlines.takeDue()) {
            call(action);
        }
    }

    private void call(Runnable action) {
        try {
            action.run();
        } catch (Throwable thrown) {
            failures.warn("A callback of the socket watch threw", thrown);
        } finally {
            Thread.interrupted(); // a host's executor may have left it interrupted
        }
    }

    /**
     * Ends the thread; if called on this thread, it ends when the call has returned. Actions that still wait are never
     * run.
     */
    void close() {
        closed = true;
        selector.wakeup();
        boolean interrupted = false;
        while (Thread.currentThread() != thread && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        try {
            selector.close();
        } catch (IOException e) {
            LOG.debug("Closing a selector failed", e);
        }
    }
}
