package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.tyrus.connection.Deadline;
import io.techops.broadcast.tyrus.connection.WriteReadiness;
import java.time.Duration;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;

/*
 * A deadline is judged by the selector's thread, after what is waiting in the socket was read: it may have come in time
 * while the whole process stood still.
 */

/** A connection that has to be in time. */
abstract class TimedProcessor extends ConnectionProcessor {

    private final WriteReadiness watch;
    /** Counts deadlines: an old one may be late. */
    private volatile int waits;
    private volatile @Nullable Deadline deadline;
    private volatile boolean closed;

    TimedProcessor(NIOConnection connection, WriteReadiness watch, boolean watched) {
        super(connection, watched);
        this.watch = watch;
    }

    /** What {@link #judgeAfter} waited for has not come. */
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
        if (isWatched()) {
            judgeAfter(delay); // if it has come in time: what it has to wait for then takes its own time
            int next = waits;
            readable();
            if (next != waits || !isWatched() || closed) {
                return;
            }
        }
        timeOver();
    }
}
