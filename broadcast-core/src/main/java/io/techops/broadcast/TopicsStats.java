package io.techops.broadcast;

import java.util.Map;

/**
 * What topics have done since they were built, and how they are, at one moment. The counters only grow. Figures may be
 * added in a later version. Immutable.
 */
public final class TopicsStats {

    private final Map<String, HubStats> hubs;
    private final long begun;
    private final HubStats total;

    TopicsStats(Map<String, HubStats> hubs, long begun, HubStats total) {
        this.hubs = Map.copyOf(hubs);
        this.begun = begun;
        this.total = total;
    }

    /** {@return how many topics there are now, those among them that linger} */
    public int topics() {
        return hubs.size();
    }

    /** {@return how many lives of topics have begun; a topic that went and came back has begun twice} */
    public long begun() {
        return begun;
    }

    /**
     * {@return the figures of each topic that there is now, of its present life; unmodifiable} Refusals are only in
     * {@link #total}.
     */
    public Map<String, HubStats> hubs() {
        return hubs;
    }

    /** {@return the figures of all topics, of all their lives, added up; the largest lag is that of all peers} */
    public HubStats total() {
        return total;
    }

    @Override
    public String toString() {
        return "topics " + topics() + ", begun " + begun + ", in all: " + total;
    }
}
