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
 * The settings of a server that decide who may connect; {@link BroadcastServer.Builder} has them beside its own. Every
 * setting has a default; a setting is checked when it is given. Not safe for many threads.
 *
 * <p>A handshake passes them in this order: the rules of RFC 6455 section 4.2.1, the path, {@link #allowOrigin}, what
 * it asks for in its query, {@link #maxPeers}, {@link #maxPeersPerAddress}, {@link #handshakePolicy}.
 *
 * @param <B> the builder that these settings are part of
 */
public abstract class HandshakeSettings<B extends HandshakeSettings<B>> {

    final Set<String> origins = new LinkedHashSet<>();
    Duration handshakeTimeout = Duration.ofSeconds(10);
    int maxPeers = ConnectionLimits.UNLIMITED;
    int maxPeersPerAddress = ConnectionLimits.UNLIMITED;
    final List<IpAddresses.Block> trustedProxies = new ArrayList<>();
    String clientAddressHeader = ForwardedHeaders.X_FORWARDED_FOR;
    @Nullable HandshakePolicy handshakePolicy;
    ClientAuth clientAuth = ClientAuth.NONE;
    @Nullable Publishers publishers;

    HandshakeSettings() {
    }

    /** {@return this builder} */
    abstract B self();

    /**
     * Lets pages of one more origin connect (RFC 6455 section 10.2). Pages of the host that is connected to may
     * always, whatever their port, and so may clients that send no origin; others get 403.
     *
     * <p>Programs that show pages of their own send what their scheme is: {@code file://} in Electron and Cordova,
     * {@code app://.}, {@code capacitor://localhost}, {@code qrc://}, {@code chrome-extension://} and an identity. Any
     * of them can be listed, exactly as the program sends it, but that the case of its letters does not matter.
     *
     * @param origin {@code scheme://host}, {@code scheme://host:port}, or {@code scheme://} alone, which {@code http}
     *     and {@code https} do not have; the string {@code null} for pages that send {@code null}, as those that a
     *     browser opens from a file; {@code *} for any
     * @return this builder
     * @throws IllegalArgumentException if it is none of these
     */
    public B allowOrigin(String origin) {
        origins.add(Origins.checked(origin));
        return self();
    }

    /**
     * Sets within what time after the connection a handshake must be complete, TLS and the {@link #handshakePolicy}
     * included. The connection is cut otherwise, also if bytes trickle; only if it waits for the policy, it is refused
     * with 503. The time for a request for a page is the same.
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
     * Sets how many peers there may be; one more is refused with 503 and {@code Retry-After}. What counts are
     * connections to this server whose handshake is being answered or was accepted, until their sockets are closed; the
     * bound is exact.
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
     * Sets how many peers there may be from one address; one more is refused with 429 and {@code Retry-After}. They are
     * counted as by {@link #maxPeers}. IPv6 addresses count as one if their first 64 bits are the same, because a
     * customer of a provider has all of these. Behind a proxy, the address is that of the client only if the proxy is a
     * {@link #trustedProxy}; otherwise all clients of a proxy share one address.
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
     * Trusts one more proxy, or block of proxies, to say in {@link #clientAddressHeader} where its clients are. The
     * header is read from its end, as far as the proxy that wrote it is trusted; what others write into it is ignored.
     * If what it says there is no address, the client's address is that of the last proxy known.
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
     * Sets the header in which a {@link #trustedProxy} says where its client is. The proxy must append to this header,
     * or set it, in every request.
     *
     * @param header {@code X-Forwarded-For} by default; {@code Forwarded} is read as RFC 7239 says, any other one as a
     *     list of addresses, each perhaps with a port
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
     * Sets who decides about a handshake after all other settings were satisfied.
     *
     * @param policy everyone is accepted by default
     * @return this builder
     */
    public B handshakePolicy(HandshakePolicy policy) {
        this.handshakePolicy = Objects.requireNonNull(policy, "policy");
        return self();
    }

    /**
     * Sets whether clients are asked for a TLS certificate. The context given to {@link BroadcastServer.Builder#tls}
     * decides whose certificates are trusted. The subject becomes the peer's attribute {@link
     * io.techops.broadcast.handshake.PeerAttributes#PRINCIPAL}, and is shown to the {@link #handshakePolicy}.
     *
     * @param clientAuth {@link ClientAuth#NONE} by default; the others need TLS, and exclude
     *     {@link BroadcastServer.Builder#tls(javax.net.ssl.SSLContext, javax.net.ssl.SSLParameters) SSLParameters},
     *     which say it themselves
     * @return this builder
     */
    public B clientAuth(ClientAuth clientAuth) {
        this.clientAuth = Objects.requireNonNull(clientAuth, "clientAuth");
        return self();
    }

    /**
     * Lets messages be published over HTTP: by {@code POST} to the path where peers connect, with {@code Authorization:
     * Bearer} and a token. The body is one message: a text if the {@code Content-Type} is {@code text/*} or {@code
     * application/json}, which must be UTF-8, and binary if it is {@code application/octet-stream}. It may have {@link
     * BroadcastServer.Builder#maxMessageBytes}. {@code Message-Key} gives it a key, and {@code TTL} a time to live in
     * seconds (RFC 8030 section 5.2), which the answer repeats if it is shortened to 365 days; {@code TTL: 0} is taken
     * for one second.
     *
     * <p>It is published as the application itself does it: for everyone, and no {@code MessagePolicy}, origin, limit
     * of peers or {@link #handshakePolicy} applies. The answer is 200 with the position of the message, as in {@code
     * {"id":"k3f9x2m7qa-18042"}}, once it is in the log. Otherwise it was not published, and never will be: 400, 401,
     * 403, 404, 413 and 415 say what is wrong with the request, each with a sentence; 503 with {@code Retry-After} says
     * that there was no room for a second, because the hub is saturated, or that it is closed. Only after 500, of which
     * the log says more, or without an answer it is not known. The request must be complete within the {@link
     * #handshakeTimeout}; then the connection may be used again, as {@link BroadcastServer.Builder#pageIdleTimeout}
     * says. Pages of the origins that may connect may publish too: a preflight is answered.
     *
     * @param publishers who may; nothing can be published by default
     * @return this builder
     */
    public B publishers(Publishers publishers) {
        this.publishers = Objects.requireNonNull(publishers, "publishers");
        return self();
    }

    private static int atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1: " + value);
        }
        return value;
    }
}
