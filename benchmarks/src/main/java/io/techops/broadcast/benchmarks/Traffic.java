package io.techops.broadcast.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * What the peers do.
 *
 * @param peers how many connections there are at a time
 * @param bytes the payload of a message, at least {@link Payloads#MIN_BYTES}
 * @param publishers how many of the peers publish
 * @param inFlight how many messages each of them has under way at a time, if there is no fixed rate
 * @param rate how many messages a second the first peer publishes, whatever comes back; 0 for no fixed rate
 * @param ignored how many binary messages, which every server ignores, precede each message that is relayed
 * @param closing how each connection is closed as soon as its handshake is done, if nothing is published and
 *     connections come and go; null if the peers stay
 * @param resume whether connections that come and go resume their TLS sessions
 * @param dialect what the peers speak
 * @param background further peers
 * @param topics how many topics there are, with as many peers each, and each with one publisher; 0 for none
 */
record Traffic(int peers, int bytes, int publishers, int inFlight, int rate, int ignored, @Nullable Closing closing,
        boolean resume, Dialect dialect, BackgroundPeers background, int topics) {

    private static final String STAY = "-";

    /** Plain peers alone. */
    Traffic(int peers, int bytes, int publishers, int inFlight, int rate, int ignored, @Nullable Closing closing,
            boolean resume) {
        this(peers, bytes, publishers, inFlight, rate, ignored, closing, resume, Dialect.PLAIN, BackgroundPeers.NONE,
                0);
    }

    Traffic {
        if (peers < 1 || publishers < 1 || publishers > peers || inFlight < 1) {
            throw new IllegalArgumentException("peers, publishers, inFlight must fit: " + peers + ", " + publishers
                    + ", " + inFlight);
        }
        if (topics > 0 && (publishers != topics || peers % topics != 0)) {
            throw new IllegalArgumentException("each topic must have one publisher and as many peers: " + topics
                    + ", " + publishers + ", " + peers);
        }
        if (bytes < Payloads.MIN_BYTES) {
            throw new IllegalArgumentException("bytes must be at least " + Payloads.MIN_BYTES + ": " + bytes);
        }
        if (ignored % Payloads.IGNORED_AT_ONCE != 0 || ignored > 0 && peers > 1) {
            throw new IllegalArgumentException("ignored must be a multiple of " + Payloads.IGNORED_AT_ONCE
                    + ", and 0 with more than one peer: " + ignored);
        }
    }

    /** {@return one publisher, and as many messages as come back} */
    static Traffic fan(int peers, int bytes, int inFlight) {
        return new Traffic(peers, bytes, 1, inFlight, 0, 0, null, false);
    }

    /** {@return the same, with peers that speak something else} */
    Traffic in(Dialect other) {
        return new Traffic(peers, bytes, publishers, inFlight, rate, ignored, closing, resume, other, background,
                topics);
    }

    /** {@return the same, with further peers} */
    Traffic with(BackgroundPeers.Kind kind, int more) {
        return new Traffic(peers, bytes, publishers, inFlight, rate, ignored, closing, resume, dialect,
                new BackgroundPeers(kind, more), topics);
    }

    /** {@return peers that all publish} */
    static Traffic chat(int peers, int bytes, int inFlight) {
        return new Traffic(peers, bytes, peers, inFlight, 0, 0, null, false);
    }

    /** {@return topics, each with one publisher} */
    static Traffic topics(int topics, int peers, int bytes, int inFlight) {
        return new Traffic(peers, bytes, topics, inFlight, 0, 0, null, false, Dialect.PLAIN, BackgroundPeers.NONE,
                topics);
    }

    /** {@return one publisher at a fixed rate} */
    static Traffic paced(int peers, int bytes, int rate) {
        return new Traffic(peers, bytes, 1, 1, rate, 0, null, false);
    }

    /** {@return one peer whose messages are ignored, but for one after every {@code ignored}} */
    static Traffic ignored(int bytes, int ignored) {
        return new Traffic(1, bytes, 1, 1, 0, ignored, null, false);
    }

    /** {@return connections that come and go} */
    static Traffic churn(Closing closing, boolean resume) {
        return new Traffic(32, Payloads.MIN_BYTES, 1, 1, 0, 0, closing, resume);
    }

    /** {@return few peers and as many messages as a server takes} */
    Traffic busy() {
        Traffic few = topics > 0 ? topics(1, Math.min(peers, 100), bytes, 64) : fan(Math.min(peers, 100), bytes, 64);
        return few.in(dialect);
    }

    /** {@return whether several messages can be under way, so that a server may gather them} */
    boolean coalesces() {
        return publishers * inFlight > 1 || ignored > 0;
    }

    /** {@return whether what the server spends is divided by the messages: some peers get only a part of them} */
    boolean isDividedByMessages() {
        return peers == 1 || background.kind() == BackgroundPeers.Kind.SLOW;
    }

    /** {@return what the server's processor time is divided by} */
    String unit() {
        return closing != null ? "connection" : isDividedByMessages() ? "message" : "delivery";
    }

    String units() {
        return unit().replaceFirst("y$", "ie") + "s";
    }

    Fields fields() {
        return new Fields().with("peers", peers).with("bytes", bytes).with("publishers", publishers)
                .with("inFlight", inFlight).with("rate", rate).with("ignored", ignored)
                .with("closing", closing == null ? STAY : closing).with("resume", resume ? 1 : 0)
                .with("dialect", dialect)
                .with("background", background.kind()).with("more", background.peers()).with("topics", topics);
    }

    static Traffic parse(Fields fields) {
        String closing = fields.get("closing", STAY);
        return new Traffic(fields.number("peers"), fields.number("bytes"), fields.number("publishers"),
                fields.number("inFlight"), fields.number("rate"), Integer.parseInt(fields.get("ignored", "0")),
                closing.equals(STAY) ? null : Closing.valueOf(closing), fields.get("resume", "0").equals("1"),
                Dialect.valueOf(fields.get("dialect", Dialect.PLAIN.name())),
                new BackgroundPeers(
                        BackgroundPeers.Kind.valueOf(fields.get("background", BackgroundPeers.Kind.NONE.name())),
                        Integer.parseInt(fields.get("more", "0"))),
                Integer.parseInt(fields.get("topics", "0")));
    }
}
