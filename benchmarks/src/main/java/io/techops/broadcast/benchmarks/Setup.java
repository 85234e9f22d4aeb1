package io.techops.broadcast.benchmarks;

/**
 * How a server's process is started.
 *
 * @param tls whether the server speaks TLS
 * @param processors how many processors it may use while it is measured; 0 for all of the machine
 * @param front what the server has in front of its peers; only this library has others than {@link Front#PLAIN}
 */
record Setup(boolean tls, int processors, Front front) {

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
        KEYS("-keys");

        private final String suffix;

        Front(String suffix) {
            this.suffix = suffix;
        }
    }

    static final Setup PLAIN = new Setup(false, 0, Front.PLAIN);
    static final Setup TLS = new Setup(true, 0, Front.PLAIN);

    static Setup on(int processors) {
        return new Setup(false, processors, Front.PLAIN);
    }

    static Setup behind(Front front) {
        return new Setup(false, 0, front);
    }

    /** {@return what {@code serve} is asked for} */
    String program(Contender contender) {
        return contender.program() + front.suffix;
    }
}
