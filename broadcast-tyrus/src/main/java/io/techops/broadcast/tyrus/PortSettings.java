package io.techops.broadcast.tyrus;

import io.techops.broadcast.BackplaneStats;
import io.techops.broadcast.tyrus.server.BindHost;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The settings of {@link BroadcastServer.Builder} for addresses, ports, TLS and pages. Every setting has a default; a
 * setting is checked when it is given. Not safe for use by many threads.
 *
 * @param <B> the builder that these settings are part of
 */
public abstract class PortSettings<B extends PortSettings<B>> extends StreamSettings<B> {

    BindHost host = BindHost.ANY;
    int port;
    @Nullable Pages pages;
    int pagePort;
    private boolean pagePortSet;
    Duration pageIdleTimeout = Duration.ofSeconds(75);
    boolean pagePeers;
    @Nullable SSLContext tls;
    @Nullable SSLParameters tlsParameters;

    PortSettings() {
    }

    /**
     * Sets the address to bind.
     *
     * @param host an address of this machine, or a host name for one, which is looked up by {@link
     *     BroadcastServer.Builder#start}; an IPv6 address may be in brackets, and may have a zone, as in {@code
     *     fe80::1%eth0}; all addresses by default
     * @return this builder
     * @throws IllegalArgumentException if it is neither a host name nor an address, or if this machine does not have
     *     the zone
     */
    public B host(String host) {
        this.host = BindHost.parse(host);
        return self();
    }

    /**
     * Sets the WebSocket port.
     *
     * @param port {@value BroadcastServer#DEFAULT_PORT} by default; 0 for any free one
     * @return this builder
     * @throws IllegalArgumentException if it is not from 0 to 65535
     */
    public B port(int port) {
        this.port = checkedPort("port", port);
        return self();
    }

    /**
     * Serves pages over HTTP, or over HTTPS with {@link #tls}. Two more files are served unless the pages contain files
     * of these names: {@code /broadcast.js}, the client for browsers, and {@code /broadcast.json}, which tells a page
     * where the hub is: {@code {"port":5000,"path":"/live"}}. Its port is {@code null} if that is the port of the
     * pages, its path is {@code null} if any path will do, and it has the number of peers if {@link #pagePeers} is set.
     *
     * @param pages the source of the pages; no pages by default
     * @return this builder
     */
    public B pages(Pages pages) {
        this.pages = Objects.requireNonNull(pages, "pages");
        return self();
    }

    /**
     * Sets the port of the pages. It may be the WebSocket port, which then serves both.
     *
     * @param pagePort {@value BroadcastServer#DEFAULT_PAGE_PORT} by default; 0 for any free one; any other one
     *     needs {@link #pages}
     * @return this builder
     * @throws IllegalArgumentException if it is not from 0 to 65535
     */
    public B pagePort(int pagePort) {
        this.pagePort = checkedPort("pagePort", pagePort);
        this.pagePortSet = pagePort != 0;
        return self();
    }

    /**
     * Sets after how long without a request an HTTP connection is closed. It does not apply to peers, for which the hub
     * has a heartbeat. It should be longer than the time for which a proxy or a load balancer keeps idle connections,
     * usually 60 seconds; otherwise a proxy may send a request on a connection that is just being closed.
     *
     * @param pageIdleTimeout 75 seconds by default; from 1 second to a day
     * @return this builder
     * @throws IllegalArgumentException if it is not from 1 second to a day
     */
    public B pageIdleTimeout(Duration pageIdleTimeout) {
        if (pageIdleTimeout.compareTo(Duration.ofSeconds(1)) < 0
                || pageIdleTimeout.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("pageIdleTimeout must be from 1 s to 1 day: " + pageIdleTimeout);
        }
        this.pageIdleTimeout = pageIdleTimeout;
        return self();
    }

    /**
     * Sets whether {@code /broadcast.json} of the {@link #pages} contains the number of peers: {@code "peers":12} for
     * the hub, or for all topics together, and {@code "allPeers":30} for all nodes, as {@link BackplaneStats#peers}
     * returns it, or {@code null} if it is unknown. The numbers are updated at most twice a second.
     *
     * @param pagePeers false by default; true needs {@code pages}
     * @return this builder
     */
    public B pagePeers(boolean pagePeers) {
        this.pagePeers = pagePeers;
        return self();
    }

    /**
     * Enables TLS on both ports, for {@code wss} and {@code https}.
     *
     * @param tls has the server's key; no TLS by default
     * @return this builder
     */
    public B tls(SSLContext tls) {
        this.tls = Objects.requireNonNull(tls, "tls");
        this.tlsParameters = null;
        return self();
    }

    /**
     * Enables TLS on both ports, as {@link #tls(SSLContext)} does, with other parameters than the defaults of the
     * context: the protocols, the cipher suites and their order, and whether clients are asked for a certificate.
     *
     * <pre>{@code
     * SSLParameters parameters = context.getDefaultSSLParameters();
     * parameters.setProtocols(new String[] {"TLSv1.3"});
     * parameters.setNeedClientAuth(true);
     * builder.tls(context, parameters);
     * }</pre>
     *
     * @param tls has the server's key; no TLS by default
     * @param parameters copied when the server starts; cannot be combined with {@link #clientAuth}, because they
     *     contain that setting themselves; the only application protocol (ALPN) that they may contain is {@code
     *     http/1.1}
     * @return this builder
     */
    public B tls(SSLContext tls, SSLParameters parameters) {
        this.tls = Objects.requireNonNull(tls, "tls");
        this.tlsParameters = Objects.requireNonNull(parameters, "parameters");
        return self();
    }

    /** @throws IllegalStateException if settings contradict each other, or have no effect without another one */
    final void checkPorts() {
        if (clientAuth != ClientAuth.NONE && tls == null) {
            throw new IllegalStateException("clientAuth needs tls: " + clientAuth);
        }
        if (clientAuth != ClientAuth.NONE && tlsParameters != null) {
            throw new IllegalStateException("clientAuth and the SSLParameters of tls exclude each other: call "
                    + (clientAuth == ClientAuth.NEED ? "setNeedClientAuth" : "setWantClientAuth")
                    + "(true) on the SSLParameters instead");
        }
        if (pagePortSet && pages == null) {
            throw new IllegalStateException("pagePort needs pages: " + pagePort);
        }
        if (pagePeers && pages == null) {
            throw new IllegalStateException("pagePeers needs pages: " + pagePeers);
        }
        if (clientAddressHeader != null && trustedProxies.isEmpty()) {
            throw new IllegalStateException("clientAddressHeader needs a trustedProxy: " + clientAddressHeader);
        }
    }

    private static int checkedPort(String name, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(name + " must be from 0 to 65535: " + port);
        }
        return port;
    }
}
