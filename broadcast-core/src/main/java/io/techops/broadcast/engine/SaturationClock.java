package io.techops.broadcast.engine;

import io.techops.broadcast.HubTimer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Measures how long publishers have waited: the time in which at least one of them waits. The end of a wait may be
 * reported before its begin, if different threads report the two. Safe for use by any number of threads.
 */
final class SaturationClock {

    private final String hub;
    private final HubTimer timer;

    /** All of these are guarded by this object's monitor, under which no foreign code is called. */
    private int waiting;
    private long since;
    private long nanos;
    private long told;
    private JfrEvents.@Nullable Saturated event;

    SaturationClock(String hub, HubTimer timer) {
        this.hub = hub;
        this.timer = timer;
    }

    /** A publisher has begun to wait. */
    void begins() {
        long now = timer.nanoTime();
        synchronized (this) {
            if (++waiting == 1) {
                since = now;
                event = JfrEvents.saturated();
            }
        }
    }

    /** A publisher has ceased to wait. */
    void ends() {
        long now = timer.nanoTime();
        JfrEvents.@Nullable Saturated ended;
        synchronized (this) {
            if (--waiting != 0) {
                return;
            }
            nanos += Math.max(0, now - since);
            ended = event;
        }
        JfrEvents.notSaturated(ended, hub);
    }

    /** {@return the time so far} Never less than before, although the end of a wait may be reported late. */
    Duration total() {
        long now = timer.nanoTime();
        synchronized (this) {
            told = Math.max(told, nanos + (waiting > 0 ? Math.max(0, now - since) : 0));
            return Duration.ofNanos(told);
        }
    }
}
