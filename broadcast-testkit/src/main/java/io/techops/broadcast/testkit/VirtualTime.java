package io.techops.broadcast.testkit;

import java.time.Duration;

/**
 * Waits with virtual time: runs the hub, and if nothing arrives, lets virtual time pass.
 *
 * @param run runs all tasks of the hub that are due now
 * @param timer the timer of the hub
 */
record VirtualTime(Runnable run, VirtualTimer timer) implements Inbox.Waiting {

    @Override
    public long nanoTime() {
        return timer.nanoTime();
    }

    @Override
    public boolean awaitChange(Inbox inbox, long seen, Duration most) {
        run.run();
        return inbox.hasChangedSince(seen) || timer.passToNext(most.isNegative() ? Duration.ZERO : most);
    }
}
