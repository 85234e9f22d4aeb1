package io.techops.broadcast.tyrus.connection;

import io.techops.broadcast.logging.FailureLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * A selector of its own waits for sockets, and its thread runs what waited for them: a turn of a flush, with TLS its
 * encryption too. Grizzly can tell of writable sockets as well: NIOConnection.enableIOEvent(WRITE) makes its selector
 * call IOStrategy.executeIoEvent (notifyCanWrite is of no use: it asks Grizzly's own queue, which is empty when the
 * bytes do not go through it). The flush would then run
 *   on the selector's thread    where a turn of every slow peer that is ready comes before the reads of all other peers
 *   on the reading threads      which policies of the host may block, and which would encrypt for slow peers on as many
 *                               threads as there are, beside the shards that write to those that keep up
 * Here what slow peers cost the others is bounded by one thread (promise I5), whose price is that slow peers with TLS
 * catch up no faster than it encrypts.
 */

/**
 * Waits, on one thread, until sockets take more bytes and until deadlines have passed. What is called back must not
 * block. Safe for use by any number of threads.
 */
public final class WriteReadiness implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WriteReadiness.class);
    private static final int TIDY = 64;

    /** What is later than this was not in time to be judged. */
    private static final long LATE_NANOS = Duration.ofMillis(50).toNanos();
    private static final int GRACE_MILLIS = 500;

    /** How long a selector may sleep while it has not forgotten a key. */
    private static final long LEAVING_MILLIS = 1;

    private final Selector selector;
    private final Thread thread;
    private final Queue<Wish> wishes = new ConcurrentLinkedQueue<>();
    /** Those that are cancelled stay for a while, but never more of them than of the others, give or take a few. */
    private final PriorityQueue<Deadline> deadlines = new PriorityQueue<>();
    private int tidyAt = TIDY;
    /**
     * Owned by the thread: keys of channels that it has let go of, until the selector has forgotten them. That is not
     * always with its next select: the thread that closes the channel cancels them too, and may have marked a key as
     * cancelled, so that we cannot do it again, without having queued it for the selector yet. It does not wake the
     * selector once it has.
     */
    private final List<SelectionKey> leaving = new ArrayList<>();
    private final FailureLog failures = new FailureLog(LOG);
    private volatile boolean closed;

    /** What is to be called when a socket is writable, or, without a callback, a channel to let go of. */
    private record Wish(SocketChannel channel, @Nullable Runnable whenWritable) {
    }

    /** Something that happens later, unless it is cancelled. */
    public static final class Deadline implements Comparable<Deadline> {
        /** Guarded by the queue, which it is not in while they change. */
        private long at;
        private boolean hasGrace;
        private volatile @Nullable Runnable action;

        private Deadline(long at, boolean hasGrace, Runnable action) {
            this.at = at;
            this.hasGrace = hasGrace;
            this.action = action;
        }

        public void cancel() {
            action = null;
        }

        private Deadline afterGrace(long now) {
            at = now + Duration.ofMillis(GRACE_MILLIS).toNanos();
            hasGrace = false;
            return this;
        }

        @Override
        public int compareTo(Deadline other) {
            return Long.compare(at - other.at, 0);
        }
    }

    public WriteReadiness(String name) {
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException("a selector cannot be opened", e);
        }
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Calls {@code whenWritable} once, when the socket takes bytes, or has failed, which the next write will tell. */
    void awaitWritable(SocketChannel channel, Runnable whenWritable) {
        wishes.add(new Wish(channel, whenWritable));
        selector.wakeup();
    }

    /**
     * Calls {@code action}, which is to end something that has taken too long, after {@code delay}. If this thread runs
     * much later than that, as after a pause of the whole process, what has come in time may not have been read yet:
     * then there is a grace of {@value #GRACE_MILLIS} ms more.
     */
    public Deadline after(Duration delay, Runnable action) {
        return add(new Deadline(System.nanoTime() + delay.toNanos(), true, action));
    }

    /** Calls {@code action} after {@code delay}. */
    public Deadline in(Duration delay, Runnable action) {
        return add(new Deadline(System.nanoTime() + delay.toNanos(), false, action));
    }

    private Deadline add(Deadline deadline) {
        boolean first;
        synchronized (deadlines) {
            if (deadlines.size() >= tidyAt) {
                deadlines.removeIf(one -> one.action == null);
                tidyAt = 2 * deadlines.size() + TIDY;
            }
            deadlines.add(deadline);
            first = deadlines.peek() == deadline;
        }
        if (first) {
            selector.wakeup();
        }
        return deadline;
    }

    /** Lets go of a channel that is about to be closed: its descriptor is freed only when no selector knows it. */
    void letGo(SocketChannel channel) {
        wishes.add(new Wish(channel, null));
        selector.wakeup();
    }

    private void run() {
        while (!closed) {
            ThreadState.restore();
            try {
                selector.select(this::writable, waitMillis());
                forget();
                grantWishes();
                meetDeadlines();
            } catch (Throwable thrown) {
                failures.warn("The socket watch goes on after a failure", thrown);
            }
        }
    }

    private void forget() {
        if (!leaving.isEmpty()) {
            leaving.removeIf(key -> key.channel().keyFor(selector) != key);
        }
    }

    private long waitMillis() {
        if (!leaving.isEmpty()) {
            return LEAVING_MILLIS;
        }
        synchronized (deadlines) {
            Deadline next = deadlines.peek();
            return next == null ? 0 : Math.max(1, (next.at - System.nanoTime() + 999_999) / 1_000_000);
        }
    }

    private void writable(SelectionKey key) {
        Runnable whenWritable = (Runnable) key.attachment();
        try {
            key.interestOps(0);
        } catch (CancelledKeyException e) {
            return; // closed meanwhile: the connection knows
        }
        call(whenWritable);
    }

    private void grantWishes() {
        for (Wish wish = wishes.poll(); wish != null; wish = wishes.poll()) {
            Runnable whenWritable = wish.whenWritable();
            if (whenWritable == null) {
                SelectionKey key = wish.channel().keyFor(selector);
                if (key != null) {
                    key.cancel();
                    leaving.add(key);
                }
                continue;
            }
            try {
                wish.channel().register(selector, SelectionKey.OP_WRITE, whenWritable);
            } catch (Throwable thrown) { // closed, as a rule
                call(whenWritable);
            }
        }
    }

    private void meetDeadlines() {
        while (true) {
            Deadline due;
            synchronized (deadlines) {
                due = deadlines.peek();
                long now = System.nanoTime();
                if (due == null || due.at - now > 0) {
                    return;
                }
                deadlines.poll();
                if (due.hasGrace && now - due.at > LATE_NANOS) {
                    deadlines.add(due.afterGrace(now));
                    continue;
                }
            }
            Runnable action = due.action;
            if (action != null) {
                call(action);
            }
        }
    }

    private void call(Runnable action) {
        try {
            action.run();
        } catch (Throwable thrown) {
            failures.warn("A callback of the socket watch threw", thrown);
        } finally {
            Thread.interrupted(); // by a host's executor
        }
    }

    /** Ends the thread; what is waited for never happens. */
    @Override
    public void close() {
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
