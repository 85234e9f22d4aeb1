package io.techops.broadcast.engine;

import io.techops.broadcast.HubStats;
import io.techops.broadcast.TopicsStats;
import java.util.Map;

/** The figures of all topics at one moment. Immutable. */
final class TopicFigures implements TopicsStats {

    private final Map<String, HubStats> hubs;
    private final long begun;
    private final HubStats total;

    TopicFigures(Map<String, HubStats> hubs, long begun, HubStats total) {
        this.hubs = Map.copyOf(hubs);
        this.begun = begun;
        this.total = total;
    }

    @Override
    public int topics() {
        return hubs.size();
    }

    @Override
    public long begun() {
        return begun;
    }

    @Override
    public Map<String, HubStats> hubs() {
        return hubs;
    }

    @Override
    public HubStats total() {
        return total;
    }

    @Override
    public String toString() {
        return "topics " + topics() + ", begun " + begun + ", in all: " + total;
    }
}
