package io.techops.broadcast.testkit;

import java.time.Duration;

/**
 * Waits for what a hub with virtual time does: lets it run, and if that brings nothing, lets time pass.
 *
 * @param run lets the hub do all that it has to do now
 * @param timer that of the hub
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
