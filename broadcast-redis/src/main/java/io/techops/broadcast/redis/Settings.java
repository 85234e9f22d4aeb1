package io.techops.broadcast.redis;

import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.List;

/**
 * What a backplane was built with.
 *
 * @param uris where the servers are: one, or seeds of a cluster
 * @param cluster whether they are a cluster
 * @param prefix what all keys and channels begin with
 * @param messages the most records of a log that are kept
 * @param bytes the most bytes of a log that are kept
 * @param age for how long records are kept
 * @param expiry for how long a log outlives its last use
 * @param timeout for an answer, and for a connection
 * @param pollInterval how often a log is read although nothing was pushed
 */
record Settings(List<RedisURI> uris, boolean cluster, String prefix, int messages, long bytes, Duration age,
        Duration expiry, Duration timeout, Duration pollInterval) {

    /** For how long a producer is remembered after its last append, and so for how long an append may be repeated. */
    static final Duration PRODUCERS = Duration.ofHours(1);

    /** The most bytes of an append that are pushed; of a larger one the nodes are told, and read it. */
    static final int PUSH_BYTES = 256 << 10;
}
