package io.techops.broadcast.tyrus;

import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.stream.Origins;
import io.techops.broadcast.tyrus.handshake.ConnectionLimits;
import io.techops.broadcast.tyrus.handshake.ForwardedHeaders;
import io.techops.broadcast.tyrus.http.HttpSyntax;
import io.techops.broadcast.tyrus.http.IpAddresses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of {@link BroadcastServer.Builder} that decide which clients may connect. Every setting has a default; a
 * setting is checked when it is given. Not safe for use by many threads.
 *
 * <p>A handshake is checked in this order: the rules of RFC 6455 section 4.2.1, the path, {@link #allowOrigin}, the
 * parameters of its query, {@link #maxPeers}, {@link #maxPeersPerAddress}, {@link #handshakePolicy}.
 *
 * @param <B> the builder that these settings are part of
 */
public abstract class HandshakeSettings<B extends HandshakeSettings<B>> {

    final Set<String> origins = new LinkedHashSet<>();
    Duration handshakeTimeout = Duration.ofSeconds(10);
    int maxPeers = ConnectionLimits.UNLIMITED;
    int maxPeersPerAddress = ConnectionLimits.UNLIMITED;
    final List<IpAddresses.Block> trustedProxies = new ArrayList<>();
    @Nullable String clientAddressHeader;
    @Nullable HandshakePolicy handshakePolicy;
    ClientAuth clientAuth = ClientAuth.NONE;
    @Nullable Publishers publishers;

    HandshakeSettings() {
    }

    /** {@return this builder} */
    abstract B self();

    /**
     * Allows pages of one more origin to connect (RFC 6455 section 10.2). Pages from the host that the request is for
     * are always allowed, from any port, and so are clients that send no origin; other pages get 403.
     *
     * <p>Programs that show their own pages send origins with other schemes: {@code file://} in Electron and Cordova,
     * {@code app://.}, {@code capacitor://localhost}, {@code qrc://}, or {@code chrome-extension://} and an identity.
     * List such an origin exactly as the program sends it; upper and lower case do not differ.
     *
     * @param origin {@code scheme://host}, {@code scheme://host:port}, or, for a scheme other than {@code http} and
     *     {@code https}, {@code scheme://} alone; the string {@code null} for pages that send {@code null}, such as
     *     those that a browser opens from a file; {@code *} for any origin
     * @return this builder
     * @throws IllegalArgumentException if it is none of these
     */
    public B allowOrigin(String origin) {
        origins.add(Origins.checked(origin));
        return self();
    }

    /**
     * Sets the time within which a handshake must be complete after the client has connected, TLS and the {@link
     * #handshakePolicy} included. A late handshake that waits for the policy is refused with 503; otherwise the
     * connection is closed without an answer, even if bytes still arrive slowly. The same time applies to a request for
     * a page.
     *
     * @param handshakeTimeout 10 seconds by default; from 1 millisecond to a day
     * @return this builder
     * @throws IllegalArgumentException if it is not from 1 millisecond to a day
     */
    public B handshakeTimeout(Duration handshakeTimeout) {
        if (handshakeTimeout.compareTo(Duration.ofMillis(1)) < 0
                || handshakeTimeout.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("handshakeTimeout must be from 1 ms to 1 day: " + handshakeTimeout);
        }
        this.handshakeTimeout = handshakeTimeout;
        return self();
    }

    /**
     * Sets the most peers; one more is refused with 503 and {@code Retry-After}. A connection to this server counts
     * from when its handshake has passed the checks until its socket is closed. The bound is never exceeded.
     *
     * @param maxPeers no bound by default; at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1
     */
    public B maxPeers(int maxPeers) {
        this.maxPeers = atLeastOne("maxPeers", maxPeers);
        return self();
    }

    /**
     * Sets the most peers from one address; one more is refused with 429 and {@code Retry-After}. They are counted as
     * for {@link #maxPeers}. IPv6 addresses with the same first 64 bits count as one address, because a provider
     * usually assigns at least that many to one customer. Behind a proxy, the address is that of the client only if the
     * proxy is a {@link #trustedProxy}; otherwise all clients of the proxy share one address.
     *
     * @param maxPeersPerAddress no bound by default; at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1
     */
    public B maxPeersPerAddress(int maxPeersPerAddress) {
        this.maxPeersPerAddress = atLeastOne("maxPeersPerAddress", maxPeersPerAddress);
        return self();
    }

    /**
     * Trusts one more proxy, or block of proxies, to give the addresses of its clients in {@link #clientAddressHeader}.
     * The header is read from its end, as long as the address read last is that of a trusted proxy; what untrusted
     * clients have written into it is ignored. If an entry is not an address, the address of the last proxy that is
     * known is used.
     *
     * @param proxy an IP address, such as {@code 10.0.0.7}, or a block of them, such as {@code 10.0.0.0/8} or
     *     {@code fd00::/8}; none by default
     * @return this builder
     * @throws IllegalArgumentException if it is neither
     */
    public B trustedProxy(String proxy) {
        IpAddresses.Block block = IpAddresses.Block.parse(proxy);
        if (block == null) {
            throw new IllegalArgumentException("trustedProxy must be an IP address or a block such as 10.0.0.0/8: "
                    + proxy);
        }
        trustedProxies.add(block);
        return self();
    }

    /**
     * Sets the header in which a {@link #trustedProxy} gives the address of its client. The proxy must append to this
     * header, or set it, in every request. Needs a {@code trustedProxy}.
     *
     * @param header {@code X-Forwarded-For} by default; {@code Forwarded} is parsed according to RFC 7239, any other
     *     header as a list of addresses with optional ports
     * @return this builder
     * @throws IllegalArgumentException if it is not the name of a header
     */
    public B clientAddressHeader(String header) {
        if (!HttpSyntax.isToken(header)) {
            throw new IllegalArgumentException("clientAddressHeader must be the name of a header: " + header);
        }
        this.clientAddressHeader = header;
        return self();
    }

    /**
     * Sets the policy that decides about a handshake after it has passed all other checks.
     *
     * @param policy the policy; by default every handshake is accepted
     * @return this builder
     */
    public B handshakePolicy(HandshakePolicy policy) {
        this.handshakePolicy = Objects.requireNonNull(policy, "policy");
        return self();
    }

    /**
     * Sets whether clients are asked for a TLS certificate. The trust managers of the context given to {@link
     * BroadcastServer.Builder#tls} decide which certificates are trusted. The subject becomes the peer's attribute
     * {@link io.techops.broadcast.handshake.PeerAttributes#PRINCIPAL}, and is available to the {@link
     * #handshakePolicy}.
     *
     * @param clientAuth {@link ClientAuth#NONE} by default; the other values need TLS, and cannot be combined with
     *     {@link BroadcastServer.Builder#tls(javax.net.ssl.SSLContext, javax.net.ssl.SSLParameters) SSLParameters},
     *     which contain this setting themselves
     * @return this builder
     */
    public B clientAuth(ClientAuth clientAuth) {
        this.clientAuth = Objects.requireNonNull(clientAuth, "clientAuth");
        return self();
    }

    /**
     * Allows messages to be published over HTTP: by {@code POST} to the path where peers connect, with {@code
     * Authorization: Bearer} and a token. The body is one message: a text in UTF-8 if the {@code Content-Type} is
     * {@code text/*} or {@code application/json}, a binary message if it is {@code application/octet-stream}. It may
     * have at most {@link BroadcastServer.Builder#maxMessageBytes}. The header {@code Message-Key} sets its key, and
     * {@code TTL} its time to live in seconds (RFC 8030 section 5.2). More than 365 days are shortened to that, and
     * {@code TTL: 0} means one second; the answer repeats the time that applies.
     *
     * <p>The message is broadcast to every peer, as if the application itself had broadcast it: no {@code
     * MessagePolicy}, origin, limit of peers or {@link #handshakePolicy} applies. The answer is 200 with the position
     * of the message, such as {@code {"id":"k3f9x2m7qa-18042"}}, once it is in the log. If the answer is 400, 401, 403,
     * 404, 413 or 415, each with a sentence that says what is wrong with the request, or 503 with {@code Retry-After},
     * because the hub was saturated for a second or is closed, the message was not published and will not be. Only
     * after 500, which the log explains, after 504, if a backplane did not answer in time, or without an answer, the
     * message may or may not have been published. The request must be complete within the {@link #handshakeTimeout};
     * the connection is then kept open as {@link BroadcastServer.Builder#pageIdleTimeout} says. Pages of the allowed
     * origins may publish, too: CORS preflight requests are answered.
     *
     * @param publishers decides about tokens; by default nothing can be published over HTTP
     * @return this builder
     */
    public B publishers(Publishers publishers) {
        this.publishers = Objects.requireNonNull(publishers, "publishers");
        return self();
    }

    /** {@return the header that was set, or that of the default} */
    final String effectiveAddressHeader() {
        return clientAddressHeader == null ? ForwardedHeaders.X_FORWARDED_FOR : clientAddressHeader;
    }

    private static int atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1: " + value);
        }
        return value;
    }
}
