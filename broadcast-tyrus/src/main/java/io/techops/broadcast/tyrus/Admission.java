package io.techops.broadcast.tyrus;

import io.techops.broadcast.Batch;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.RefusedException;
import io.techops.broadcast.tyrus.HandshakePolicy.Decision;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.glassfish.grizzly.filterchain.FilterChain;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a peer of a connection whose handshake was accepted: registers it, and then writes the 101. The connection
 * leaves HTTP behind, and takes its way to the socket, with TLS or without, along.
 */
final class Admission {

    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

    /**
     * What it needs.
     *
     * @param frames the chain of a connection after its handshake
     */
    record Parts(SocketWatch watch, Function<Batch, WireBatch> encoder,
            FilterChain frames, int maxMessageBytes) {
    }

    private final Parts parts;
    private final Bursts failures = new Bursts();

    Admission(Parts parts) {
        this.parts = parts;
    }

    /** What has become of a guest: a peer, whose 101 is written, or somebody with a reason why not. */
    record Outcome(@Nullable PeerConnection peer, @Nullable RefusalCause refusal) {
    }

    /** {@return the peer, or why it is none: then its place is given back} */
    Outcome admit(NIOConnection connection, Pipe pipe, Entrance.Guest guest, Decision.Accept accept) {
        RefusalCause refusal = RefusalCause.FAILED;
        ThreadState.restore(); // a topic's recipe may have run
        try {
            return new Outcome(peer(connection, pipe, guest, accept), null);
        } catch (RefusedException e) {
            LOG.debug("The connection does not become a peer: {}", e.toString());
            refusal = e.refusalCause();
        } catch (RuntimeException | Error e) {
            if (failures.first()) {
                LOG.warn("A handshake failed", e);
            }
        }
        guest.place().giveBack();
        return new Outcome(null, refusal);
    }

    private PeerConnection peer(NIOConnection connection, Pipe pipe, Entrance.Guest guest, Decision.Accept accept) {
        PeerConnection peer = new PeerConnection(guest.route().hub(), parts.watch(), attributes(guest, accept),
                pipe, parts.encoder(), parts.maxMessageBytes(),
                guest.place()::giveBack);
        try {
            peer.register();
            open(connection, peer, Handshake.response(guest.request().header(Handshake.KEY), accept.subprotocol()));
            return peer;
        } catch (RuntimeException | Error e) {
            peer.ended();
            throw e;
        }
    }

    private void open(NIOConnection connection, PeerConnection peer, ByteBuffer response) {
        connection.setProcessor(parts.frames());
        FrameFilter.PEER.set(connection, peer);
        peer.open(response);
        if (!connection.isOpen()) {
            peer.ended(); // it was closed before there was anyone to tell
        }
    }

    private static Map<String, Object> attributes(Entrance.Guest guest, Decision.Accept accept) {
        HandshakeRequest request = guest.request();
        Map<String, Object> attributes = new HashMap<>();
        attributes.put(BroadcastEndpoint.REMOTE_ADDRESS, Addresses.text(request.remoteAddress()));
        if (!request.remoteAddress().equals(request.peerAddress())) {
            attributes.put(BroadcastEndpoint.PROXY_ADDRESS, Addresses.text(request.peerAddress()));
        }
        attributes.put(BroadcastEndpoint.PATH, request.path());
        putIfThere(attributes, BroadcastEndpoint.TOPIC, guest.route().topic());
        putIfThere(attributes, BroadcastEndpoint.QUERY, request.query());
        putIfThere(attributes, BroadcastEndpoint.PRINCIPAL, request.principal());
        putIfThere(attributes, BroadcastEndpoint.SUBPROTOCOL, accept.subprotocol());
        attributes.putAll(accept.attributes());
        return Map.copyOf(attributes);
    }

    private static void putIfThere(Map<String, Object> attributes, String key, @Nullable Object value) {
        if (value != null) {
            attributes.put(key, value);
        }
    }
}
