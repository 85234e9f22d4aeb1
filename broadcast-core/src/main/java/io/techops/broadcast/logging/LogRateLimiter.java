package io.techops.broadcast.logging;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Lets the first of a burst of warnings through: for warnings that strangers can cause as often as they like. Safe for
 * use by any number of threads.
 */
public final class LogRateLimiter {

    private static final long PAUSE = Duration.ofSeconds(10).toNanos();

    private final LongSupplier clock;
    private final AtomicLong next;
    private final AtomicLong suppressed = new AtomicLong();

    /** Makes one on the clock of the JVM. */
    public LogRateLimiter() {
        this(System::nanoTime);
    }

    /**
     * Makes one on another clock.
     *
     * @param clock the time in nanoseconds since some arbitrary moment; never goes back
     */
    public LogRateLimiter(LongSupplier clock) {
        this.clock = clock;
        this.next = new AtomicLong(clock.getAsLong());
    }

    /** {@return whether this one is to be let through: the first in ten seconds} */
    public boolean first() {
        long now = clock.getAsLong();
        long due = next.get();
        if (now - due >= 0 && next.compareAndSet(due, now + PAUSE)) {
            return true;
        }
        suppressed.incrementAndGet();
        return false;
    }

    /** {@return how many were not let through since this was last asked} */
    public long suppressed() {
        return suppressed.getAndSet(0);
    }
}
