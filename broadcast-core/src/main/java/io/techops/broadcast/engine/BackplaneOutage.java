package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.logging.SafeLog;
import org.jspecify.annotations.Nullable;

/**
 * Whether the backplane is away: as long as the last read or the last append has failed. Meanwhile the outbox takes
 * nothing. Changed by the task of the backplane, read by any thread.
 */
final class BackplaneOutage {

    private static final SafeLog LOG = SafeLog.of(BroadcastHub.class);

    private final String hub;
    private final Outbox outbox;
    private final HubMetrics metrics;
    private boolean cannotRead;
    private boolean cannotAppend;
    private volatile boolean away;
    private volatile long count;

    /** @param hub its name */
    BackplaneOutage(String hub, Outbox outbox, HubMetrics metrics) {
        this.hub = hub;
        this.outbox = outbox;
        this.metrics = metrics;
    }

    boolean isAway() {
        return away;
    }

    /** {@return how often the backplane was away} */
    long count() {
        return count;
    }

    /** The last read has failed, or has not. */
    void reading(boolean fails, @Nullable Throwable failure) {
        cannotRead = fails;
        change(failure);
    }

    /** The last append has failed, or has not. */
    void appending(boolean fails, @Nullable Throwable failure) {
        cannotAppend = fails;
        change(failure);
    }

    private void change(@Nullable Throwable failure) {
        boolean now = cannotRead || cannotAppend;
        if (away == now) {
            return;
        }
        away = now;
        outbox.close(now);
        if (now) {
            count = count + 1;
            LOG.warn("The backplane is away ({}): nothing of hub {} is published until it is back", failure, hub);
        } else {
            LOG.info("The backplane of hub {} is back", hub);
        }
        metrics.away(now);
    }
}
