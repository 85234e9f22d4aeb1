package io.techops.broadcast.spi;

import java.time.Duration;
import java.util.Objects;

/**
 * What the other nodes that have a {@link SharedLog} open said of their peers. Immutable.
 *
 * @param nodes how many nodes there are beside this one
 * @param peers how many peers they have in all
 * @param age since when this is known: that old it is at least, and each node's part may be older by as long as an
 *     engine takes between two reports of a node
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
