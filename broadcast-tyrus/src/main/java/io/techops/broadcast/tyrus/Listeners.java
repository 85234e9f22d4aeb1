package io.techops.broadcast.tyrus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLContext;
import org.glassfish.grizzly.filterchain.FilterChainBuilder;
import org.glassfish.grizzly.http.server.HttpHandler;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.grizzly.http.server.HttpServerFilter;
import org.glassfish.grizzly.http.server.NetworkListener;
import org.glassfish.grizzly.nio.transport.TCPNIOTransport;
import org.glassfish.grizzly.ssl.SSLEngineConfigurator;
import org.glassfish.grizzly.threadpool.ThreadPoolConfig;
import org.jspecify.annotations.Nullable;

/**
 * Sets up Grizzly: one HTTP server for one address and port.
 */
final class Listeners {

    private static final int BACKLOG = 1024;
    private static final int READ_BUFFER_BYTES = 16 << 10;
    /** For pages, where nothing of the host application runs. */
    private static final int PAGE_READERS = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
    private static final int SELECTORS = Runtime.getRuntime().availableProcessors();

    private Listeners() {
    }

    private static ThreadPoolConfig threads(String name, int count) {
        return ThreadPoolConfig.defaultConfig().copy().setPoolName(name).setCorePoolSize(count).setMaxPoolSize(count)
                .setQueue(new LinkedBlockingQueue<>()); // Grizzly's own choice may spin, see Readers
    }

    /** What is to be put into the filter chain. */
    interface ChainSetup {
        void setup(NetworkListener listener, FilterChainBuilder chain);
    }

    /**
     * {@return a server that is not started yet}
     *
     * @param clientAuth counts only with TLS
     * @param watch looks at the reading threads of a server for peers, which {@link #stop} ends; null for pages alone
     * @param idleTimeout how long a connection may be idle between two requests; rounded up to seconds
     */
    static HttpServer server(String name, InetSocketAddress address, @Nullable SSLContext tls,
            ClientAuth clientAuth, @Nullable SocketWatch watch, @Nullable HttpHandler handler,
            Duration idleTimeout, ChainSetup setup) {
        NetworkListener listener = new NetworkListener(name, address.getHostString(), address.getPort());
        TCPNIOTransport transport = listener.getTransport();
        transport.setIOStrategy(new ReadingStrategy());
        transport.setName(name);
        transport.setTcpNoDelay(true);
        transport.setServerConnectionBackLog(BACKLOG);
        transport.setReadBufferSize(READ_BUFFER_BYTES);
        if (watch == null) {
            transport.setWorkerThreadPoolConfig(threads(name + "-reader", PAGE_READERS));
        } else {
            transport.setWorkerThreadPool(new Readers(name + "-reader", watch, transport.getMemoryManager()));
        }
        transport.setKernelThreadPoolConfig(threads(name + "-selector", SELECTORS).setDaemon(false));
        transport.setSelectorRunnersCount(SELECTORS);
        transport.setNIOChannelDistributor(new SelectorDistributor(transport));
        listener.getKeepAlive().setIdleTimeoutInSeconds((int) idleTimeout.plusNanos(999_999_999).toSeconds());
        if (tls != null) {
            listener.setSecure(true);
            listener.setSSLEngineConfig(new SSLEngineConfigurator(tls, false, clientAuth == ClientAuth.NEED,
                    clientAuth == ClientAuth.WANT));
        }
        listener.registerAddOn((of, chain) ->
                chain.add(chain.indexOfType(HttpServerFilter.class), new UpgradeOffers()));
        listener.registerAddOn(setup::setup);
        HttpServer server = new HttpServer();
        server.addListener(listener);
        if (handler != null) {
            server.getServerConfiguration().addHttpHandler(handler, "/");
        }
        // Grizzly's own answer to TRACE would list methods that the handler does not have.
        server.getServerConfiguration().setPassTraceRequest(true);
        return server;
    }

    /** Accepts no more connections, and frees the port; connections that are open go on. */
    static void stopAccepting(HttpServer server) {
        for (NetworkListener listener : server.getListeners()) {
            TCPNIOTransport transport = listener.getTransport();
            transport.unbindAll();
            distributor(transport).wake();
        }
    }

    private static SelectorDistributor distributor(TCPNIOTransport transport) {
        return (SelectorDistributor) transport.getNIOChannelDistributor();
    }

    /**
     * Starts a server, or leaves nothing of it behind.
     *
     * @param setting the name of the setting that says the port
     * @return the port that it listens on
     * @throws UncheckedIOException if the address cannot be bound
     */
    static int start(HttpServer server, String setting, InetSocketAddress address) {
        try {
            server.start();
            return server.getListeners().iterator().next().getPort();
        } catch (IOException | UnresolvedAddressException | UnsupportedAddressTypeException e) {
            stop(server);
            BindException named = new BindException(CannotListen.message(setting, address, e));
            named.initCause(e);
            throw new UncheckedIOException(named.getMessage(), named);
        } catch (RuntimeException e) {
            stop(server);
            throw e;
        }
    }

    /** Stops a server and ends its threads; a policy that still blocks is interrupted. */
    static void stop(HttpServer server) {
        List<Readers> readers = server.getListeners().stream()
                .map(listener -> listener.getTransport().getWorkerThreadPool())
                .filter(Readers.class::isInstance).map(Readers.class::cast).toList();
        for (NetworkListener listener : server.getListeners()) {
            if (listener.isStarted()) {
                listener.getTransport().unbindAll();
                distributor(listener.getTransport()).settle();
            }
        }
        server.shutdownNow();
        readers.forEach(Readers::shutdownNow);
    }
}
