package io.techops.broadcast.engine;

import io.techops.broadcast.HubTimer;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * For how long one call of a publisher waits for room in the log: not at all, as long as it takes, or up to a limit and
 * until its thread is interrupted. For the thread that publishes, but for the end of the time.
 */
final class RoomWait {

    static final RoomWait NONE = new RoomWait(null, Duration.ZERO, false);
    static final RoomWait UNLIMITED = new RoomWait(null, Duration.ZERO, false);

    static {
        NONE.over = true;
    }

    private final @Nullable HubTimer timer;
    private final Duration limit;
    private final boolean interruptible;
    private HubTimer.@Nullable Cancellation timeout;
    private boolean interrupted;
    /** Written by the timer, before it wakes those who wait. */
    private volatile boolean over;

    private RoomWait(@Nullable HubTimer timer, Duration limit, boolean interruptible) {
        this.timer = timer;
        this.limit = limit;
        this.interruptible = interruptible;
    }

    /** {@return a wait for one call, whose time begins when there is no room} */
    static RoomWait upTo(Duration limit, HubTimer timer) {
        return limit.isZero() ? NONE : new RoomWait(timer, limit, true);
    }

    /** {@return a wait as {@link #upTo} says, which an interrupt does not end} */
    static RoomWait uninterruptible(Duration limit, HubTimer timer) {
        return limit.isZero() ? NONE : new RoomWait(timer, limit, false);
    }

    /** {@return whether not to wait, or not any longer} */
    boolean isOver() {
        return over;
    }

    /** Begins the time. Without the lock. */
    void begin(Runnable wake) {
        if (timer != null) {
            timeout = timer.schedule(() -> {
                over = true;
                wake.run();
            }, limit);
            if (ForeignTimer.isUnset(timeout)) { // there is no memory for a wait that ends
                over = true; // and never back: the time may be over already
            }
        }
    }

    /** Waits for a signal. Under the lock. */
    void await(Condition room) {
        if (!interruptible) {
            room.awaitUninterruptibly();
            return;
        }
        try {
            room.await();
        } catch (InterruptedException e) {
            interrupted = true;
            over = true;
        }
    }

    /** Ends what {@link #begin} began. */
    void end() {
        if (timeout != null) {
            timeout.cancel();
        }
    }

    /** Throws if the wait has ended because the thread was interrupted. */
    void throwIfInterrupted() throws InterruptedException {
        if (interrupted) {
            throw new InterruptedException("interrupted while the hub is saturated");
        }
    }
}
