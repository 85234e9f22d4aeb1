package io.techops.broadcast.spi;

import java.time.Duration;
import java.util.Objects;

/**
 * The number of peers on the other nodes that have a {@link SharedLog} open, as they reported it. Immutable.
 *
 * @param nodes the number of other nodes
 * @param peers the sum of their peers
 * @param age how long ago this node received the numbers; the number of each node may be older by at most the time
 *     between two of its reports
 */
public record PeerCensus(int nodes, long peers, Duration age) {

    /**
     * Checks the figures.
     *
     * @param nodes as above, at least 0
     * @param peers as above, at least 0
     * @param age as above, at least zero
     * @throws IllegalArgumentException if {@code nodes}, {@code peers} or {@code age} is negative
     */
    public PeerCensus {
        Objects.requireNonNull(age, "age");
        if (nodes < 0 || peers < 0 || age.isNegative()) {
            throw new IllegalArgumentException(
                    "nodes, peers and age must be at least 0: " + nodes + ", " + peers + ", " + age);
        }
    }
}
