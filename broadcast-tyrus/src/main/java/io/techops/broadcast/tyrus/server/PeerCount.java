package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.HubStats;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The number of peers for pages. Counting takes longer the more peers there are, and clients may ask at any rate, so it
 * is done at most twice a second: that is enough for a page that asks before it connects and again afterwards. Safe for
 * use by any number of threads.
 */
final class PeerCount {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Supplier<HubStats> hubs;
    private final LongSupplier nanoTime;
    // All of these are guarded by this object's monitor.
    private String counted = "";
    private long last;
    private long lastButOne;

    /**
     * @param hubs the figures of the hub, or of all topics together
     */
    PeerCount(Supplier<HubStats> hubs, LongSupplier nanoTime) {
        this.hubs = hubs;
        this.nanoTime = nanoTime;
        lastButOne = last = nanoTime.getAsLong() - SECOND;
    }

    /** {@return the peers of this node, and those of all nodes or null, as two members of a JSON object} */
    synchronized String members() {
        long now = nanoTime.getAsLong();
        if (now - lastButOne >= SECOND) {
            HubStats stats = hubs.get();
            OptionalLong all = stats.backplane().peers();
            counted = "\"peers\":" + stats.peers() + ",\"allPeers\":" + (all.isPresent() ? all.getAsLong() : null);
            lastButOne = last;
            last = now;
        }
        return counted;
    }
}
