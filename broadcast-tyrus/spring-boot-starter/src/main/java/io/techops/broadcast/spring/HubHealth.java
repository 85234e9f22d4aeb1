package io.techops.broadcast.spring;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubStats;
import io.techops.broadcast.Topics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The health of the hubs, with the statuses of Spring Boot's Actuator. */
final class HubHealth {

    private final List<BroadcastHub> hubs;
    private final List<Topics> topics;

    HubHealth(List<BroadcastHub> hubs, List<Topics> topics) {
        this.hubs = hubs;
        this.topics = topics;
    }

    /**
     * {@return {@code OUT_OF_SERVICE} once the shutdown has begun, {@code DOWN} while the backplane is away, {@code UP}
     * otherwise}
     */
    String status() {
        if (hubs.stream().anyMatch(BroadcastHub::isClosed) || topics.stream().anyMatch(Topics::isClosed)) {
            return "OUT_OF_SERVICE";
        }
        return hubs.stream().anyMatch(hub -> hub.stats().backplane().isAway())
                || topics.stream().anyMatch(each -> each.stats().total().backplane().isAway()) ? "DOWN" : "UP";
    }

    /** {@return some figures} */
    Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        hubs.forEach(hub -> add(details, "hub", hub.stats()));
        topics.forEach(each -> add(details, "topics", each.stats().total()));
        return details;
    }

    private static void add(Map<String, Object> details, String of, HubStats stats) {
        details.put(of, Map.of("peers", stats.peers(), "maxLag", stats.maxLag(),
                "backplaneAway", stats.backplane().isAway()));
    }
}
