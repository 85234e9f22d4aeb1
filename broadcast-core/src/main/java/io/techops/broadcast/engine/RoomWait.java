package io.techops.broadcast.engine;

import io.techops.broadcast.HubTimer;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * How long one call of a publisher waits for room: not at all, as long as it takes, or up to a limit and until its
 * thread is interrupted. For the thread that publishes; only the end of the time comes from the timer's thread.
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
    /** Written by the timer, before it wakes the waiting threads. */
    private volatile boolean over;

    private RoomWait(@Nullable HubTimer timer, Duration limit, boolean interruptible) {
        this.timer = timer;
        this.limit = limit;
        this.interruptible = interruptible;
    }

    /** {@return a wait for one call, whose time starts when there is no room} */
    static RoomWait upTo(Duration limit, HubTimer timer) {
        return limit.isZero() ? NONE : new RoomWait(timer, limit, true);
    }

    /** {@return a wait like that of {@link #upTo} that an interrupt does not end} */
    static RoomWait uninterruptible(Duration limit, HubTimer timer) {
        return limit.isZero() ? NONE : new RoomWait(timer, limit, false);
    }

    /** {@return whether to wait no longer} */
    boolean isOver() {
        return over;
    }

    /** Starts the time. Called without the lock. */
    void begin(Runnable wake) {
        if (timer != null) {
            timeout = timer.schedule(() -> {
                over = true;
                wake.run();
            }, limit);
            if (ForeignTimer.isUnset(timeout)) { // there is no memory for a wait that ends
                over = true; // and never false again: the time may be over already
            }
        }
    }

    /** Waits for a signal. Called with the lock held. */
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

    /** Cancels the timer that {@link #begin} set. */
    void end() {
        if (timeout != null) {
            timeout.cancel();
        }
    }

    /**
     * Throws if the wait has ended because the thread was interrupted. If there was room in the same moment, so that
     * what waited was done, the thread is left interrupted instead.
     */
    void throwIfInterrupted(boolean done) throws InterruptedException {
        if (!interrupted) {
            return;
        }
        if (!done) {
            throw new InterruptedException("interrupted while the hub is saturated");
        }
        Thread.currentThread().interrupt();
    }
}
