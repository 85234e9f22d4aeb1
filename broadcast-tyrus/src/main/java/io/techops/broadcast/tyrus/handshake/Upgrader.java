package io.techops.broadcast.tyrus.handshake;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.RefusedException;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.LogSanitizer;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.stream.NumberedFormat;
import io.techops.broadcast.stream.ReplayRules;
import io.techops.broadcast.stream.Subprotocols;
import io.techops.broadcast.tyrus.connection.EventStreamConnection;
import io.techops.broadcast.tyrus.connection.PeerConnection;
import io.techops.broadcast.tyrus.connection.SocketTransport;
import io.techops.broadcast.tyrus.connection.ThreadState;
import io.techops.broadcast.tyrus.connection.WebSocketConnection;
import io.techops.broadcast.tyrus.connection.WriteReadiness;
import io.techops.broadcast.tyrus.frame.EncodedBatch;
import io.techops.broadcast.tyrus.frame.Encoders;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a peer of a connection whose handshake was accepted: registers the peer, and then answers the handshake. The
 * connection leaves HTTP, and keeps its transport, with or without TLS.
 */
public final class Upgrader {

    private static final Logger LOG = LoggerFactory.getLogger(Upgrader.class);

    /**
     * What an upgrader needs.
     *
     * @param compressing the encoders for peers that speak {@code permessage-deflate}; null if there is no compression
     * @param events encodes batches for event streams: the same object for all of them, so that they share the
     *     encodings
     */
    public record Parts(WriteReadiness watch, Encoders encoders, @Nullable Encoders compressing,
            Function<Batch, EncodedBatch> events, int maxMessageBytes, ReplayLimits replayLimits) {
    }

    private final Parts parts;
    private final LogRateLimiter failures = new LogRateLimiter();

    public Upgrader(Parts parts) {
        this.parts = parts;
    }

    /**
     * Registers a peer, and answers its handshake.
     *
     * @param taker is given the peer before the answer: from then on the peer handles what happens to the connection
     * @return null, or why the hub did not take the peer: then its permit is released
     */
    public @Nullable RefusalCause upgrade(NIOConnection connection, SocketTransport transport,
            HandshakeChecks.Passed passed, Decision.Accept accept, Consumer<PeerConnection> taker) {
        RefusalCause refusal = RefusalCause.FAILED;
        ThreadState.restore(); // code of the host application that configures a topic may have run
        try {
            open(connection, transport, passed, accept, taker);
            return null;
        } catch (RefusedException e) {
            LOG.debug("The connection does not become a peer: {}", e.toString());
            refusal = e.refusalCause();
        } catch (RuntimeException | Error e) {
            if (failures.first()) {
                LOG.warn("A handshake failed", LogSanitizer.of(e));
            }
        }
        passed.permit().release();
        return refusal;
    }

    private void open(NIOConnection connection, SocketTransport transport, HandshakeChecks.Passed passed,
            Decision.Accept accept, Consumer<PeerConnection> taker) {
        HandshakeRequest request = passed.request();
        String subprotocol = passed.stream() ? null
                : Subprotocols.select(request, accept.subprotocol(), parts.replayLimits());
        boolean numbered = passed.stream() || NumberedFormat.SUBPROTOCOL.equals(subprotocol);
        String extension = passed.stream() ? null : extension(request);
        BroadcastHub hub = ((Router.Found) passed.route()).hub();
        PeerConnection peer = passed.stream()
                ? new EventStreamConnection(hub, parts.watch(), transport, parts.events(), passed.permit())
                : new WebSocketConnection(hub, parts.watch(), transport,
                        extension == null ? parts.encoders() : parts.compressing(), numbered,
                        parts.maxMessageBytes(), passed.permit());
        try {
            peer.register(attributes(passed, accept, subprotocol),
                    ReplayRules.of(request.replay(), accept.replay(), numbered));
            ByteBuffer response = passed.stream() ? EventStreamRequest.response(request, accept.headers())
                    : Handshake.response(request.header(Handshake.KEY), subprotocol, extension,
                            accept.headers());
            taker.accept(peer); // from here on the handshake cannot be refused
            peer.open(response);
            if (!connection.isOpen()) {
                peer.ended(); // the connection was closed before the peer was there
            }
        } catch (RuntimeException | Error e) {
            peer.ended();
            throw e;
        }
    }

    private @Nullable String extension(HandshakeRequest request) {
        return parts.compressing() == null || !parts.compressing().deflate().suits(request.header("User-Agent")) ? null
                : DeflateOffers.answer(request.headers().getOrDefault(DeflateOffers.HEADER, List.of()));
    }

    /** {@return the attributes of a peer: what is known of its client} */
    public static Attributes attributes(HandshakeChecks.Passed passed, Decision.Accept accept,
            @Nullable String subprotocol) {
        HandshakeRequest request = passed.request();
        String path = request.decodedPath();
        Attributes attributes = new Attributes()
                .set(PeerAttributes.REMOTE_ADDRESS, request.remoteAddress())
                .set(PeerAttributes.PATH, (path == null ? request.path() : path).intern()); // usually the same
        if (!request.remoteAddress().equals(request.connectionAddress())) {
            attributes.set(PeerAttributes.PROXY_ADDRESS, request.connectionAddress());
        }
        setIfKnown(attributes, PeerAttributes.TOPIC, passed.route().topic());
        setIfKnown(attributes, PeerAttributes.QUERY, request.query());
        setIfKnown(attributes, PeerAttributes.PRINCIPAL, request.principal());
        setIfKnown(attributes, PeerAttributes.SUBPROTOCOL, subprotocol);
        return attributes.setAll(accept.attributes());
    }

    private static <T> void setIfKnown(Attributes attributes, AttributeKey<T> key, @Nullable T value) {
        if (value != null) {
            attributes.set(key, value);
        }
    }
}
