package io.techops.broadcast.engine;

import io.techops.broadcast.HubTimer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/*
 * A timer that is late is a sign that the whole process may have stood still: a laptop that slept, a virtual machine
 * that was moved, a long garbage collection. What peers sent meanwhile is still in the kernel. So no deadline is
 * applied for a grace as long as the delay, within bounds: in this time the kernel's data is read, and stalled peers
 * are written to, so that they get the time that they have lost. The grace is given once, and not for each short delay
 * within it, of which a busy machine has many; a long delay within it starts another.
 */

/**
 * The deadlines of a shard, with one timer task for all: it is set for the earliest. Each time it runs, the shard
 * passes every deadline that it has to {@link #passed}, which sets the timer for those still to come. Owned by a shard.
 */
final class ShardTimer {

    /** Stands for no time: nothing is scheduled. */
    static final long NEVER = Long.MIN_VALUE;

    private static final long LATE = Duration.ofMillis(50).toNanos();
    private static final long LATE_IN_GRACE = Duration.ofSeconds(1).toNanos();
    private static final long LEAST_GRACE = Duration.ofSeconds(5).toNanos();
    private static final long MOST_GRACE = Duration.ofSeconds(10).toNanos();

    private final HubTimer timer;
    private final Runnable wake;
    private final Runnable fire = this::fire;
    private final AtomicBoolean fired = new AtomicBoolean();
    private HubTimer.@Nullable Cancellation scheduled;
    private long earliest = NEVER;
    /** Until when no deadline is applied, if {@link #graced}. */
    private boolean graced;
    private long graceEnds;

    /** Written by the shard for the timer, and by the timer for the shard. */
    private volatile long firesAt;
    private volatile long firedLate;

    /**
     * @param wake called by the timer when a deadline has passed
     */
    ShardTimer(HubTimer timer, Runnable wake) {
        this.timer = timer;
        this.wake = wake;
    }

    /** {@return whether it is time to check all deadlines} */
    boolean due() {
        // By the clock too: a timer may have lost the task, or refused it, for want of memory.
        long now = timer.nanoTime();
        boolean told = fired.get();
        if (!told && (earliest == NEVER || now - earliest < 0)) {
            return false;
        }
        long late = told ? firedLate : now - firesAt;
        fired.set(false);
        cancel(); // the task has run, unless it was replaced just before
        if (late > (graced ? LATE_IN_GRACE : LATE)) {
            graced = true;
            graceEnds = now + Math.max(LEAST_GRACE, Math.min(late, MOST_GRACE));
        }
        if (graced && graceEnds - now > 0) {
            at(graceEnds);
            return false;
        }
        graced = false;
        return true;
    }

    /** {@return whether {@code deadline} has passed; if not, {@link #due} will be true once it has} */
    boolean passed(long deadline, long now) {
        return passed(deadline, now, 0);
    }

    /**
     * {@return whether {@code deadline} has passed}
     *
     * @param slack how much later {@link #due} may be true, in nanoseconds, so that many deadlines are checked together
     */
    boolean passed(long deadline, long now, long slack) {
        if (deadline - now <= 0) {
            return true;
        }
        at(deadline - now < slack ? now + slack : deadline); // by the difference: the clock may wrap
        return false;
    }

    /** Makes {@link #due} true at {@code deadline}, if not earlier. */
    void at(long deadline) {
        boolean earlier = earliest == NEVER || deadline - earliest < 0;
        if (!earlier && scheduled != null) {
            return;
        }
        long next = earlier ? deadline : earliest;
        cancel();
        earliest = next == NEVER ? NEVER + 1 : next;
        long now = timer.nanoTime();
        firesAt = next - now > 0 ? next : now; // one that has passed already is not late
        var taken = timer.schedule(fire, Duration.ofNanos(firesAt - now));
        scheduled = ForeignTimer.isUnset(taken) ? null : taken;
    }

    /**
     * Ends a round: sets the timer again if it did not take the last task, for want of memory.
     *
     * @return when {@link #due} will be true, or {@link #NEVER}
     */
    long next() {
        if (scheduled == null && earliest != NEVER) {
            at(earliest);
        }
        return earliest;
    }

    void cancel() {
        HubTimer.Cancellation before = scheduled;
        scheduled = null;
        earliest = NEVER;
        if (before != null) {
            before.cancel();
        }
    }

    private void fire() {
        firedLate = timer.nanoTime() - firesAt;
        fired.set(true);
        wake.run();
    }
}
