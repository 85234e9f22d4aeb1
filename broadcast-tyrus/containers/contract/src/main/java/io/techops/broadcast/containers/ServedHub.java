package io.techops.broadcast.containers;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Topics;

/** What the endpoints of the next container are for: the container makes them, and passes nothing to them. */
final class ServedHub {

    private static volatile BroadcastHub hub;
    private static volatile Topics topics;

    private ServedHub() {
    }

    /** {@return the hub of the next container} */
    static BroadcastHub hub() {
        return hub;
    }

    /** {@return the topics of the next container} */
    static Topics topics() {
        return topics;
    }

    /** Says which hub and which topics the endpoints of the next container are for. */
    static void serve(BroadcastHub ofLive, Topics ofTopics) {
        hub = ofLive;
        topics = ofTopics;
    }
}
