package io.techops.broadcast.tyrus.connection;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Something that happens later, once or again and again, unless it is cancelled. */
public final class Deadline implements Comparable<Deadline> {

    static final int GRACE_MILLIS = 500;
    /** What is later than this was not in time to be judged. */
    private static final long LATE_NANOS = Duration.ofMillis(50).toNanos();

    /** Guarded by the queue, which it is not in while they change. */
    private long at;
    private boolean hasGrace;
    /** In nanoseconds; 0 for once. */
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

    /** {@return what is to be done; null if it was cancelled} */
    @Nullable Runnable action() {
        return action;
    }

    /** {@return how long it is until then, in nanoseconds} */
    long nanosAfter(long now) {
        return at - now;
    }

    /** {@return whether there is a grace, because it is late; it begins now} */
    boolean isGranted(long now) {
        if (!hasGrace || now - at <= LATE_NANOS) {
            return false;
        }
        at = now + Duration.ofMillis(GRACE_MILLIS).toNanos();
        hasGrace = false;
        return true;
    }

    /** {@return whether there is a next time, which is set now} */
    boolean isRepeated(long now) {
        at = now + interval;
        return interval > 0;
    }

    @Override
    public int compareTo(Deadline other) {
        return Long.compare(at - other.at, 0);
    }
}
