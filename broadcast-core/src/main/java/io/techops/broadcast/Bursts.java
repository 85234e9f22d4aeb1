package io.techops.broadcast;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Lets one of a burst through: for warnings that others can provoke as often as they like. Safe for use by any
 * number of threads.
 */
final class Bursts {

    private static final long PAUSE = Duration.ofSeconds(10).toNanos();

    private final LongSupplier clock;
    private final AtomicLong next;
    private final AtomicLong suppressed = new AtomicLong();

    Bursts(HubTimer timer) {
        this(timer::nanoTime);
    }

    Bursts(LongSupplier clock) {
        this.clock = clock;
        this.next = new AtomicLong(clock.getAsLong());
    }

    /** {@return whether this one is to be let through: the first in ten seconds} */
    boolean first() {
        long now = clock.getAsLong();
        long due = next.get();
        if (now - due >= 0 && next.compareAndSet(due, now + PAUSE)) {
            return true;
        }
        suppressed.incrementAndGet();
        return false;
    }

    /** {@return how many were not let through since this was last asked} */
    long suppressed() {
        return suppressed.getAndSet(0);
    }
}
