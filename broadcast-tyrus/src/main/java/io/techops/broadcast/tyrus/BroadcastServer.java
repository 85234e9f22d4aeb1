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
 * The standalone server: a hub on a WebSocket port, and, if asked, pages on an HTTP port.
 *
 * <pre>{@code
 * try (BroadcastServer server = BroadcastServer.builder().port(5000).path("/live").start()) {
 *     server.hub().broadcast("hello");
 * }
 * }</pre>
 *
 * <p>It speaks WebSocket version 13 (RFC 6455), with {@code permessage-deflate} (RFC 7692) if {@link
 * Builder#compression} says so and no other extension, and checks handshakes and frames as the RFCs demand.
 *
 * <p>A {@link MessagePolicy} or a listener that blocks keeps the thread that reads from its peer. There are a few such
 * threads, and one more for each that is stuck for a tenth of a second, up to 256; so policies may block, and delay
 * what their own peers send. Only while 256 of them do is nothing read from anyone: no message, no handshake and no
 * pong. What is sent to peers does not depend on it.
 *
 * <p>A server is running from when it was made until it is closed; its threads keep the virtual machine alive. Safe for
 * use by any number of threads.
 */
public final class BroadcastServer implements AutoCloseable {

    /** The WebSocket port unless set otherwise. */
    public static final int DEFAULT_PORT = 5000;

    /** The port of the pages unless set otherwise. */
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
     * {@return where to connect, as {@code ws://host:port/path}; the host is {@code localhost} if all are bound} With
     * topics, the path as far as the name of the topic.
     */
    public URI uri() {
        return running.root().resolve(path.prefix());
    }

    /**
     * {@return where to connect to a topic}
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

    /** {@return what was compressed since the start; nothing if {@link Builder#compression} is off} */
    public Compression.Stats compressionStats() {
        return new Compression.Stats(running.compressed());
    }

    /**
     * {@return where the pages are}
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
        pageUri(); // there are some
        return running.pagePort();
    }

    /**
     * Closes the server and its hub or topics. Nothing connects any more, and the ports are free for another server at
     * once; requests on connections that are open get 503; every peer gets what was broadcast before and then a close
     * frame with 1001; what is left after {@code limit} is aborted. Waits for the end, after which nothing of the
     * server runs; called from a listener or a message policy, on a thread of the hub or the server, it does not wait.
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
     * Closes the server as {@link #close()} does when the virtual machine ends: by a signal such as that of Ctrl-C, or
     * by {@code System.exit}. The virtual machine ends when the server has closed. Without this, peers are not told of
     * such an end, and see close code 1006. The virtual machine refers to the server until it is closed, and not
     * afterwards; so an application in a container can use this too, as long as it closes the server itself when it is
     * stopped. The flight recorder ends at the same time; a program that wants to have its own end recorded closes the
     * server before it calls {@code System.exit}.
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

    /** {@return where it listens} */
    @Override
    public String toString() {
        return uri() + (running.pageUri() == null ? "" : ", pages on " + running.pageUri());
    }

    /** Sets up a server. Every setting has a default, and is checked when it is given. Not safe for many threads. */
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
         * Sets how long a message of a peer may be, of any kind and in however many fragments. A longer one ends the
         * connection with 1009 as soon as a frame's header says so, before its payload is read. It is the bound on what
         * an incomplete message can hold in memory: a connection keeps what has come of it and at most half as much
         * again, never more than this limit, and nothing for what was only promised. A peer that is not read while the
         * hub is saturated keeps the message that waits and what was read together with it, so that all that a peer can
         * occupy by sending is twice this limit and a few KiB; with TLS, a record of up to 16 KiB more.
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
         * Sets whether messages are compressed, both ways, for the peers of the hub or the topics that offer
         * {@code permessage-deflate} (RFC 7692). {@link #maxMessageBytes} holds for the inflated message.
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
         * @throws java.io.UncheckedIOException if a port cannot be bound: its cause names address and port; nothing is
         *     left running then, but a hub that was given stays open
         * @throws IllegalStateException if settings contradict each other, if the SSLParameters have what the
         *     SSLContext or the server cannot do, if an {@link #endpoint} is where the hub is or cannot be served, if
         *     the hub or the topics that were given are closed, if Tyrus or Grizzly is not on the class path or of
         *     another version than is needed, or if {@link #clientAuth} was given without {@link #tls}
         */
        public BroadcastServer start() {
            checkPaths();
            if (clientAuth != ClientAuth.NONE && tls == null) {
                throw new IllegalStateException("clientAuth needs tls: " + clientAuth);
            }
            if (clientAuth != ClientAuth.NONE && tlsParameters != null) {
                throw new IllegalStateException("clientAuth and the SSLParameters of tls exclude each other: call "
                        + (clientAuth == ClientAuth.NEED ? "setNeedClientAuth" : "setWantClientAuth")
                        + "(true) on the SSLParameters instead");
            }
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
                    new ServerSettings.Admission(Set.copyOf(origins), List.copyOf(trustedProxies), clientAddressHeader,
                            maxPeers, maxPeersPerAddress),
                    handshakePolicy, replayLimits, List.copyOf(endpoints), sse,
                    publishers == null ? null : check(publishers), compression.settings());
        }

        private static TokenCheck check(Publishers publishers) {
            return (token, topic) -> publishers.mayPublish(token, topic) ? TokenCheck.Answer.MAY
                    : publishers.isKnown(token) ? TokenCheck.Answer.MAY_NOT : TokenCheck.Answer.UNKNOWN;
        }
    }
}
