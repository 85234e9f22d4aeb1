package io.techops.broadcast;

import java.util.Map;

/**
 * What topics have done since they were built, and how they are, at one moment. The counters only grow. Figures may be
 * added in a later version. Immutable.
 */
public interface TopicsStats {

    /** {@return how many topics there are now, those among them that linger} */
    int topics();

    /** {@return how many lives of topics have begun; a topic that went and came back has begun twice} */
    long begun();

    /**
     * {@return the figures of each topic that there is now, of its present life; unmodifiable} Refusals are only in
     * {@link #total}.
     */
    Map<String, HubStats> hubs();

    /** {@return the figures of all topics, of all their lives, added up; the largest lag is that of all peers} */
    HubStats total();
}
