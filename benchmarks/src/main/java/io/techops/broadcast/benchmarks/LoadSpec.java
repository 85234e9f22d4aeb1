package io.techops.broadcast.benchmarks;

import java.time.Duration;
import java.util.List;

/**
 * One measurement, as the load generator is asked for it.
 *
 * @param target the server
 * @param traffic what the peers do
 * @param warmUp how long they do it before the measured window
 * @param window how long within it; it ends when everything has arrived
 * @param pause whether to wait for the runner at every {@link Stage}
 * @param limit after what time the measurement has failed
 */
record LoadSpec(Target target, Traffic traffic, Duration warmUp, Duration window, boolean pause, Duration limit) {

    /** One of a server that is one process. */
    LoadSpec(long pid, int port, boolean tls, Traffic traffic, Duration warmUp, Duration window, boolean pause,
            Duration limit) {
        this(new Target(List.of(pid), List.of(port), 0, tls), traffic, warmUp, window, pause, limit);
    }

    boolean tls() {
        return target.tls();
    }

    /** {@return where the first node listens} */
    int port() {
        return target.ports().get(0);
    }

    static LoadSpec parse(String line) {
        Fields fields = Fields.parse(line);
        return new LoadSpec(Target.parse(fields), Traffic.parse(fields),
                Duration.ofMillis(fields.big("warmUpMillis")), Duration.ofMillis(fields.big("windowMillis")),
                fields.number("pause") == 1, Duration.ofMillis(fields.big("limitMillis")));
    }

    @Override
    public String toString() {
        return target.into(traffic.fields())
                .with("warmUpMillis", warmUp.toMillis()).with("windowMillis", window.toMillis())
                .with("pause", pause ? 1 : 0).with("limitMillis", limit.toMillis()).toString();
    }
}
