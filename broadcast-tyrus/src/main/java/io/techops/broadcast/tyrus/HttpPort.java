package io.techops.broadcast.tyrus;

import io.techops.broadcast.Batch;
import io.techops.broadcast.RefusalCause;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.glassfish.grizzly.filterchain.FilterChainBuilder;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of a port have in common until they are peers.
 *
 * @param engines makes the TLS engine of a connection; null if the port speaks in the clear
 * @param headTimeout within what time a request head must be complete: after the connection, TLS included, or after its
 *     own first bytes if it is not the first one
 * @param idleTimeout how long a connection may be idle between two requests
 * @param stallTimeout how long a reader may stop before its connection is cut
 * @param closing whether every request is to be refused, because the server is going away
 * @param counter is told of every refusal
 * @param sockets what answers handshakes; null if the port has pages alone
 * @param pages what answers other requests; null if they are refused
 */
record HttpPort(SocketWatch watch, @Nullable Supplier<SSLEngine> engines, Duration headTimeout, Duration idleTimeout,
        Duration stallTimeout, BooleanSupplier closing, Consumer<RefusalCause> counter, @Nullable Sockets sockets,
        @Nullable PageHandler pages) {

    /** How long the reader of a page may stop. */
    static final Duration STALL_TIMEOUT = Duration.ofSeconds(30);

    /**
     * What a handshake passes.
     *
     * @param decider asks the host application, or null if everyone is accepted
     * @param mayBlock whether the entrance or the admission may have to wait for foreign code
     */
    record Sockets(Entrance entrance, @Nullable Decider decider, Admission admission, BooleanSupplier mayBlock) {
    }

    /** {@return a port that has pages alone} */
    static HttpPort forPages(BroadcastServer.Builder settings, SocketWatch watch, BooleanSupplier closing,
            PageHandler pages) {
        return new HttpPort(watch, engines(settings), settings.handshakeTimeout, settings.pageIdleTimeout,
                STALL_TIMEOUT, closing, cause -> { }, null, pages);
    }

    /** {@return the WebSocket port} */
    static HttpPort forSockets(BroadcastServer.Builder settings, SocketWatch watch, BooleanSupplier closing,
            Routes routes, @Nullable Decider decider, @Nullable PageHandler pages) {
        Entrance entrance = new Entrance(routes, new Origins(settings.origins),
                new Proxies(settings.trustedProxies, settings.clientAddressHeader),
                new Places(settings.maxPeers, settings.maxPeersPerAddress));
        ChunkPool pool = new ChunkPool();
        Function<Batch, WireBatch> encoder = batch -> WireBatch.encode(batch, pool);
        Admission admission = new Admission(new Admission.Parts(watch, encoder,
                FilterChainBuilder.stateless().add(new SocketFilter()).build(), settings.maxMessageBytes));
        return new HttpPort(watch, engines(settings), settings.handshakeTimeout, settings.pageIdleTimeout,
                STALL_TIMEOUT, closing, routes::refused,
                new Sockets(entrance, decider, admission, routes::mayBlock), pages);
    }

    private static @Nullable Supplier<SSLEngine> engines(BroadcastServer.Builder settings) {
        return settings.tls == null ? null : () -> engine(settings);
    }

    private static SSLEngine engine(BroadcastServer.Builder settings) {
        SSLEngine engine = settings.tls.createSSLEngine();
        engine.setUseClientMode(false);
        switch (settings.clientAuth) {
            case NEED -> engine.setNeedClientAuth(true);
            case WANT -> engine.setWantClientAuth(true);
            default -> { }
        }
        return engine;
    }
}
