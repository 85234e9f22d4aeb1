package io.techops.broadcast.examples;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubStats;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Topics;
import java.util.Collection;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The sources of the service's figures.
 *
 * @param stats the figures of the hub, or of all topics together
 * @param peers the current peers, each with its lag; may be called by any thread
 */
record Figures(Supplier<HubStats> stats, Supplier<Stream<Peer>> peers) {

    static Figures of(BroadcastHub hub) {
        return new Figures(hub::stats, () -> hub.peers().stream());
    }

    static Figures of(Topics topics) {
        return new Figures(() -> topics.stats().total(),
                () -> topics.names().stream().map(name -> topics.hub(name).peers()).flatMap(Collection::stream));
    }
}
