package io.techops.broadcast.engine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The pace at which a hub that ends closes its peers: all at once if they are few, otherwise one after the other at an
 * even pace, so that they do not all reconnect at the same moment. Shared by the shards; safe for use by any number of
 * threads.
 */
final class DrainPacer {

    /** Up to this number, peers are closed all at once. */
    static final int AT_ONCE = 100;

    /**
     * The shortest wait of a shard, in nanoseconds, so that one round makes all closes that have become due meanwhile.
     */
    private static final long TICK = Duration.ofMillis(5).toNanos();

    private final long begin;
    private final long spread;
    private final long gap;
    private final AtomicInteger turns = new AtomicInteger();

    /**
     * @param begin now, in the timer's nanoseconds
     * @param peers how many there are to close
     * @param spread how long closing them is to take, in nanoseconds
     */
    DrainPacer(long begin, int peers, long spread) {
        this.begin = begin;
        this.spread = peers > AT_ONCE ? spread : 0;
        this.gap = this.spread / Math.max(1, peers);
    }

    /** {@return 0 if one more peer may be closed now, otherwise in how many nanoseconds to ask again} */
    long takeTurn(long now) {
        long passed = now - begin;
        while (passed < spread) {
            int taken = turns.get();
            long due = gap * taken;
            if (due > passed) {
                return Math.max(TICK, due - passed);
            }
            if (turns.compareAndSet(taken, taken + 1)) {
                return 0;
            }
        }
        return 0;
    }
}
