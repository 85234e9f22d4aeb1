package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.tyrus.connection.Deadline;
import io.techops.broadcast.tyrus.connection.WriteReadiness;
import java.time.Duration;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;

/*
 * A deadline is checked by the selector's thread, after it has read the socket: the input may have come in time while
 * the whole process stood still.
 */

/** A connection with a deadline. */
abstract class TimedProcessor extends ConnectionProcessor {

    private final WriteReadiness watch;
    /** Counts deadlines: one that was replaced may still run. */
    private volatile int waits;
    private volatile @Nullable Deadline deadline;
    private volatile boolean closed;

    TimedProcessor(NIOConnection connection, WriteReadiness watch, boolean watched) {
        super(connection, watched);
        this.watch = watch;
    }

    /** Called when the deadline of {@link #judgeAfter} has passed. */
    abstract void timeOver();

    @Override
    void closed() {
        closed = true;
        cancelDeadline();
    }

    final boolean isClosed() {
        return closed;
    }

    private void cancelDeadline() {
        Deadline one = deadline;
        if (one != null) {
            one.cancel();
        }
    }

    /** Cancels the deadline. */
    final void noDeadline() {
        waits++;
        cancelDeadline();
    }

    /** Runs an action later, on the thread of the deadlines, in place of the last deadline. */
    final void after(Duration delay, Runnable action) {
        noDeadline();
        deadline = watch.after(delay, action);
        if (closed) {
            cancelDeadline();
        }
    }

    /** Calls {@link #timeOver} later, unless {@link #noDeadline} was called or the connection was taken meanwhile. */
    final void judgeAfter(Duration delay) {
        int wait = waits + 1;
        after(delay, () -> onSelector(() -> judge(wait, delay)));
    }

    private void judge(int wait, Duration delay) {
        if (wait != waits || closed) {
            return;
        }
        if (isWatched()) {
            judgeAfter(delay); // a new deadline, in case that the input has come in time
            int next = waits;
            readable();
            if (next != waits || !isWatched() || closed) {
                return;
            }
        }
        timeOver();
    }
}
