package io.techops.broadcast.benchmarks;

import java.time.Duration;

/**
 * One measurement, as the load generator is asked for it.
 *
 * @param pid the server's process
 * @param port where it listens, on 127.0.0.1
 * @param tls whether it speaks TLS
 * @param peers how many connections
 * @param bytes the payload of a message, at least {@link Payloads#MIN_BYTES}
 * @param publishers how many of the peers publish
 * @param inFlight how many messages each of them has under way at a time, if there is no fixed rate
 * @param rate how many messages a second the first peer publishes, whatever comes back; 0 for no fixed rate
 * @param warmUp how long to publish before the measured window
 * @param window how long to publish within it; it ends when everything has arrived
 * @param pause whether to wait for the runner, after all peers have connected
 * @param limit after what time the measurement has failed
 */
record LoadSpec(long pid, int port, boolean tls, int peers, int bytes, int publishers, int inFlight, int rate,
        Duration warmUp, Duration window, boolean pause, Duration limit) {

    LoadSpec {
        if (peers < 1 || publishers < 1 || publishers > peers || inFlight < 1) {
            throw new IllegalArgumentException("peers, publishers, inFlight must fit: " + peers + ", " + publishers
                    + ", " + inFlight);
        }
        if (bytes < Payloads.MIN_BYTES) {
            throw new IllegalArgumentException("bytes must be at least " + Payloads.MIN_BYTES + ": " + bytes);
        }
    }

    static LoadSpec parse(String line) {
        Fields fields = Fields.parse(line);
        return new LoadSpec(fields.big("pid"), fields.number("port"), fields.number("tls") == 1, fields.number("peers"),
                fields.number("bytes"), fields.number("publishers"), fields.number("inFlight"), fields.number("rate"),
                Duration.ofMillis(fields.big("warmUpMillis")), Duration.ofMillis(fields.big("windowMillis")),
                fields.number("pause") == 1, Duration.ofMillis(fields.big("limitMillis")));
    }

    @Override
    public String toString() {
        return new Fields().with("pid", pid).with("port", port).with("tls", tls ? 1 : 0).with("peers", peers)
                .with("bytes", bytes).with("publishers", publishers).with("inFlight", inFlight).with("rate", rate)
                .with("warmUpMillis", warmUp.toMillis()).with("windowMillis", window.toMillis())
                .with("pause", pause ? 1 : 0).with("limitMillis", limit.toMillis()).toString();
    }
}
