package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.tyrus.connection.WriteReadiness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import org.glassfish.grizzly.asyncqueue.AsyncQueueWriter;
import org.glassfish.grizzly.nio.transport.TCPNIOServerConnection;
import org.glassfish.grizzly.nio.transport.TCPNIOTransport;
import org.glassfish.grizzly.nio.transport.TCPNIOTransportBuilder;
import org.glassfish.grizzly.threadpool.ThreadPoolConfig;
import org.jspecify.annotations.Nullable;

/**
 * Sets up Grizzly's TCP transports, one for each address and port.
 */
public final class GrizzlyListeners {

    private static final int BACKLOG = 1024;
    /** The number of reading threads for pages, which run no code of the host application. */
    private static final int PAGE_READERS = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
    /**
     * The number of selectors. One processor is left to the fan-out and the host. With one selector no connection
     * changes its thread.
     */
    private static final int SELECTORS = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
    /** How long a selector's thread may take until it closes the listening socket. */
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(5);

    private GrizzlyListeners() {
    }

    private static ThreadPoolConfig threads(String name, int count) {
        return ThreadPoolConfig.defaultConfig().copy().setPoolName(name).setCorePoolSize(count).setMaxPoolSize(count)
                .setQueue(new LinkedBlockingQueue<>()); // Grizzly's default may spin, see ReaderPool
    }

    /**
     * {@return a transport that is not started yet}
     *
     * @param watch checks the reading threads of a server for peers, which {@link #stop} ends; null for pages alone
     */
    public static TCPNIOTransport transport(String name, @Nullable WriteReadiness watch, HttpPort port) {
        TCPNIOTransport transport = TCPNIOTransportBuilder.newInstance().build();
        transport.setAttributeBuilder(NoAttributes.builder());
        transport.setIOStrategy(new ReadThreadStrategy(new Acceptor(port.watch())));
        transport.setSelectorHandler(new SelectorGuard(watch == null ? null : new SelectorWatch(watch)));
        transport.setName(name);
        transport.setChannelConfigurator(new SocketSetup(transport.getChannelConfigurator()));
        // The queue is not used; to find a bound for it, Grizzly would make a java.net.Socket for each connection.
        transport.getAsyncQueueIO().getWriter().setMaxPendingBytesPerConnection(AsyncQueueWriter.UNLIMITED_SIZE);
        transport.setServerConnectionBackLog(BACKLOG);
        if (watch == null) {
            transport.setWorkerThreadPoolConfig(threads(name + "-reader", PAGE_READERS));
        } else {
            transport.setWorkerThreadPool(new ReaderPool(name + "-reader", watch, transport.getMemoryManager()));
        }
        transport.setKernelThreadPoolConfig(threads(name + "-selector", SELECTORS).setDaemon(false));
        transport.setSelectorRunnersCount(SELECTORS);
        transport.setNIOChannelDistributor(new SelectorDistributor(transport,
                connection -> new HttpConnection(port, connection)));
        return transport;
    }

    /**
     * Accepts no more connections, and frees the port; open connections go on.
     *
     * @param limit how long this may wait
     */
    static void stopAccepting(TCPNIOTransport transport, Duration limit) {
        distributor(transport).stopListening(limit.compareTo(LONGEST_CLOSE) < 0 ? limit : LONGEST_CLOSE);
        transport.unbindAll();
        distributor(transport).wake();
    }

    /** {@return whether the current thread is a selector thread or a reading thread of the transport} */
    static boolean runsOnThisThread(TCPNIOTransport transport) {
        return distributor(transport).selectsOnThisThread()
                || transport.getWorkerThreadPool() instanceof ReaderPool readers && readers.readOnThisThread();
    }

    private static SelectorDistributor distributor(TCPNIOTransport transport) {
        return (SelectorDistributor) transport.getNIOChannelDistributor();
    }

    /**
     * Starts to listen. After a failure nothing is left running.
     *
     * @param setting the name of the setting that says the port
     * @return the port that it listens on
     * @throws UncheckedIOException if the address cannot be bound
     */
    public static int start(TCPNIOTransport transport, String setting, InetSocketAddress address) {
        try {
            TCPNIOServerConnection listening = transport.bind(address.getHostString(), address.getPort(), BACKLOG);
            transport.start();
            return ((InetSocketAddress) listening.getLocalAddress()).getPort();
        } catch (IOException | UnresolvedAddressException | UnsupportedAddressTypeException e) {
            stop(transport);
            BindException named = new BindException(BindErrors.message(setting, address, e));
            named.initCause(e);
            throw new UncheckedIOException(named.getMessage(), named);
        } catch (RuntimeException e) {
            stop(transport);
            throw e;
        }
    }

    /** Stops a transport and ends its threads; interrupts a policy that still blocks. */
    public static void stop(TCPNIOTransport transport) {
        try {
            if (!transport.isStopped()) {
                distributor(transport).stopListening(LONGEST_CLOSE);
                transport.unbindAll();
                distributor(transport).settle();
            }
            transport.shutdownNow();
        } catch (IOException e) {
            throw new UncheckedIOException("Grizzly's transport does not stop", e);
        } finally {
            if (transport.getWorkerThreadPool() instanceof ReaderPool readers) {
                readers.shutdownNow();
            }
        }
    }
}
