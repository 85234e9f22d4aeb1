package io.techops.broadcast.examples;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of the health port, and how long load balancers have to notice the end. */
final class HealthOptions {

    @Option(names = "--health-port", paramLabel = "PORT", converter = Value.Port.class,
            description = "Answers /livez, /readyz and, for Prometheus, /metrics on this port, over HTTP in the clear; "
                    + "0 is any free one (default: none of it).")
    private @Nullable Integer port;

    @Option(names = "--drain-delay", paramLabel = "TIME", converter = Value.DrainTime.class,
            description = "For how long the service goes on after the signal that ends it, with /readyz saying that it "
                    + "is draining, so that load balancers send new peers elsewhere; a second signal ends that "
                    + "(default: none).")
    private Duration drainDelay = Duration.ZERO;

    /**
     * @param port what is given as {@code --port}
     * @param webPort what is given as {@code --web-port}
     * @throws BadOption if the health port is one of them
     */
    void check(int port, int webPort) throws BadOption {
        if (this.port != null && this.port != 0 && (this.port == port || this.port == webPort)) {
            throw new BadOption("--health-port", "must be another port than " + (this.port == port ? "--port"
                    : "--web-port"), this.port);
        }
    }

    /** {@return how long the service goes on after it was told to end} */
    Duration drainDelay() {
        return drainDelay;
    }

    /**
     * {@return the health server, listening; or null if there is no health port}
     *
     * @param host the address to listen on, or null for all of them
     * @throws java.io.UncheckedIOException if the server cannot listen; its cause names address and port
     */
    @Nullable HealthServer start(@Nullable String host, Readiness readiness) {
        return port == null ? null : new HealthServer(host, port, readiness);
    }
}
