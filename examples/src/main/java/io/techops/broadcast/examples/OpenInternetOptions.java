package io.techops.broadcast.examples;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that limit unknown peers: how many, how fast, how long silent. */
final class OpenInternetOptions {

    private static final String DEFAULT = " (default: ${DEFAULT-VALUE})";

    @Option(names = "--handshake-timeout", paramLabel = "TIME", converter = Value.HandshakeTime.class,
            defaultValue = "10s", description = "A connection whose request is not complete after so long is cut"
                    + DEFAULT + ".")
    private Duration handshakeTimeout = Duration.ofSeconds(10);

    @Option(names = "--max-peers", paramLabel = "COUNT", converter = Value.Peers.class,
            description = "The most peers; one more is refused with 503 (default: no bound).")
    private @Nullable Integer maxPeers;

    @Option(names = "--max-peers-per-address", paramLabel = "COUNT", converter = Value.Peers.class,
            description = "The most peers from one IPv4 address or one IPv6 /64; one more is refused with 429 "
                    + "(default: no bound).")
    private @Nullable Integer maxPeersPerAddress;

    @Option(names = "--trusted-proxy", paramLabel = "ADDRESS", converter = Value.Proxy.class,
            description = "A proxy, or a block of them like 10.0.0.0/8, that says in a header where its clients are; "
                    + "may be repeated (default: none).")
    private List<String> trustedProxies = new ArrayList<>();

    @Option(names = "--client-address-header", paramLabel = "NAME", converter = Value.HeaderName.class,
            description = "The header in which a trusted proxy says that; Forwarded is read as RFC 7239 says (default: "
                    + "X-Forwarded-For).")
    private @Nullable String clientAddressHeader;

    @Option(names = "--max-rate", paramLabel = "RATE", converter = Value.Rate.class,
            description = "The most messages of one peer, like 20/1s: so many at once, and so many in each such time; "
                    + "beyond that it is closed with code 1008 (default: no bound).")
    private Value.@Nullable PerTime maxRate;

    @Option(names = "--heartbeat", paramLabel = "TIME", converter = Value.TimeOrOff.class, defaultValue = "25s",
            description = "A peer that is silent for so long is pinged, and cut if it does not answer within 10s; or "
                    + "off" + DEFAULT + ".")
    private Duration heartbeat = Duration.ofSeconds(25);

    @Option(names = "--drain", paramLabel = "TIME", converter = Value.DrainTime.class, defaultValue = "5s",
            description = "How long peers may take at the end for what they still have to get; many peers are closed "
                    + "one after the other in its first half" + DEFAULT + ".")
    private Duration drain = Duration.ofSeconds(5);

    /** {@return how long the end may take} */
    Duration drain() {
        return drain;
    }

    /**
     * Sets the rules about who may connect.
     *
     * @throws BadOption if an option has no effect
     */
    void apply(BroadcastServer.Builder server) throws BadOption {
        server.handshakeTimeout(handshakeTimeout);
        if (clientAddressHeader != null) {
            if (trustedProxies.isEmpty()) {
                throw new BadOption("--client-address-header", "must be given together with --trusted-proxy",
                        clientAddressHeader);
            }
            server.clientAddressHeader(clientAddressHeader);
        }
        trustedProxies.forEach(server::trustedProxy);
        if (maxPeers != null) {
            server.maxPeers(maxPeers);
        }
        if (maxPeersPerAddress != null) {
            server.maxPeersPerAddress(maxPeersPerAddress);
        }
    }

    /** Sets the limits of connected peers. */
    void apply(BroadcastHub.Builder hub) {
        hub.heartbeat(heartbeat).drainSpread(drain.dividedBy(2));
    }

    /** {@return the policy, followed by the limit of each peer's rate} */
    MessagePolicy within(MessagePolicy policy) {
        return maxRate == null ? policy : policy.andThen(MessagePolicy.maxRate(maxRate.permits(), maxRate.per()));
    }
}
