package io.techops.broadcast.engine;

import io.techops.broadcast.HubTimer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Wakes a task when something is due, with one task of the timer at a time. Owned by the task that it wakes. */
final class TaskAlarm {

    private final HubTimer timer;
    private final Runnable wake;
    private HubTimer.@Nullable Cancellation set;
    private long at;

    /**
     * @param timer does not throw
     * @param wake wakes the task
     */
    TaskAlarm(HubTimer timer, Runnable wake) {
        this.timer = timer;
        this.wake = wake;
    }

    /**
     * Makes sure that the task is woken at a time, or earlier.
     *
     * @param due in the timer's nanoseconds
     * @return false if the timer cannot be set, for want of memory
     */
    boolean set(long due, long now) {
        if (set != null && at - now > 0 && at - due <= 0) {
            return true;
        }
        cancel();
        at = due;
        HubTimer.Cancellation scheduled = timer.schedule(wake, Duration.ofNanos(Math.max(0, due - now)));
        if (ForeignTimer.isUnset(scheduled)) {
            return false;
        }
        set = scheduled;
        return true;
    }

    void cancel() {
        HubTimer.Cancellation before = set;
        set = null;
        if (before != null) {
            before.cancel();
        }
    }
}
