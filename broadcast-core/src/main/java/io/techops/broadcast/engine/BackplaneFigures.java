package io.techops.broadcast.engine;

/** What a hub has done with its backplane. */
record BackplaneFigures(boolean away, long outages, long appends, long batches, long unconfirmed, long gaps,
        long epochs, long lag, long duplicates, long waits) {

    static final BackplaneFigures NONE = new BackplaneFigures(false, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    BackplaneFigures plus(BackplaneFigures more) {
        return new BackplaneFigures(away || more.away, outages + more.outages, appends + more.appends,
                batches + more.batches, unconfirmed + more.unconfirmed, gaps + more.gaps, epochs + more.epochs,
                lag + more.lag, duplicates + more.duplicates, waits + more.waits);
    }

    /** {@return what is left of them when the hub is gone} */
    BackplaneFigures past() {
        return new BackplaneFigures(false, outages, appends, batches, unconfirmed, gaps, epochs, 0, duplicates, waits);
    }
}
