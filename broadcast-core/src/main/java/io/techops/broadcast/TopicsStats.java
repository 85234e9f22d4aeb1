package io.techops.broadcast;

import java.util.Map;

/**
 * What topics have done since they were built, and their state, at one moment. The counters only grow. Figures may be
 * added in a later version. Immutable.
 */
public interface TopicsStats {

    /** {@return how many topics exist now, including idle ones that have not expired yet} */
    int topics();

    /**
     * {@return how many instances of topics have been created; a topic that expired and was used again counts twice}
     */
    long begun();

    /**
     * {@return the figures of the current instance of each topic that exists now; unmodifiable} Refusals are only in
     * {@link #total}.
     */
    Map<String, HubStats> hubs();

    /** {@return the figures of all instances of all topics, added up; {@link HubStats#maxLag} is that of all peers} */
    HubStats total();
}
