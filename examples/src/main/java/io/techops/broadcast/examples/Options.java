package io.techops.broadcast.examples;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.DeliveryPolicy;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Retention;
import io.techops.broadcast.Topics;
import io.techops.broadcast.tyrus.BroadcastServer;
import io.techops.broadcast.tyrus.Compression;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** All options: picocli reads them one by one; this class checks them together and makes a server from them. */
final class Options {

    private static final String DEFAULT = " (default: ${DEFAULT-VALUE})";

    // Where it listens.

    @Option(names = "--host", paramLabel = "ADDRESS", converter = Value.Host.class,
            description = "Address or name of this machine to listen on; an IPv6 address may be in brackets (default: "
                    + "all addresses).")
    private @Nullable String host;

    @Option(names = "--port", paramLabel = "PORT", converter = Value.Port.class, defaultValue = "5000",
            description = "Port of the WebSocket side; 0 is any free one" + DEFAULT + ".")
    private int port;

    @Option(names = "--path", paramLabel = "PATH", converter = Value.UriPath.class,
            description = "The only path that WebSocket peers may connect to, such as /chat (default: any).")
    private @Nullable String path;

    @Option(names = "--allow-origin", paramLabel = "ORIGIN", converter = Value.Origin.class,
            description = "Lets pages of another host connect; may be repeated. ORIGIN is like https://example.org, or "
                    + "null for pages opened as a file, or * for any (default: pages of this host, from any port, and "
                    + "peers that send no origin).")
    private List<String> origins = new ArrayList<>();

    @Mixin
    private final TlsOptions tls = new TlsOptions();

    // The page.

    @Mixin
    private final PageOptions page = new PageOptions();

    // Messages.

    @Option(names = "--max-message-bytes", paramLabel = "BYTES", converter = Value.MessageBytes.class,
            defaultValue = "" + MessagePolicy.DEFAULT_MAX_BYTES,
            description = "The largest message a peer may send; for a larger one it is closed with code 1009" + DEFAULT
                    + ".")
    private int maxMessageBytes;

    @Option(names = "--relay-binary", description = "Relays binary messages too (default: they are ignored).")
    private boolean relayBinary;

    @Option(names = "--exclude-sender",
            description = "Gives a message to everyone but its sender (default: to the sender as well).")
    private boolean excludeSender;

    @Option(names = "--compression", paramLabel = "LEVEL", converter = Value.Compressed.class, defaultValue = "off",
            description = "Compresses messages for the peers that offer permessage-deflate: off, or a level from 1 to 9"
                    + DEFAULT + ".")
    private Compression compression = Compression.off();

    // Over HTTP.

    @Mixin
    private final HttpOptions http = new HttpOptions();

    // Who may do what.

    @Mixin
    private final AccessOptions access = new AccessOptions();

    // Topics.

    @Mixin
    private final TopicOptions topics = new TopicOptions();

    // Slow peers.

    @Option(names = "--retention-messages", paramLabel = "COUNT", converter = Value.Messages.class,
            defaultValue = "4096", description = "The most messages kept for peers that lag" + DEFAULT + ".")
    private int retentionMessages;

    @Option(names = "--retention-bytes", paramLabel = "BYTES", converter = Value.LogBytes.class, defaultValue = "8MiB",
            description = "The most memory for them, " + Retention.OVERHEAD_BYTES + " bytes a message included; all "
                    + "peers share it" + DEFAULT + ".")
    private long retentionBytes;

    @Option(names = "--overflow", paramLabel = "POLICY", converter = Value.Overflow.class, defaultValue = "disconnect",
            description = "A peer that lags by more than that is closed with code 1013 (disconnect), or loses the "
                    + "messages that are no longer kept (skip)" + DEFAULT + ".")
    private OverflowPolicy overflow = OverflowPolicy.disconnect();

    @Option(names = "--stall-timeout", paramLabel = "TIME", converter = Value.Time.class, defaultValue = "10s",
            description = "A peer that takes no bytes at all for so long is closed with code 1013" + DEFAULT + ".")
    private Duration stallTimeout = Duration.ofSeconds(10);

    // Late joiners and reconnects.

    @Mixin
    private final HistoryOptions history = new HistoryOptions();

    // Many nodes.

    @Mixin
    private final BackplaneOptions backplane = new BackplaneOptions();

    // The open internet.

    @Mixin
    private final OpenInternetOptions openInternet = new OpenInternetOptions();

    // Running it.

    @Mixin
    private final HealthOptions health = new HealthOptions();

    @Mixin
    private final LogOptions log = new LogOptions();

    @Option(names = "--pid-file", paramLabel = "FILE",
            description = "Holds the process id while the service runs (default: none).")
    private @Nullable Path pidFile;

    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Option(names = "--help", usageHelp = true, description = "Prints this text and exits.")
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "Prints the version and exits.")
    private boolean version;

    private final FileWatch watch = new FileWatch();
    private @Nullable Figures figures;

    /** {@return what is logged, and where} */
    LogOptions log() {
        return log;
    }

    /** {@return whether the options are only to be printed} */
    boolean print() {
        return config.print();
    }

    /** {@return the watch that reads files again when they change} */
    FileWatch watch() {
        return watch;
    }

    @Nullable Path pidFile() {
        return pidFile;
    }

    /** {@return how long the end may take} */
    Duration drain() {
        return openInternet.drain();
    }

    /** {@return how long the service goes on after it was told to end, before the end begins} */
    Duration drainDelay() {
        return health.drainDelay();
    }

    /** {@return the health server, listening; or null if there is no health port} */
    @Nullable HealthServer health(Readiness readiness) {
        return health.start(host, readiness);
    }

    /**
     * {@return a builder of the server, with these options}
     *
     * @param webPortGiven whether the operator gave {@code --web-port}
     * @throws BadOption if options clash, or one names something that cannot be used
     */
    BroadcastServer.Builder server(boolean webPortGiven) throws BadOption {
        checkClashes(webPortGiven);
        BroadcastServer.Builder server = BroadcastServer.builder().port(port).maxMessageBytes(maxMessageBytes)
                .compression(compression);
        if (host != null) {
            server.host(host);
        }
        if (path != null) {
            server.path(path);
        }
        origins.forEach(server::allowOrigin);
        openInternet.apply(server);
        http.apply(server);
        access.apply(server, topics.path() != null, watch);
        tls.apply(server, watch);
        page.apply(server);
        history.apply(server, retentionMessages);
        backplane.open();
        if (topics.path() == null) {
            BroadcastHub.Builder builder = BroadcastHub.builder();
            prepare(builder);
            BroadcastHub hub = builder.build();
            use(Figures.of(hub));
            return server.hub(hub);
        }
        Topics all = topics.topics((name, hub) -> prepare(hub));
        use(Figures.of(all));
        return server.topics(all).path(topics.path());
    }

    /** {@return whether the server has a page} */
    boolean hasPage() {
        return page.isServed();
    }

    private void use(Figures of) {
        figures = of;
        access.peers(of.peers());
    }

    /** {@return the figures of what {@link #server} has built} */
    Figures figures() {
        return Objects.requireNonNull(figures, "figures");
    }

    private void checkClashes(boolean webPortGiven) throws BadOption {
        log.check();
        page.check(webPortGiven);
        topics.check(path);
        health.check(port, page.port());
        long least = (long) maxMessageBytes + Retention.OVERHEAD_BYTES;
        if (retentionBytes < least) {
            throw new BadOption("--retention-bytes", "must be at least --max-message-bytes and "
                    + Retention.OVERHEAD_BYTES + " bytes more, here " + least, retentionBytes);
        }
    }

    /** Frees what the server has used, after it was closed. */
    void close() {
        backplane.close();
        watch.close();
    }

    private void prepare(BroadcastHub.Builder hub) {
        MessagePolicy kinds = relayBinary ? MessagePolicy.everything() : MessagePolicy.textOnly();
        MessagePolicy policy = openInternet.within(kinds.andThen(MessagePolicy.maxBytes(maxMessageBytes)));
        hub.retention(Retention.of(retentionMessages, retentionBytes))
                .policy(access.before(policy))
                .delivery(excludeSender ? DeliveryPolicy.everyoneButSender() : DeliveryPolicy.everyone())
                .overflow(overflow)
                .stallTimeout(stallTimeout);
        access.apply(hub);
        openInternet.apply(hub);
        history.apply(hub);
        backplane.apply(hub);
    }
}
