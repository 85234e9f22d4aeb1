package io.techops.broadcast.redis;

import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.List;

/**
 * The settings of a backplane.
 *
 * @param uris the URI of the server, or the seeds of a cluster
 * @param cluster whether they are a cluster
 * @param prefix the prefix of all keys and channels
 * @param messages the most records of a log that are kept
 * @param bytes the most bytes of a log that are kept
 * @param age for how long records are kept
 * @param expiry for how long a log is kept after its last use
 * @param timeout the limit for an answer, and for a connection attempt
 * @param pollInterval how often a log is read if nothing is pushed
 */
record Settings(List<RedisURI> uris, boolean cluster, String prefix, int messages, long bytes, Duration age,
        Duration expiry, Duration timeout, Duration pollInterval) {

    /** For how long a producer is remembered after its last append, and so for how long an append may be repeated. */
    static final Duration PRODUCERS = Duration.ofHours(1);

    /**
     * The most bytes of a record. With its default settings Redis disconnects a subscriber that has more than 32 MiB to
     * read: a larger record would be appended, and no node could read it or the records behind it.
     */
    static final int RECORD_BYTES = 16 << 20;

    /**
     * The most bytes of an append that are pushed. If an append is larger, only its position is pushed, and the nodes
     * read its records.
     */
    static final int PUSH_BYTES = 256 << 10;

    /** The most bytes of a record that is read together with others: a longer one is read alone. */
    static final int FIRST_BYTES = 1 << 20;
}
