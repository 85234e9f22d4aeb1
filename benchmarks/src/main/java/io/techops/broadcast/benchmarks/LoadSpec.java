package io.techops.broadcast.benchmarks;

import java.time.Duration;

/**
 * One measurement, as the load generator is asked for it.
 *
 * @param pid the server's process
 * @param port where it listens, on 127.0.0.1
 * @param tls whether it speaks TLS
 * @param traffic what the peers do
 * @param warmUp how long they do it before the measured window
 * @param window how long within it; it ends when everything has arrived
 * @param pause whether to wait for the runner at every {@link Stage}
 * @param limit after what time the measurement has failed
 */
record LoadSpec(long pid, int port, boolean tls, Traffic traffic, Duration warmUp, Duration window, boolean pause,
        Duration limit) {

    static LoadSpec parse(String line) {
        Fields fields = Fields.parse(line);
        return new LoadSpec(fields.big("pid"), fields.number("port"), fields.number("tls") == 1, Traffic.parse(fields),
                Duration.ofMillis(fields.big("warmUpMillis")), Duration.ofMillis(fields.big("windowMillis")),
                fields.number("pause") == 1, Duration.ofMillis(fields.big("limitMillis")));
    }

    @Override
    public String toString() {
        return traffic.fields().with("pid", pid).with("port", port).with("tls", tls ? 1 : 0)
                .with("warmUpMillis", warmUp.toMillis()).with("windowMillis", window.toMillis())
                .with("pause", pause ? 1 : 0).with("limitMillis", limit.toMillis()).toString();
    }
}
