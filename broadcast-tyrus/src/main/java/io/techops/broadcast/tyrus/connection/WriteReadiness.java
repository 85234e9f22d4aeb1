package io.techops.broadcast.tyrus.connection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * A few threads, each with its own selector, wait for sockets and run the waiting actions: a turn of a flush, with TLS
 * including encryption. A socket is given to one of these threads at its first wait, in rotation, and stays with it.
 * The first thread also runs the deadlines, and always exists; the others are started when a socket is given to them.
 * If one cannot be started, for want of descriptors, memory or threads, the socket is given to the first.
 *
 * Grizzly can report writable sockets too: NIOConnection.enableIOEvent(WRITE) makes its selector call
 * IOStrategy.executeIoEvent (notifyCanWrite is of no use: it asks Grizzly's own queue, which is empty when the bytes do
 * not go through it). The flush would then run
 *   on the selector's thread    where a turn of every slow peer that is ready comes before the reads of all other peers
 *   on the reading threads      which policies of the host may block, and which would encrypt for slow peers on as many
 *                               threads as there are, beside the shards that write to those that keep up
 * Each wait would change the interest of Grizzly's selector twice. Here what slow peers cost the others is bounded by
 * the number of these threads (promise I5), and it is Grizzly's selectors that know nothing of them.
 */

/**
 * Waits until sockets take more bytes and until deadlines have passed. The actions must not block: they would hold up
 * the other sockets of their thread. Safe for use by any number of threads.
 */
public final class WriteReadiness implements AutoCloseable {

    /** As many threads as processors; no more than four, so that slow peers leave processors to the shards. */
    private static final int MOST_THREADS = Math.min(4, Runtime.getRuntime().availableProcessors());

    private final String name;
    private final ReadinessThread first;

    /** The threads except the first; null if not started. Guarded by this. */
    private final @Nullable ReadinessThread[] others;
    private int turn;
    private boolean closed;

    /** Starts its first thread. */
    public WriteReadiness(String name) {
        this(name, MOST_THREADS);
    }

    WriteReadiness(String name, int mostThreads) {
        this.name = name;
        others = new ReadinessThread[mostThreads - 1];
        try {
            first = new ReadinessThread(name);
        } catch (IOException e) {
            throw new UncheckedIOException("a selector cannot be opened", e);
        }
    }

    /** {@return the thread that is to wait for the next socket} */
    synchronized ReadinessThread next() {
        int number = turn;
        turn = (number + 1) % (others.length + 1);
        return number == 0 ? first : other(number - 1);
    }

    private ReadinessThread other(int index) {
        ReadinessThread one = others[index];
        if (one == null && !closed) {
            try {
                one = new ReadinessThread(name + "-" + (index + 2));
                others[index] = one;
            } catch (IOException | OutOfMemoryError e) {
                // The first thread waits for this socket too; the next socket tries again.
            }
        }
        return one == null ? first : one;
    }

    /**
     * Calls {@code action}, which ends something that takes too long, after {@code delay}. If the thread runs much
     * later, for example after a pause of the whole process, input that came in time may not have been read yet: then
     * there is a grace of {@value Deadline#GRACE_MILLIS} ms more.
     */
    public Deadline after(Duration delay, Runnable action) {
        return add(new Deadline(delay, true, action));
    }

    /** Calls {@code action} after {@code delay}. */
    public Deadline in(Duration delay, Runnable action) {
        return add(new Deadline(delay, false, action));
    }

    /** Calls {@code action} every {@code interval}, whatever it throws: no memory is needed to go on. */
    public Deadline every(Duration interval, Runnable action) {
        return add(new Deadline(interval, false, interval, action));
    }

    private Deadline add(Deadline deadline) {
        first.add(deadline);
        return deadline;
    }

    /** Ends the threads; actions that still wait are never run. */
    @Override
    public void close() {
        List<ReadinessThread> all = new ArrayList<>();
        synchronized (this) {
            closed = true;
            for (ReadinessThread one : others) {
                if (one != null) {
                    all.add(one);
                }
            }
        }
        all.add(first);
        all.forEach(ReadinessThread::close);
    }
}
