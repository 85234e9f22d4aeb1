package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.tyrus.connection.WriteReadiness;
import io.techops.broadcast.tyrus.frame.DeflateExtension;
import io.techops.broadcast.tyrus.frame.DeflateFigures;
import io.techops.broadcast.tyrus.handshake.PolicyExecutor;
import io.techops.broadcast.tyrus.handshake.Router;
import io.techops.broadcast.tyrus.hosting.Hosting;
import io.techops.broadcast.tyrus.pages.ServedPages;
import io.techops.broadcast.tyrus.pages.StaticFileHandler;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.glassfish.grizzly.nio.transport.TCPNIOTransport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running parts of a {@code BroadcastServer}. Grizzly, and Tyrus for endpoints, are used only from here on, so that
 * a program without them gets a message about what is missing. Safe for use by any number of threads.
 */
public final class ServerRuntime {

    private static final Logger LOG = LoggerFactory.getLogger(ServerRuntime.class);
    private static final int NO_PORT = -1;
    /** The longest limit of a close: far within what nanoseconds can express; a longer limit is shortened to it. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private final Router router;
    private final WriteReadiness watch;
    private final TCPNIOTransport sockets;
    private final @Nullable TCPNIOTransport pages;
    private final @Nullable PolicyExecutor policy;
    private final @Nullable Hosting hosting;
    private final @Nullable DeflateExtension deflate;
    private final URI root;
    private final int port;
    private final @Nullable URI pageUri;
    private final int pagePort;
    private volatile boolean closing;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();

    /**
     * Starts to listen. After a failure nothing is left running.
     *
     * @param path the path of the hub, or the template of those of the topics; null if the hub is at any path
     */
    public ServerRuntime(ServerSettings settings, Router hubs, @Nullable String path) {
        watch = new WriteReadiness("broadcast-watch");
        boolean onOnePort = settings.pages() != null && settings.pagePort() == settings.port() && settings.port() != 0;
        InetSocketAddress socketAddress = settings.address(settings.port());
        InetSocketAddress pageAddress = settings.address(settings.pagePort());
        deflate = settings.compression() == null ? null : new DeflateExtension(settings.compression());
        boolean started = false;
        try {
            hosting = settings.endpoints().isEmpty() ? null
                    : new Hosting(settings.endpoints(), watch, settings.maxMessageBytes(), settings.isSecure());
            router = hosting == null ? hubs : new HostingRouter(hubs, hosting, path == null);
            policy = settings.policy() == null ? null : new PolicyExecutor(settings.policy());
            PeerCount peers = settings.pagePeers() ? new PeerCount(hubs::stats, System::nanoTime) : null;
            StaticFileHandler handler = settings.pages() == null ? null
                    : new StaticFileHandler(new ServedPages(settings.pages(), () -> toldToPages(path, peers)));
            sockets = GrizzlyListeners.transport("broadcast", watch, HttpPort.forSockets(settings, watch,
                    () -> closing, router,
                    hosting, policy, onOnePort ? handler : null, deflate));
            pages = handler == null || onOnePort ? null : GrizzlyListeners.transport("broadcast-pages", null,
                    HttpPort.forPages(settings, watch, () -> closing, handler));
            port = GrizzlyListeners.start(sockets, "port", socketAddress);
            pagePort = onOnePort ? port : pages == null ? NO_PORT : GrizzlyListeners.start(pages, "pagePort",
                    pageAddress);
            root = settings.host().uri(settings.isSecure() ? "wss" : "ws", port);
            pageUri = pagePort == NO_PORT ? null
                    : settings.host().uri(settings.isSecure() ? "https" : "http", pagePort);
            started = true;
        } finally {
            if (!started) {
                release();
            }
        }
    }

    /**
     * {@return the JSON for pages: the hub's address, without a port if that is the page's own; and the number of
     * peers}
     */
    private String toldToPages(@Nullable String path, @Nullable PeerCount peers) {
        return "{\"port\":" + (port == pagePort ? null : port)
                + ",\"path\":" + (path == null ? null : '"' + path + '"')
                + (peers == null ? "" : "," + peers.members()) + "}\n";
    }

    /** {@return the WebSocket port, with the path {@code /}} */
    public URI root() {
        return root;
    }

    public int port() {
        return port;
    }

    /** {@return the URI of the pages; null if there are none} */
    public @Nullable URI pageUri() {
        return pageUri;
    }

    /** {@return the port of the pages; a negative number if there are none} */
    public int pagePort() {
        return pagePort;
    }

    /** {@return the figures of the compression so far} */
    public DeflateFigures compressed() {
        return deflate == null ? new DeflateFigures(0, 0, 0) : deflate.figures();
    }

    public void close(Duration limit) {
        stopAccepting(limit);
        if (GrizzlyListeners.runsOnThisThread(sockets)) {
            // Called from a policy or a listener: this thread has to read on before the hub can end, so it must not
            // wait for that end.
            router.shutdown(limit).thenRun(() -> watch.in(Duration.ZERO, this::stop));
            stopAfter(limit);
            return;
        }
        router.shutdown(limit).thenRun(this::stop);
        router.close(limit);
        if (router.shutdown(limit).toCompletableFuture().isDone()) {
            stop();
            stopped.join(); // if the hub's thread, perhaps one of the host application, stops the server
        } else {
            // Called from a listener of the hub, for which the hub's end waits; or the executor does not run the hub's
            // tasks.
            stopAfter(limit);
        }
    }

    /** Makes sure that the server has stopped a moment after the limit, whatever happens. */
    private void stopAfter(Duration limit) {
        Duration longest = limit.compareTo(LONGEST) < 0 ? limit : LONGEST;
        watch.in(longest.plusSeconds(1), this::stop);
    }

    /** Runs a task that does not block when everything has stopped; at once if it has. */
    public void whenStopped(Runnable task) {
        stopped.thenRun(task);
    }

    private synchronized void stopAccepting(Duration limit) {
        if (!closing) {
            closing = true;
            GrizzlyListeners.stopAccepting(sockets, limit);
            if (pages != null) {
                GrizzlyListeners.stopAccepting(pages, limit);
            }
        }
    }

    /**
     * Stops the server. Holds no lock, because the thread of the deadlines may call this too, and the first caller
     * waits for that thread.
     */
    private void stop() {
        if (stopping.compareAndSet(false, true)) {
            try {
                release();
            } finally {
                stopped.complete(null);
            }
            LOG.info("Closed {}", root);
        }
    }

    /** Frees everything, after the hub was closed. */
    void release() {
        if (pages != null) {
            GrizzlyListeners.stop(pages);
        }
        if (sockets != null) { // null if a library is missing
            GrizzlyListeners.stop(sockets);
        }
        if (policy != null) {
            policy.close();
        }
        if (hosting != null) {
            hosting.release();
        }
        watch.close();
        if (deflate != null) {
            deflate.close();
        }
    }
}
