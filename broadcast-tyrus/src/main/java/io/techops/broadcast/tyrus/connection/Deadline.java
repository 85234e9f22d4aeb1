package io.techops.broadcast.tyrus.connection;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An action at a later time, once or repeatedly, unless it is cancelled. */
public final class Deadline implements Comparable<Deadline> {

    static final int GRACE_MILLIS = 500;
    /** A deadline that runs later than this after its time, in nanoseconds, gets a grace. */
    private static final long LATE_NANOS = Duration.ofMillis(50).toNanos();

    /** Guarded by the queue; changes only while this is not in the queue. */
    private long at;
    private boolean hasGrace;
    /** The interval in nanoseconds; 0 for an action that runs once. */
    private final long interval;
    private volatile @Nullable Runnable action;

    Deadline(Duration delay, boolean hasGrace, Runnable action) {
        this(delay, hasGrace, Duration.ZERO, action);
    }

    Deadline(Duration delay, boolean hasGrace, Duration interval, Runnable action) {
        this.at = System.nanoTime() + delay.toNanos();
        this.hasGrace = hasGrace;
        this.interval = interval.toNanos();
        this.action = action;
    }

    public void cancel() {
        action = null;
    }

    /** {@return the action; null if it was cancelled} */
    @Nullable Runnable action() {
        return action;
    }

    /** {@return the time from {@code now} to the deadline, in nanoseconds} */
    long nanosAfter(long now) {
        return at - now;
    }

    /** {@return whether the deadline is so late that it gets a grace, which begins now} */
    boolean isGranted(long now) {
        if (!hasGrace || now - at <= LATE_NANOS) {
            return false;
        }
        at = now + Duration.ofMillis(GRACE_MILLIS).toNanos();
        hasGrace = false;
        return true;
    }

    /** {@return whether the action is repeated} Sets the next time. */
    boolean isRepeated(long now) {
        at = now + interval;
        return interval > 0;
    }

    @Override
    public int compareTo(Deadline other) {
        return Long.compare(at - other.at, 0);
    }
}
