package io.techops.broadcast.tyrus;

import io.techops.broadcast.Batch;
import io.techops.broadcast.tyrus.HandshakePolicy.Decision;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.glassfish.grizzly.attributes.AttributeHolder;
import org.glassfish.grizzly.filterchain.FilterChain;
import org.glassfish.grizzly.nio.NIOConnection;
import org.glassfish.grizzly.ssl.SSLUtils;
import org.glassfish.grizzly.utils.IdleTimeoutFilter;
import org.glassfish.tyrus.core.RequestContext;
import org.glassfish.tyrus.core.TyrusUpgradeResponse;
import org.glassfish.tyrus.spi.UpgradeRequest;
import org.glassfish.tyrus.spi.WebSocketEngine;
import org.jspecify.annotations.Nullable;

/**
 * Makes a peer of a connection whose handshake was accepted: registers it, and then writes the 101. The connection
 * leaves Grizzly's filters, of HTTP and of TLS, for a chain of its own, which costs a third of the memory; and the peer
 * uses the socket, and the TLS engine, without them.
 */
final class Admission {

    private static final long NO_TIMEOUT = -1;

    /**
     * What it needs.
     *
     * @param frames the chain of a connection after its handshake
     * @param pages whether the port has pages too
     */
    record Parts(WebSocketEngine engine, SocketWatch watch, Function<Batch, WireBatch> encoder, FilterChain frames,
            boolean secure, boolean pages, int maxMessageBytes) {
    }

    private final Parts parts;

    Admission(Parts parts) {
        this.parts = parts;
    }

    /** {@return the peer, whose 101 is written, or null if its hub takes no more, or the 101 could not be next} */
    @Nullable PeerConnection admit(NIOConnection connection, Entrance.Guest guest, Decision.Accept accept) {
        if (!connection.getAsyncWriteQueue().isEmpty()) {
            return null; // it did not wait for an answer that it does not read: the 101 would overtake that
        }
        TyrusUpgradeResponse response = new TyrusUpgradeResponse();
        WebSocketEngine.UpgradeInfo info = parts.engine().upgrade(tyrusRequest(guest.request()), response);
        if (info.getStatus() != WebSocketEngine.UpgradeStatus.SUCCESS || response.getStatus() != 101) {
            throw new IllegalStateException("Tyrus refuses a handshake that is in order: " + response.getStatus());
        }
        PeerConnection peer = new PeerConnection(guest.route().hub(), parts.watch(), attributes(guest, accept),
                flush -> pipe(connection, flush), parts.encoder(), parts.maxMessageBytes(), guest.place()::giveBack);
        try {
            org.glassfish.tyrus.spi.Connection tyrus = createConnection(info, peer);
            if (!peer.isRegistered()) {
                return null;
            }
            open(connection, peer, tyrus, bytes(response, accept.subprotocol()));
            return peer;
        } catch (RuntimeException | Error e) {
            peer.ended();
            throw e;
        }
    }

    private void open(NIOConnection connection, PeerConnection peer, org.glassfish.tyrus.spi.Connection tyrus,
            ByteBuffer response) {
        RequestParser.cancelTimeout(connection);
        forget(connection);
        connection.setProcessor(parts.frames());
        FrameFilter.PEER.set(connection, peer);
        peer.open(tyrus, response);
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

    /** Creates Tyrus's side of the connection, which calls the endpoint's open method on this thread. */
    private static org.glassfish.tyrus.spi.Connection createConnection(WebSocketEngine.UpgradeInfo info,
            PeerConnection peer) {
        PeerConnection.OPENING.set(peer);
        try {
            return info.createConnection(new TyrusWriter(peer), reason -> { });
        } finally {
            PeerConnection.OPENING.remove();
        }
    }

    private Pipe pipe(NIOConnection connection, Runnable flush) {
        ChannelPipe socket = new ChannelPipe(connection, parts.watch(), flush);
        return parts.secure()
                ? new TlsPipe(socket, connection, SSLUtils.getSSLEngine(connection), RecordFilter.begun(connection))
                : socket;
    }

    /** {@return the request as Tyrus has to see it: what was checked, and nothing that it could stumble over} */
    private UpgradeRequest tyrusRequest(HandshakeRequest request) {
        RequestContext context = RequestContext.Builder.create()
                .requestURI(URI.create("/"))
                .secure(parts.secure())
                .remoteAddr(request.remoteAddress().getAddress().getHostAddress())
                .build();
        Map<String, List<String>> headers = context.getHeaders();
        headers.put(UpgradeRequest.UPGRADE, List.of("websocket"));
        headers.put(UpgradeRequest.CONNECTION, List.of("Upgrade"));
        headers.put(UpgradeRequest.HOST, List.of(String.valueOf(request.header("Host"))));
        headers.put(Handshake.KEY, List.of(String.valueOf(request.header(Handshake.KEY))));
        headers.put(Handshake.VERSION_HEADER, List.of(Handshake.VERSION));
        return context;
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
        return attributes;
    }

    private static void putIfThere(Map<String, Object> attributes, String key, @Nullable Object value) {
        if (value != null) {
            attributes.put(key, value);
        }
    }

    private static ByteBuffer bytes(TyrusUpgradeResponse response, @Nullable String subprotocol) {
        StringBuilder head = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\n");
        response.getHeaders().forEach((name, values) ->
                head.append(name).append(": ").append(String.join(", ", values)).append("\r\n"));
        if (subprotocol != null) {
            head.append(Handshake.SUBPROTOCOL).append(": ").append(subprotocol).append("\r\n");
        }
        return StandardCharsets.ISO_8859_1.encode(head.append("\r\n").toString());
    }
}
