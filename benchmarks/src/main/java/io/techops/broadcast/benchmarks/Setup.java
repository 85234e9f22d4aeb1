package io.techops.broadcast.benchmarks;

/**
 * How a server's process is started.
 *
 * @param tls whether the server speaks TLS
 * @param processors how many processors it may use while it is measured; 0 for all of the machine
 * @param front what the server has in front of its peers, or behind them; others than {@link Front#PLAIN},
 *     {@link Front#DEFLATE} and {@link Front#NODE} only this library has
 * @param nodes how many processes the server is
 */
record Setup(boolean tls, int processors, Front front, int nodes) {

    /** What a handshake passes through. */
    enum Front {
        /** Nothing that was configured. */
        PLAIN(""),
        /** A handshake policy, which accepts every handshake. */
        POLICY("-policy"),
        /** A port that is shared with pages. */
        PAGES("-pages"),
        /** Nothing, with Server-Sent Events beside WebSocket. */
        EVENTS("-events"),
        /** Nothing, with a hub that conflates, and a policy that gives each message one of 10,000 keys. */
        KEYS("-keys"),
        /** Nothing, with compression; other servers have that too. */
        DEFLATE("-deflate"),
        /** Nothing, with Redis behind: what is published at one node reaches the peers of all. */
        NODE("-node"),
        /** The same, with topics. */
        TOPICS("-topics");

        private final String suffix;

        Front(String suffix) {
            this.suffix = suffix;
        }
    }

    static final Setup PLAIN = new Setup(false, 0, Front.PLAIN, 1);
    static final Setup TLS = new Setup(true, 0, Front.PLAIN, 1);

    static Setup on(int processors) {
        return new Setup(false, processors, Front.PLAIN, 1);
    }

    static Setup behind(Front front) {
        return new Setup(false, 0, front, 1);
    }

    static Setup onRedis(Front front, int nodes) {
        return new Setup(false, 0, front, nodes);
    }

    /** {@return whether the nodes share a Redis server} */
    boolean isOnRedis() {
        return front == Front.NODE || front == Front.TOPICS;
    }

    /** {@return what {@code serve} is asked for} */
    String program(Contender contender) {
        return contender.program() + front.suffix;
    }
}
