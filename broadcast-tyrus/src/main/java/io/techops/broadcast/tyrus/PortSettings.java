package io.techops.broadcast.tyrus;

import io.techops.broadcast.BackplaneStats;
import io.techops.broadcast.tyrus.server.BindHost;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a server that decide where it listens, and for what: addresses, ports, TLS and pages; {@link
 * BroadcastServer.Builder} has them beside its own. Every setting has a default; a setting is checked when it is given.
 * Not safe for many threads.
 *
 * @param <B> the builder that these settings are part of
 */
public abstract class PortSettings<B extends PortSettings<B>> extends StreamSettings<B> {

    BindHost host = BindHost.ANY;
    int port;
    @Nullable Pages pages;
    int pagePort;
    Duration pageIdleTimeout = Duration.ofSeconds(75);
    boolean pagePeers;
    @Nullable SSLContext tls;
    @Nullable SSLParameters tlsParameters;

    PortSettings() {
    }

    /**
     * Sets the address to bind.
     *
     * @param host an address of this machine, or a name that has one, which is looked up at {@link
     *     BroadcastServer.Builder#start}; an IPv6 address may be in brackets, and may have a zone, as in {@code
     *     fe80::1%eth0}; all addresses by default
     * @return this builder
     * @throws IllegalArgumentException if it is neither a name nor an address, or if its zone is not of this
     *     machine
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
     * Serves pages over HTTP, or HTTPS with {@link #tls}. Beside them, unless they have their own of these names,
     * {@code /broadcast.js} is served, the client for browsers, and {@code /broadcast.json}, which tells a page
     * where the hub is: {@code {"port":5000,"path":"/live"}}, with {@code null} for the port of the page itself,
     * and for any path; and how many peers there are if {@link #pagePeers} says so.
     *
     * @param pages where they come from; no pages by default
     * @return this builder
     */
    public B pages(Pages pages) {
        this.pages = Objects.requireNonNull(pages, "pages");
        return self();
    }

    /**
     * Sets the port of the pages. Given the WebSocket port, both are served there.
     *
     * @param pagePort {@value BroadcastServer#DEFAULT_PAGE_PORT} by default; 0 for any free one
     * @return this builder
     * @throws IllegalArgumentException if it is not from 0 to 65535
     */
    public B pagePort(int pagePort) {
        this.pagePort = checkedPort("pagePort", pagePort);
        return self();
    }

    /**
     * Sets after how long without a request a connection that has asked for pages is closed. Peers are not
     * concerned: the hub has a heartbeat for them. It should be longer than the time for which a proxy or a load
     * balancer keeps idle connections, which is 60 seconds for most; otherwise a request may meet the close.
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
     * Sets whether those who can ask for pages are told how many peers there are: {@code /broadcast.json} then has
     * {@code "peers":12}, the peers of the hub, or of all topics together, and {@code "allPeers":30}, those of all
     * nodes as {@link BackplaneStats#peers} says, or {@code null} if that is not known. They are counted twice a
     * second at most, however often they are asked for.
     *
     * @param pagePeers whether they are; no by default
     * @return this builder
     */
    public B pagePeers(boolean pagePeers) {
        this.pagePeers = pagePeers;
        return self();
    }

    /**
     * Encrypts both ports: {@code wss} and {@code https}.
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
     * Encrypts both ports, as {@link #tls(SSLContext)} does, with other parameters than those of the context: the
     * protocols, the cipher suites and their order, and whether clients are asked for a certificate.
     *
     * <pre>{@code
     * SSLParameters parameters = context.getDefaultSSLParameters();
     * parameters.setProtocols(new String[] {"TLSv1.3"});
     * parameters.setNeedClientAuth(true);
     * builder.tls(context, parameters);
     * }</pre>
     *
     * @param tls has the server's key; no TLS by default
     * @param parameters copied when the server starts; not together with {@link #clientAuth}, because they say it
     *     themselves; of application protocols (ALPN) only {@code http/1.1}
     * @return this builder
     */
    public B tls(SSLContext tls, SSLParameters parameters) {
        this.tls = Objects.requireNonNull(tls, "tls");
        this.tlsParameters = Objects.requireNonNull(parameters, "parameters");
        return self();
    }

    private static int checkedPort(String name, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(name + " must be from 0 to 65535: " + port);
        }
        return port;
    }
}
