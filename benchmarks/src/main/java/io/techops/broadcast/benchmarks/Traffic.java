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
 * @param numbered whether the peers are told the position of each message
 */
record Traffic(int peers, int bytes, int publishers, int inFlight, int rate, int ignored, @Nullable Closing closing,
        boolean resume, boolean numbered) {

    private static final String STAY = "-";

    Traffic {
        if (peers < 1 || publishers < 1 || publishers > peers || inFlight < 1) {
            throw new IllegalArgumentException("peers, publishers, inFlight must fit: " + peers + ", " + publishers
                    + ", " + inFlight);
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
        return new Traffic(peers, bytes, 1, inFlight, 0, 0, null, false, false);
    }

    /** {@return the same, with peers that are told the position of each message} */
    Traffic withPositions() {
        return new Traffic(peers, bytes, publishers, inFlight, rate, ignored, closing, resume, true);
    }

    /** {@return peers that all publish} */
    static Traffic chat(int peers, int bytes, int inFlight) {
        return new Traffic(peers, bytes, peers, inFlight, 0, 0, null, false, false);
    }

    /** {@return one publisher at a fixed rate} */
    static Traffic paced(int peers, int bytes, int rate) {
        return new Traffic(peers, bytes, 1, 1, rate, 0, null, false, false);
    }

    /** {@return one peer whose messages are ignored, but for one after every {@code ignored}} */
    static Traffic ignored(int bytes, int ignored) {
        return new Traffic(1, bytes, 1, 1, 0, ignored, null, false, false);
    }

    /** {@return connections that come and go} */
    static Traffic visits(Closing closing, boolean resume) {
        return new Traffic(32, Payloads.MIN_BYTES, 1, 1, 0, 0, closing, resume, false);
    }

    /** {@return few peers and as many messages as a server takes} */
    Traffic busy() {
        Traffic plain = fan(Math.min(peers, 100), bytes, 64);
        return numbered ? plain.withPositions() : plain;
    }

    /** {@return whether several messages can be under way, so that a server may gather them} */
    boolean coalesces() {
        return publishers * inFlight > 1 || ignored > 0;
    }

    /** {@return what the server's processor time is divided by} */
    String unit() {
        return closing != null ? "connection" : peers == 1 ? "message" : "delivery";
    }

    String units() {
        return unit().replaceFirst("y$", "ie") + "s";
    }

    Fields fields() {
        return new Fields().with("peers", peers).with("bytes", bytes).with("publishers", publishers)
                .with("inFlight", inFlight).with("rate", rate).with("ignored", ignored)
                .with("closing", closing == null ? STAY : closing).with("resume", resume ? 1 : 0)
                .with("numbered", numbered ? 1 : 0);
    }

    static Traffic parse(Fields fields) {
        String closing = fields.get("closing", STAY);
        return new Traffic(fields.number("peers"), fields.number("bytes"), fields.number("publishers"),
                fields.number("inFlight"), fields.number("rate"), Integer.parseInt(fields.get("ignored", "0")),
                closing.equals(STAY) ? null : Closing.valueOf(closing), fields.get("resume", "0").equals("1"),
                fields.get("numbered", "0").equals("1"));
    }
}
