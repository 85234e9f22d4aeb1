package io.techops.broadcast.benchmarks;

/**
 * Peers beside those whose deliveries are measured.
 *
 * @param kind what they do
 * @param peers how many they are
 */
record BackgroundPeers(Kind kind, int peers) {

    /** What they do. */
    enum Kind {
        /** There are none. */
        NONE,
        /** They get what the others get, from the beginning on. */
        PRESENT,
        /** They come back at once when the window begins, and have missed {@link #MISSED} messages. */
        RETURNING,
        /** They read slowly, of messages that have keys. */
        SLOW
    }

    /** How many messages those have missed that come back. */
    static final int MISSED = 1000;
    /** How many keys there are: a message has the one with the number of its sequence, modulo this. */
    static final int KEYS = 10_000;

    static final BackgroundPeers NONE = new BackgroundPeers(Kind.NONE, 0);

    /** {@return whether so many messages as some peers have missed are published before anything is measured} */
    boolean hasHistory() {
        return kind == Kind.PRESENT || kind == Kind.RETURNING;
    }
}
