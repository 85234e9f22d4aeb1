package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.stream.Origins;
import io.techops.broadcast.tyrus.connection.WriteReadiness;
import io.techops.broadcast.tyrus.frame.DeflateExtension;
import io.techops.broadcast.tyrus.frame.DirectBufferPool;
import io.techops.broadcast.tyrus.frame.Encoders;
import io.techops.broadcast.tyrus.handshake.ConnectionLimits;
import io.techops.broadcast.tyrus.handshake.ForwardedHeaders;
import io.techops.broadcast.tyrus.handshake.HandshakeChecks;
import io.techops.broadcast.tyrus.handshake.PolicyExecutor;
import io.techops.broadcast.tyrus.handshake.Router;
import io.techops.broadcast.tyrus.handshake.Upgrader;
import io.techops.broadcast.tyrus.hosting.Hosting;
import io.techops.broadcast.tyrus.pages.StaticFileHandler;
import io.techops.broadcast.tyrus.resource.HubResource;
import io.techops.broadcast.tyrus.sse.EventStreamEncoder;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * The settings and services that the HTTP connections of a port share.
 *
 * @param engines makes the TLS engine of a connection; null if the port has no TLS
 * @param headTimeout the time in which a request head must be complete: from the accept, including the TLS handshake,
 *     or from its own first bytes if it is not the first one
 * @param idleTimeout how long a connection may be idle between two requests
 * @param stallTimeout how long a client may stop reading before its connection is aborted
 * @param closing whether every request is to be refused, because the server is going away
 * @param counter counts every refusal
 * @param sockets answers handshakes; null if the port has only pages
 * @param resource answers other requests for the hub; null if there is no such resource
 * @param pages answers all other requests; null if they are refused
 */
public record HttpPort(WriteReadiness watch, @Nullable Supplier<SSLEngine> engines, Duration headTimeout,
        Duration idleTimeout, Duration stallTimeout, BooleanSupplier closing, Consumer<RefusalCause> counter,
        @Nullable Sockets sockets, @Nullable HubResource resource, @Nullable StaticFileHandler pages) {

    /** How long the client may stop reading a page. */
    public static final Duration STALL_TIMEOUT = Duration.ofSeconds(30);

    /**
     * The parts that handle a handshake.
     *
     * @param policy asks the host application; null if every peer is accepted
     * @param hosting the endpoints of the host application, or null
     * @param mayBlock whether the checks or the upgrade may have to wait for foreign code
     */
    record Sockets(HandshakeChecks checks, @Nullable PolicyExecutor policy, Upgrader upgrader,
            @Nullable Hosting hosting, BooleanSupplier mayBlock) {
    }

    /** {@return a port that has only pages} */
    static HttpPort forPages(ServerSettings settings, WriteReadiness watch, BooleanSupplier closing,
            StaticFileHandler pages) {
        return new HttpPort(watch, settings.engines(), settings.handshakeTimeout(), settings.pageIdleTimeout(),
                STALL_TIMEOUT, closing, cause -> { }, null, null, pages);
    }

    /** {@return the WebSocket port} */
    static HttpPort forSockets(ServerSettings settings, WriteReadiness watch, BooleanSupplier closing,
            Router router, @Nullable Hosting hosting, @Nullable PolicyExecutor policy,
            @Nullable StaticFileHandler pages, @Nullable DeflateExtension deflate) {
        ServerSettings.Admission who = settings.admission();
        Origins origins = new Origins(who.origins());
        HubResource resource = !settings.streams() && settings.publishers() == null ? null : new HubResource(router,
                origins, settings.streams(), settings.publishers(), settings.maxMessageBytes());
        HandshakeChecks checks = new HandshakeChecks(router, origins,
                new ForwardedHeaders(who.trustedProxies(), who.clientAddressHeader()),
                new ConnectionLimits(who.maxPeers(), who.maxPeersPerAddress()), settings.replayLimits());
        DirectBufferPool pool = new DirectBufferPool();
        Upgrader upgrader = new Upgrader(new Upgrader.Parts(watch, Encoders.of(pool),
                deflate == null ? null : Encoders.of(pool, deflate), batch -> EventStreamEncoder.encode(batch, pool),
                settings.maxMessageBytes(), settings.replayLimits()));
        return new HttpPort(watch, settings.engines(), settings.handshakeTimeout(), settings.pageIdleTimeout(),
                STALL_TIMEOUT, closing, router::refused,
                new Sockets(checks, policy, upgrader, hosting, router::mayBlock), resource, pages);
    }
}
