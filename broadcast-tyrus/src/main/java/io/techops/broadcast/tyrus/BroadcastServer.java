package io.techops.broadcast.tyrus;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.MessagePolicy;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import org.glassfish.grizzly.http.server.HttpServer;
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
 * <p>It speaks WebSocket version 13 (RFC 6455) without extensions, and checks handshakes and frames as the RFC demands.
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
    private static final int NO_PORT = -1;

    private final BroadcastHub hub;
    private final SocketWatch watch;
    private final HttpServer sockets;
    private final @Nullable HttpServer pages;
    private final HubContainer container;
    private final URI uri;
    private final int port;
    private final @Nullable URI pageUri;
    private final int pagePort;
    private final SocketChain chains;
    private volatile boolean closing;
    private boolean stopped;

    private BroadcastServer(Builder settings) {
        hub = settings.hub != null ? settings.hub : ownHub(settings.maxMessageBytes);
        watch = new SocketWatch("broadcast-watch");
        container = new HubContainer(settings.maxMessageBytes);
        boolean onOnePort = settings.pages != null && settings.pagePort == settings.port && settings.port != 0;
        boolean started = false;
        InetSocketAddress socketAddress = settings.address(settings.port);
        chains = new SocketChain(settings, hub, watch, () -> closing);
        sockets = Listeners.server("broadcast", socketAddress, settings.tls, settings.clientAuth, watch,
                onOnePort ? new PageHandler(settings.pages) : null, settings.pageIdleTimeout, (listener, chain) ->
                        chains.addSockets(listener, chain, container.getWebSocketEngine(), onOnePort));
        InetSocketAddress pageAddress = settings.address(settings.pagePort);
        pages = settings.pages == null || onOnePort ? null
                : Listeners.server("broadcast-pages", pageAddress, settings.tls, settings.clientAuth, null,
                        new PageHandler(settings.pages), settings.pageIdleTimeout, chains::addPages);
        try {
            port = Listeners.start(sockets, socketAddress);
            pagePort = onOnePort ? port : pages == null ? NO_PORT : Listeners.start(pages, pageAddress);
            uri = uri(settings.tls == null ? "ws" : "wss", settings.host, port,
                    settings.path == null ? "/" : settings.path);
            pageUri = pagePort == NO_PORT ? null
                    : uri(settings.tls == null ? "http" : "https", settings.host, pagePort, "/");
            started = true;
        } finally {
            if (!started) {
                release();
                if (settings.hub == null) {
                    hub.close(Duration.ZERO);
                }
            }
        }
        LOG.info("Listening on {}{}", uri, pageUri == null ? "" : ", pages on " + pageUri);
    }

    private static BroadcastHub ownHub(int maxMessageBytes) {
        return BroadcastHub.builder()
                .policy(MessagePolicy.textOnly().andThen(MessagePolicy.maxBytes(maxMessageBytes)))
                .build();
    }

    private static URI uri(String scheme, String host, int port, String path) {
        boolean everywhere = host.equals("0.0.0.0") || host.equals("::");
        String shown = everywhere ? "localhost" : host.contains(":") ? "[" + host + "]" : host;
        return URI.create(scheme + "://" + shown + ":" + port + path);
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

    /** {@return the hub whose peers connect here} */
    public BroadcastHub hub() {
        return hub;
    }

    /** {@return where to connect, as {@code ws://host:port/path}; the host is {@code localhost} if all are bound} */
    public URI uri() {
        return uri;
    }

    /** {@return the WebSocket port that is bound} */
    public int port() {
        return port;
    }

    /** {@return where the pages are, or null if there are none} */
    public @Nullable URI pageUri() {
        return pageUri;
    }

    /** {@return the port of the pages that is bound, or -1 if there are none} */
    public int pagePort() {
        return pagePort;
    }

    /**
     * Closes the server and its hub. Nothing connects any more, and the ports are free for another server at once;
     * requests on connections that are open get 503; every peer gets what was broadcast before and then a close frame
     * with 1001; what is left after {@code limit} is aborted. Waits for the end, after which nothing of the server
     * runs; called from a listener of the hub it does not wait.
     *
     * @param limit how long peers may take; zero aborts at once
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    public void close(Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("limit must not be negative: " + limit);
        }
        stopAccepting();
        CompletableFuture<Void> drained = hub.shutdown(limit).thenRun(this::stop).toCompletableFuture();
        hub.close(limit);
        if (!drained.isDone()) {
            // Called from a listener of the hub, which the end has to wait for; or nobody runs the hub's tasks.
            watch.after(limit.plusSeconds(1), this::stop);
        }
    }

    private synchronized void stopAccepting() {
        if (!closing) {
            closing = true;
            Listeners.stopAccepting(sockets);
            if (pages != null) {
                Listeners.stopAccepting(pages);
            }
        }
    }

    private synchronized void stop() {
        if (!stopped) {
            stopped = true;
            release();
            LOG.info("Closed {}", uri);
        }
    }

    private void release() {
        if (pages != null) {
            Listeners.stop(pages);
        }
        Listeners.stop(sockets);
        chains.close();
        container.stop();
        watch.close();
    }

    /** Closes the server as {@link #close(Duration)} does, with {@link BroadcastHub#DEFAULT_CLOSE_LIMIT}. */
    @Override
    public void close() {
        close(BroadcastHub.DEFAULT_CLOSE_LIMIT);
    }

    /** Sets up a server. Every setting has a default, and is checked when it is given. Not safe for many threads. */
    public static final class Builder extends HandshakeSettings<Builder> {

        private @Nullable BroadcastHub hub;
        private String host = "0.0.0.0";
        private int port = DEFAULT_PORT;
        @Nullable String path;
        private @Nullable Pages pages;
        private int pagePort = DEFAULT_PAGE_PORT;
        private Duration pageIdleTimeout = Duration.ofSeconds(30);
        @Nullable SSLContext tls;
        int maxMessageBytes = MessagePolicy.DEFAULT_MAX_BYTES;

        private Builder() {
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Sets the hub. The server closes it when it is closed itself.
         *
         * @param hub by default one with all defaults, but that {@link #maxMessageBytes} is its policy's limit too
         * @return this builder
         */
        public Builder hub(BroadcastHub hub) {
            this.hub = Objects.requireNonNull(hub, "hub");
            return this;
        }

        /**
         * Sets the address to bind.
         *
         * @param host an address of this machine, or a name that has one; all by default
         * @return this builder
         * @throws IllegalArgumentException if it is empty
         */
        public Builder host(String host) {
            if (host.isBlank()) {
                throw new IllegalArgumentException("host must not be empty");
            }
            this.host = host;
            return this;
        }

        /**
         * Sets the WebSocket port.
         *
         * @param port {@value #DEFAULT_PORT} by default; 0 for any free one
         * @return this builder
         * @throws IllegalArgumentException if it is not from 0 to 65535
         */
        public Builder port(int port) {
            this.port = checkedPort("port", port);
            return this;
        }

        /**
         * Sets the only path where peers may connect; others get 404.
         *
         * @param path begins with a slash; any path by default
         * @return this builder
         * @throws IllegalArgumentException if it does not begin with a slash, or is not the path of a URI
         */
        public Builder path(String path) {
            if (!path.startsWith("/") || !isPath(path)) {
                throw new IllegalArgumentException("path must be the path of a URI and begin with /: " + path);
            }
            this.path = path;
            return this;
        }

        /**
         * Serves pages over HTTP, or HTTPS with {@link #tls}.
         *
         * @param pages where they come from; no pages by default
         * @return this builder
         */
        public Builder pages(Pages pages) {
            this.pages = Objects.requireNonNull(pages, "pages");
            return this;
        }

        /**
         * Sets the port of the pages. Given the WebSocket port, both are served there.
         *
         * @param pagePort {@value #DEFAULT_PAGE_PORT} by default; 0 for any free one
         * @return this builder
         * @throws IllegalArgumentException if it is not from 0 to 65535
         */
        public Builder pagePort(int pagePort) {
            this.pagePort = checkedPort("pagePort", pagePort);
            return this;
        }

        /**
         * Sets after how long without a request a connection that has asked for pages is closed. Peers are not
         * concerned: the hub has a heartbeat for them.
         *
         * @param pageIdleTimeout 30 seconds by default; from 1 second to a day, rounded up to whole seconds
         * @return this builder
         * @throws IllegalArgumentException if it is not from 1 second to a day
         */
        public Builder pageIdleTimeout(Duration pageIdleTimeout) {
            if (pageIdleTimeout.compareTo(Duration.ofSeconds(1)) < 0
                    || pageIdleTimeout.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException("pageIdleTimeout must be from 1 s to 1 day: " + pageIdleTimeout);
            }
            this.pageIdleTimeout = pageIdleTimeout;
            return this;
        }

        /**
         * Encrypts both ports: {@code wss} and {@code https}.
         *
         * @param tls has the server's key; no TLS by default
         * @return this builder
         */
        public Builder tls(SSLContext tls) {
            this.tls = Objects.requireNonNull(tls, "tls");
            return this;
        }

        /**
         * Sets how long a message of a peer may be, of any kind and in however many fragments. A longer one ends the
         * connection with 1009 as soon as a frame's header says so, before its payload is read. It is the bound on what
         * an incomplete message can hold in memory: a connection keeps what has come of it and at most half as much
         * again, never more than this limit, and nothing for what was only promised. A connection that has sent a long
         * message keeps a buffer of its length until it ends, so that all that a peer can occupy by sending is twice
         * this limit and a few KiB.
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
         * Starts the server.
         *
         * @return the running server
         * @throws java.io.UncheckedIOException if a port cannot be bound: its cause names address and port; nothing is
         *     left running then, but a hub that was given stays open
         * @throws IllegalStateException if the hub that was given is closed, or {@link #clientAuth} was given without
         *     {@link #tls}
         */
        public BroadcastServer start() {
            if (hub != null && hub.isClosed()) {
                throw new IllegalStateException("the hub is closed");
            }
            if (clientAuth != ClientAuth.NONE && tls == null) {
                throw new IllegalStateException("clientAuth needs tls: " + clientAuth);
            }
            return new BroadcastServer(this);
        }

        private static boolean isPath(String path) {
            try {
                return path.equals(new URI("ws://host" + path).getRawPath());
            } catch (URISyntaxException e) {
                return false;
            }
        }

        private InetSocketAddress address(int at) {
            return InetSocketAddress.createUnresolved(host, at);
        }

        private static int checkedPort(String name, int port) {
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException(name + " must be from 0 to 65535: " + port);
            }
            return port;
        }
    }
}
