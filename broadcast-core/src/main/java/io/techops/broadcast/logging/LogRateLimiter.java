package io.techops.broadcast.logging;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Lets one warning through in ten seconds: for warnings that clients can cause at any rate. Safe for use by any number
 * of threads.
 */
public final class LogRateLimiter {

    private static final long PAUSE = Duration.ofSeconds(10).toNanos();

    private final LongSupplier clock;
    private final AtomicLong next;
    private final AtomicLong suppressed = new AtomicLong();

    /** Makes a limiter with the clock of the JVM. */
    public LogRateLimiter() {
        this(System::nanoTime);
    }

    /**
     * Makes a limiter with another clock.
     *
     * @param clock the time in nanoseconds since some arbitrary moment; never goes back
     */
    public LogRateLimiter(LongSupplier clock) {
        this.clock = clock;
        this.next = new AtomicLong(clock.getAsLong());
    }

    /** {@return whether to log this warning: the first in ten seconds} */
    public boolean first() {
        long now = clock.getAsLong();
        long due = next.get();
        if (now - due >= 0 && next.compareAndSet(due, now + PAUSE)) {
            return true;
        }
        suppressed.incrementAndGet();
        return false;
    }

    /** {@return how many warnings were not let through since the last call of this method} */
    public long suppressed() {
        return suppressed.getAndSet(0);
    }
}
