package io.techops.broadcast.engine;

import io.techops.broadcast.spi.PeerCensus;
import org.jspecify.annotations.Nullable;

/**
 * What a hub has done with its backplane.
 *
 * @param others what is known of the other nodes; null if nothing is
 */
record BackplaneFigures(boolean away, long outages, long appends, long batches, long unconfirmed, long gaps,
        long epochs, long lag, long duplicates, long waits, @Nullable PeerCensus others) {

    static final BackplaneFigures NONE = new BackplaneFigures(false, 0, 0, 0, 0, 0, 0, 0, 0, 0, null);

    BackplaneFigures plus(BackplaneFigures more) {
        return new BackplaneFigures(away || more.away, outages + more.outages, appends + more.appends,
                batches + more.batches, unconfirmed + more.unconfirmed, gaps + more.gaps, epochs + more.epochs,
                lag + more.lag, duplicates + more.duplicates, waits + more.waits, plus(others, more.others));
    }

    private static @Nullable PeerCensus plus(@Nullable PeerCensus some, @Nullable PeerCensus more) {
        if (some == null || more == null) {
            return some == null ? more : some;
        }
        return new PeerCensus(Math.max(some.nodes(), more.nodes()), some.peers() + more.peers(),
                some.age().compareTo(more.age()) < 0 ? more.age() : some.age());
    }

    /** {@return the part of these figures that remains when the hub has ended: the counters} */
    BackplaneFigures past() {
        return new BackplaneFigures(false, outages, appends, batches, unconfirmed, gaps, epochs, 0, duplicates, waits,
                null);
    }
}
