package io.techops.broadcast;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets one of a burst through: for warnings that somebody else can provoke as often as he likes. Safe for use by any
 * number of threads.
 */
final class Bursts {

    private static final long PAUSE = Duration.ofSeconds(10).toNanos();

    private final HubTimer timer;
    private final AtomicLong next;
    private final AtomicLong suppressed = new AtomicLong();

    Bursts(HubTimer timer) {
        this.timer = timer;
        this.next = new AtomicLong(timer.nanoTime());
    }

    /** {@return whether this one is to be let through: the first in ten seconds} */
    boolean first() {
        long now = timer.nanoTime();
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
