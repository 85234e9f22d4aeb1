package io.techops.broadcast.engine;

import io.techops.broadcast.GapReason;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/** How many gaps there were, by reason. Needs no memory to count. Safe for use by any number of threads. */
final class GapCounts {

    private static final GapReason[] REASONS = GapReason.values();

    private final AtomicLongArray counts = new AtomicLongArray(REASONS.length);

    void count(GapReason reason) {
        counts.incrementAndGet(reason.ordinal());
    }

    Map<GapReason, Long> sums() {
        Map<GapReason, Long> sums = new EnumMap<>(GapReason.class);
        for (GapReason reason : REASONS) {
            long count = counts.get(reason.ordinal());
            if (count > 0) {
                sums.put(reason, count);
            }
        }
        return sums;
    }
}
