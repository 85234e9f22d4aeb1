package io.techops.broadcast.tyrus;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Topics;
import io.techops.broadcast.spi.PathTemplate;
import io.techops.broadcast.tyrus.frame.Frames;
import io.techops.broadcast.tyrus.handshake.HubRouter;
import io.techops.broadcast.tyrus.handshake.TopicRouter;
import io.techops.broadcast.tyrus.hosting.HostedEndpoint;
import io.techops.broadcast.tyrus.resource.TokenCheck;
import io.techops.broadcast.tyrus.server.DependencyCheck;
import io.techops.broadcast.tyrus.server.SelfExercise;
import io.techops.broadcast.tyrus.server.ServerRuntime;
import io.techops.broadcast.tyrus.server.ServerSettings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The standalone server: a hub, or topics, on a WebSocket port, and optionally pages on an HTTP port.
 *
 * <pre>{@code
 * try (BroadcastServer server = BroadcastServer.builder().port(5000).path("/live").start()) {
 *     server.hub().broadcast("hello");
 * }
 * }</pre>
 *
 * <p>It implements WebSocket version 13 (RFC 6455), with the extension {@code permessage-deflate} (RFC 7692) if {@link
 * Builder#compression} is set, and checks handshakes and frames as these RFCs require.
 *
 * <p>A {@link MessagePolicy} or a {@code MessageListener} that blocks occupies the thread that reads from its peer.
 * There are a few such threads, and one more is added for each that has been blocked for a tenth of a second, up to
 * 256. So policies may block, and delay only what their own peers send. While all 256 threads are blocked, nothing is
 * read from any peer: no message, no handshake and no pong. Delivery to peers is not affected.
 *
 * <p>A server runs until it is closed; its threads keep the virtual machine alive. Safe for use by any number of
 * threads.
 */
public final class BroadcastServer implements AutoCloseable {

    /** The default WebSocket port. */
    public static final int DEFAULT_PORT = 5000;

    /** The default port of the pages. */
    public static final int DEFAULT_PAGE_PORT = 8000;

    private static final Logger LOG = LoggerFactory.getLogger(BroadcastServer.class);

    private final @Nullable BroadcastHub hub;
    private final @Nullable Topics topics;
    private final ServerRuntime running;
    private final PathTemplate path;

    private BroadcastServer(Builder settings) {
        topics = settings.topics;
        hub = topics != null ? null : settings.hub != null ? settings.hub : ownHub(settings.maxMessageBytes);
        path = settings.effectivePath();
        boolean started = false;
        try {
            ServerSettings checked = settings.checked();
            SelfExercise.run(checked);
            boolean anyPath = topics == null && settings.path == null;
            if (!anyPath && !settings.endpoints.isEmpty()) {
                HostedEndpoint.checkBesideHub(settings.endpoints, path.toString(),
                        topics != null ? "the topics are," : "the hub is,");
            }
            running = new ServerRuntime(checked,
                    topics != null ? new TopicRouter(path, topics) : new HubRouter(settings.path, hub),
                    anyPath ? null : path.toString());
            started = true;
        } finally {
            if (!started && settings.hub == null && hub != null) {
                hub.close(Duration.ZERO);
            }
        }
        LOG.info("Listening on {}", this);
    }

    private static BroadcastHub ownHub(int maxMessageBytes) {
        return BroadcastHub.builder()
                .policy(MessagePolicy.textOnly().andThen(MessagePolicy.maxBytes(maxMessageBytes)))
                .build();
    }

    /**
     * Starts a server with all defaults on all interfaces.
     *
     * @param port the WebSocket port; 0 for any free one
     * @return the running server, with a hub of its own
     * @throws IllegalArgumentException if {@code port} is not from 0 to 65535
     * @throws java.io.UncheckedIOException if the port cannot be bound; its cause names address and port
     */
    public static BroadcastServer start(int port) {
        return builder().port(port).start();
    }

    /** {@return a builder with the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * {@return the hub whose peers connect here}
     *
     * @throws IllegalStateException if the server has {@link #topics()}, each with a hub of its own
     */
    public BroadcastHub hub() {
        if (hub == null) {
            throw new IllegalStateException(
                    "the server has topics, and no hub for all of them: use topics().hub(name)");
        }
        return hub;
    }

    /**
     * {@return the topics whose peers connect here}
     *
     * @throws IllegalStateException if the server has one {@link #hub()}
     */
    public Topics topics() {
        if (topics == null) {
            throw new IllegalStateException("the server has one hub, and no topics: use hub(), or set topics");
        }
        return topics;
    }

    /**
     * {@return the URI of the hub, as {@code ws://host:port/path}; the host is {@code localhost} if all addresses are
     * bound} With topics, the path ends before the name of the topic.
     */
    public URI uri() {
        return running.root().resolve(path.prefix());
    }

    /**
     * {@return the URI of a topic}
     *
     * @param topic the topic's name
     * @throws IllegalStateException if the server has no topics
     * @throws IllegalArgumentException if it is not the name of a topic
     */
    public URI uri(String topic) {
        topics().hub(topic); // checks the name
        return running.root().resolve(path.fill(topic));
    }

    /** {@return the WebSocket port that is bound} */
    public int port() {
        return running.port();
    }

    /** {@return the figures of compression since the start; all 0 if {@link Builder#compression} is off} */
    public Compression.Stats compressionStats() {
        return new Compression.Stats(running.compressed());
    }

    /**
     * {@return the URI of the pages}
     *
     * @throws IllegalStateException if the server has no pages
     */
    public URI pageUri() {
        URI uri = running.pageUri();
        if (uri == null) {
            throw new IllegalStateException("the server has no pages: set pages, as in pages(Pages.folder(folder))");
        }
        return uri;
    }

    /**
     * {@return the port of the pages that is bound}
     *
     * @throws IllegalStateException if the server has no pages
     */
    public int pagePort() {
        pageUri(); // throws if there are none
        return running.pagePort();
    }

    /**
     * Closes the server and its hub or topics. The ports are free for another server at once, and requests on open
     * connections get 503. Every peer gets what was broadcast before, and then a close frame with 1001. Connections
     * that are left after {@code limit} are aborted. Waits until the server has ended, after which no thread and no
     * socket of it is left; a call from a listener or a message policy, on a thread of the hub or the server, does not
     * wait.
     *
     * @param limit how long peers may take; zero aborts at once
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    public void close(Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("limit must not be negative: " + limit);
        }
        running.close(limit);
    }

    /**
     * Makes the virtual machine close the server, as {@link #close()} does, before it ends because of a signal, such as
     * that of Ctrl-C, or a call of {@code System.exit}. Without this, peers get no close frame then, and see close code
     * 1006. The shutdown hook that does this is removed when the server is closed. So an application in a container may
     * use this method, too, if it closes the server itself when it is stopped. Java Flight Recorder stops at the same
     * time as the hook runs; to have the shutdown recorded, close the server before {@code System.exit} is called.
     *
     * @return this server
     */
    public BroadcastServer closeOnExit() {
        Thread hook = new Thread(this::close, "broadcast-exit");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            running.whenStopped(() -> removeHook(hook));
        } catch (IllegalStateException ending) {
            close();
        }
        return this;
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // It is the hook that has closed the server, or it will find the server closed.
        }
    }

    /** Closes the server as {@link #close(Duration)} does, with {@link BroadcastHub#DEFAULT_CLOSE_LIMIT}. */
    @Override
    public void close() {
        close(BroadcastHub.DEFAULT_CLOSE_LIMIT);
    }

    /** {@return the URIs of the hub and the pages} */
    @Override
    public String toString() {
        return uri() + (running.pageUri() == null ? "" : ", pages on " + running.pageUri());
    }

    /**
     * Sets up a server. Every setting has a default, and is checked when it is given. Not safe for use by many threads.
     */
    public static final class Builder extends PathSettings<Builder> {

        private int maxMessageBytes = MessagePolicy.DEFAULT_MAX_BYTES;
        private Compression compression = Compression.off();

        private Builder() {
            port = DEFAULT_PORT;
            pagePort = DEFAULT_PAGE_PORT;
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Sets the largest message that a peer may send, text or binary, in any number of fragments. A larger one ends
         * the connection with 1009 as soon as the header of a frame exceeds the limit, before the payload is read. This
         * setting also bounds memory: for an incomplete message, a connection keeps a buffer of at most one and a half
         * times the bytes that have arrived, and never more than this limit. While the hub is saturated, a connection
         * keeps the message that waits and what was read together with it. So all that a peer can occupy by sending is
         * twice this limit and a few KiB, and with TLS a record of up to 16 KiB more.
         *
         * @param maxMessageBytes 65,536 by default; from 125 to 2<sup>30</sup>
         * @return this builder
         * @throws IllegalArgumentException if it is not from 125 to 2<sup>30</sup>
         */
        public Builder maxMessageBytes(int maxMessageBytes) {
            if (maxMessageBytes < Frames.MAX_CONTROL || maxMessageBytes > 1 << 30) {
                throw new IllegalArgumentException(
                        "maxMessageBytes must be from 125 to " + (1 << 30) + ": " + maxMessageBytes);
            }
            this.maxMessageBytes = maxMessageBytes;
            return this;
        }

        /**
         * Sets whether messages are compressed, in both directions, for the peers of the hub or the topics that offer
         * {@code permessage-deflate} (RFC 7692). {@link #maxMessageBytes} applies to the inflated message.
         *
         * @param compression {@link Compression#off()} by default
         * @return this builder
         */
        public Builder compression(Compression compression) {
            this.compression = Objects.requireNonNull(compression, "compression");
            return this;
        }

        /**
         * Starts the server.
         *
         * @return the running server
         * @throws java.io.UncheckedIOException if a port cannot be bound; its cause names address and port. No part of
         *     the server is left running then; a hub or topics that were set stay open
         * @throws IllegalStateException if settings contradict each other; if the SSLParameters ask for what the
         *     SSLContext or the server does not support; if an {@link #endpoint} is at the path of the hub, or cannot
         *     be deployed; if the hub or the topics are closed; if Tyrus or Grizzly is missing or of a wrong version;
         *     or if {@link #clientAuth} is set without {@link #tls}, {@link #pagePort} or {@link #pagePeers} without
         *     {@link #pages}, or {@link #clientAddressHeader} without a {@link #trustedProxy}
         */
        public BroadcastServer start() {
            checkPorts();
            checkPaths();
            try {
                return new BroadcastServer(this);
            } catch (LinkageError e) {
                throw DependencyCheck.lacking(e, !endpoints.isEmpty());
            }
        }

        private ServerSettings checked() {
            return new ServerSettings(host, port, pages == null ? null : pages.source(), pagePort, pageIdleTimeout,
                    pagePeers, tls == null ? null : TlsEngines.of(tls, tlsParameters, clientAuth), maxMessageBytes,
                    handshakeTimeout,
                    new ServerSettings.Admission(Set.copyOf(origins), List.copyOf(trustedProxies),
                            effectiveAddressHeader(), maxPeers, maxPeersPerAddress),
                    handshakePolicy, replayLimits, List.copyOf(endpoints), sse,
                    publishers == null ? null : check(publishers), compression.settings());
        }

        private static TokenCheck check(Publishers publishers) {
            return (token, topic) -> publishers.mayPublish(token, topic) ? TokenCheck.Answer.MAY
                    : publishers.isKnown(token) ? TokenCheck.Answer.MAY_NOT : TokenCheck.Answer.UNKNOWN;
        }
    }
}
