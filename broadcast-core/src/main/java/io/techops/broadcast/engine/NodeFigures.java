package io.techops.broadcast.engine;

import io.techops.broadcast.BackplaneStats;
import io.techops.broadcast.spi.PeerCensus;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a node's backplane, with the number of its own peers.
 *
 * @param here how many peers there are on this node
 */
record NodeFigures(BackplaneFigures figures, int here) implements BackplaneStats {

    @Override
    public boolean isAway() {
        return figures.away();
    }

    @Override
    public long outages() {
        return figures.outages();
    }

    @Override
    public long appends() {
        return figures.appends();
    }

    @Override
    public long batches() {
        return figures.batches();
    }

    @Override
    public long unconfirmed() {
        return figures.unconfirmed();
    }

    @Override
    public long gaps() {
        return figures.gaps();
    }

    @Override
    public long epochs() {
        return figures.epochs();
    }

    @Override
    public long lag() {
        return figures.lag();
    }

    @Override
    public long duplicates() {
        return figures.duplicates();
    }

    @Override
    public OptionalInt nodes() {
        PeerCensus others = figures.others();
        return others == null ? OptionalInt.empty() : OptionalInt.of(others.nodes() + 1);
    }

    @Override
    public OptionalLong peers() {
        PeerCensus others = figures.others();
        return others == null ? OptionalLong.empty() : OptionalLong.of(others.peers() + here);
    }

    @Override
    public @Nullable Duration peersAge() {
        PeerCensus others = figures.others();
        return others == null ? null : others.age();
    }

    @Override
    public String toString() {
        return (isAway() ? "away" : "there") + ", outages " + outages() + ", appends " + appends() + " in " + batches()
                + " batches, unconfirmed " + unconfirmed() + ", gaps " + gaps() + ", epochs " + epochs() + ", lag "
                + lag() + ", duplicates " + duplicates()
                + (nodes().isEmpty() ? "" : ", peers " + peers().getAsLong() + " on " + nodes().getAsInt() + " nodes");
    }
}
