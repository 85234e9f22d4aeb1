package io.techops.broadcast.tyrus;

import io.techops.broadcast.Batch;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.RefusedException;
import io.techops.broadcast.tyrus.HandshakePolicy.Decision;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.glassfish.grizzly.attributes.AttributeHolder;
import org.glassfish.grizzly.filterchain.FilterChain;
import org.glassfish.grizzly.nio.NIOConnection;
import org.glassfish.grizzly.ssl.SSLUtils;
import org.glassfish.grizzly.utils.IdleTimeoutFilter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a peer of a connection whose handshake was accepted: registers it, and then writes the 101. The connection
 * leaves Grizzly's filters, of HTTP and of TLS, for a chain of its own, which costs a third of the memory; and the peer
 * uses the socket, and the TLS engine, without them.
 */
final class Admission {

    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
    private static final long NO_TIMEOUT = -1;

    /**
     * What it needs.
     *
     * @param frames the chain of a connection after its handshake
     * @param pages whether the port has pages too
     */
    record Parts(PeerConnection.TyrusMaker tyrus, SocketWatch watch, Function<Batch, WireBatch> encoder,
            FilterChain frames, boolean secure, boolean pages, int maxMessageBytes) {
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
    Outcome admit(NIOConnection connection, Entrance.Guest guest, Decision.Accept accept) {
        RefusalCause refusal = RefusalCause.FAILED;
        try {
            // The 101 must not overtake an answer of the page server that the client has not waited for.
            if (connection.getAsyncWriteQueue().isEmpty()) {
                return new Outcome(peer(connection, guest, accept), null);
            }
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

    private PeerConnection peer(NIOConnection connection, Entrance.Guest guest, Decision.Accept accept) {
        PeerConnection peer = new PeerConnection(guest.route().hub(), parts.watch(), attributes(guest, accept),
                flush -> pipe(connection, flush), parts.encoder(), parts.tyrus(), parts.maxMessageBytes(),
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
        RequestParser.cancelTimeout(connection);
        forget(connection);
        connection.setProcessor(parts.frames());
        FrameFilter.PEER.set(connection, peer);
        peer.open(response);
        if (!connection.isOpen()) {
            peer.ended(); // it was closed before there was anyone to tell
        }
    }

    /** Drops what Grizzly's filters know of a connection. */
    private void forget(NIOConnection connection) {
        AttributeHolder attributes = connection.getAttributes();
        if (!parts.pages()) {
            attributes.recycle();
            return;
        }
        // The idle timeout looks at every connection until it is closed, and would close one that it knows nothing of.
        IdleTimeoutFilter.setCustomTimeout(connection, NO_TIMEOUT, TimeUnit.MILLISECONDS); // the hub has a heartbeat
        for (String name : Set.copyOf(attributes.getAttributeNames())) {
            if (!name.equals(IdleTimeoutFilter.IDLE_ATTRIBUTE_NAME)) {
                attributes.removeAttribute(name);
            }
        }
    }

    private Pipe pipe(NIOConnection connection, Runnable flush) {
        ChannelPipe socket = new ChannelPipe(connection, parts.watch(), flush);
        return parts.secure()
                ? new TlsPipe(socket, connection, SSLUtils.getSSLEngine(connection), RecordFilter.begun(connection))
                : socket;
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
