package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.logging.SafeLog;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts refusals by cause. Safe for use by any number of threads. */
final class RefusalCounts {

    private static final SafeLog LOG = SafeLog.of(BroadcastHub.class);

    private final String hub;
    private final boolean traced;
    private final Map<RefusalCause, LongAdder> counts = new EnumMap<>(RefusalCause.class);

    /**
     * @param traced whether refusals are logged and recorded
     */
    RefusalCounts(String hub, boolean traced) {
        this.hub = hub;
        this.traced = traced;
        for (RefusalCause cause : RefusalCause.values()) {
            counts.put(cause, new LongAdder());
        }
    }

    void count(RefusalCause cause) {
        counts.get(cause).increment();
        if (traced) {
            LOG.debug("A connection was refused: {}", cause);
            PeerEvents.refused(hub, cause);
        }
    }

    Map<RefusalCause, Long> sums() {
        Map<RefusalCause, Long> sums = new EnumMap<>(RefusalCause.class);
        counts.forEach((cause, count) -> sums.put(cause, count.sum()));
        return sums;
    }
}
