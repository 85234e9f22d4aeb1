package io.techops.broadcast.tyrus;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/*
 * The core has one like it, which runs on a hub's clock and counts what it holds back. It is not this one, because a
 * module can use another's class only if that is public API, and a module has one package.
 */

/**
 * Lets one of a burst through: for warnings that somebody else can provoke as often as he likes. Safe for use by any
 * number of threads.
 */
final class Bursts {

    private static final long PAUSE = Duration.ofSeconds(10).toNanos();

    private final AtomicLong next = new AtomicLong(System.nanoTime());

    /** {@return whether this one is to be let through: the first in ten seconds} */
    boolean first() {
        long now = System.nanoTime();
        long due = next.get();
        return now - due >= 0 && next.compareAndSet(due, now + PAUSE);
    }
}
