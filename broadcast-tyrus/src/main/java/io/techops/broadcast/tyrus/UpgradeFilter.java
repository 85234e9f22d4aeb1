package io.techops.broadcast.tyrus;

import io.techops.broadcast.Batch;
import io.techops.broadcast.BroadcastHub;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.EmptyCompletionHandler;
import org.glassfish.grizzly.Grizzly;
import org.glassfish.grizzly.WriteResult;
import org.glassfish.grizzly.attributes.Attribute;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChain;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.http.HttpContent;
import org.glassfish.grizzly.http.HttpRequestPacket;
import org.glassfish.grizzly.http.Method;
import org.glassfish.grizzly.memory.Buffers;
import org.glassfish.grizzly.nio.NIOConnection;
import org.glassfish.grizzly.utils.IdleTimeoutFilter;
import org.glassfish.tyrus.core.RequestContext;
import org.glassfish.tyrus.core.TyrusUpgradeResponse;
import org.glassfish.tyrus.spi.UpgradeRequest;
import org.glassfish.tyrus.spi.WebSocketEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The filter behind the HTTP parser: makes a WebSocket of a connection whose handshake is in order, and gives every other
 * request a clear answer. A plain connection then leaves the HTTP parser for a chain of its own, which costs a third of
 * the memory. One with TLS stays, because a half-read TLS record may wait in the chain it came through; so does one of a
 * port with pages, because the chain's idle timeout keeps what it knows of a connection among the connection's
 * attributes, and closes one that has lost them.
 */
final class UpgradeFilter extends BaseFilter {

    private static final Logger LOG = LoggerFactory.getLogger(UpgradeFilter.class);
    private static final Attribute<SocketWatch.Deadline> HANDSHAKE_DEADLINE =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(UpgradeFilter.class.getName() + ".deadline");
    private static final Attribute<Boolean> REFUSED =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(UpgradeFilter.class.getName() + ".refused");
    /** How long the peer may take to read why it was refused. */
    private static final Duration REFUSAL_LINGER = Duration.ofSeconds(1);
    private static final long NO_TIMEOUT = -1;

    /**
     * What the filter needs.
     *
     * @param frames the chain of a plain connection after its handshake
     * @param pages whether other requests go on to the next filter
     */
    record Settings(BroadcastHub hub, WebSocketEngine engine, SocketWatch watch, Handshake handshake,
            Function<Batch, WireBatch> encoder, FilterChain frames, boolean secure, boolean pages, int maxMessageBytes,
            Duration handshakeTimeout) {
    }

    private final Settings settings;

    UpgradeFilter(Settings settings) {
        this.settings = settings;
    }

    @Override
    public NextAction handleAccept(FilterChainContext ctx) throws IOException {
        Connection<?> connection = ctx.getConnection();
        HANDSHAKE_DEADLINE.set(connection, settings.watch().after(settings.handshakeTimeout(), () -> {
            LOG.debug("A handshake was not complete in time");
            connection.terminateSilently();
        }));
        return ctx.getInvokeAction();
    }

    @Override
    public NextAction handleRead(FilterChainContext ctx) throws IOException {
        NIOConnection connection = (NIOConnection) ctx.getConnection();
        HttpContent content = ctx.getMessage();
        PeerConnection peer = FrameFilter.PEER.get(connection);
        if (peer != null) {
            return FrameFilter.deliver(ctx, peer, content.getContent());
        }
        if (REFUSED.isSet(connection)) {
            content.recycle();
            return ctx.getStopAction();
        }
        HttpRequestPacket request = (HttpRequestPacket) content.getHttpHeader();
        if (!Handshake.isAsked(request)) {
            if (settings.pages() && !request.isUpgrade()) {
                cancelDeadline(connection);
                return ctx.getInvokeAction();
            }
            return refuse(ctx, request, Handshake.notAsked());
        }
        Refusal refusal = settings.handshake().check(request);
        if (refusal == null && settings.hub().isClosed()) {
            refusal = Refusal.of("503 Service Unavailable", "The server is going away.");
        }
        return refusal != null ? refuse(ctx, request, refusal) : upgrade(ctx, connection, request, content);
    }

    private NextAction upgrade(FilterChainContext ctx, NIOConnection connection, HttpRequestPacket request,
            HttpContent content) {
        TyrusUpgradeResponse response = new TyrusUpgradeResponse();
        WebSocketEngine.UpgradeInfo info = settings.engine().upgrade(tyrusRequest(request), response);
        if (info.getStatus() != WebSocketEngine.UpgradeStatus.SUCCESS || response.getStatus() != 101) {
            return refuse(ctx, request, Refusal.of("400 Bad Request", "The WebSocket handshake is not in order."));
        }
        PeerConnection peer = new PeerConnection(settings.hub(), settings.watch(), attributes(request),
                flush -> pipe(connection, flush), settings.encoder(), settings.maxMessageBytes());
        org.glassfish.tyrus.spi.Connection tyrus = createConnection(info, peer);
        if (!peer.isRegistered()) {
            return refuse(ctx, request, Refusal.of("503 Service Unavailable", "The server takes no peers now."));
        }
        cancelDeadline(connection);
        if (!settings.secure() && !settings.pages()) {
            connection.getAttributes().recycle();
            connection.setProcessor(settings.frames());
        } else if (settings.pages()) {
            IdleTimeoutFilter.setCustomTimeout(connection, NO_TIMEOUT, TimeUnit.MILLISECONDS); // the hub has a heartbeat
        }
        FrameFilter.PEER.set(connection, peer);
        peer.open(tyrus, bytes(response));
        if (!connection.isOpen()) {
            peer.ended(); // it was closed before there was anyone to tell
        }
        return content.getContent().hasRemaining()
                ? FrameFilter.deliver(ctx, peer, content.getContent())
                : ctx.getStopAction();
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
        return settings.secure()
                ? new FilterPipe(connection, flush)
                : new ChannelPipe(connection, settings.watch(), flush);
    }

    /** {@return the request as Tyrus has to see it: what was checked, and nothing that it could stumble over} */
    private UpgradeRequest tyrusRequest(HttpRequestPacket request) {
        RequestContext context = RequestContext.Builder.create()
                .requestURI(URI.create("/"))
                .secure(settings.secure())
                .remoteAddr(request.getRemoteAddress())
                .build();
        Map<String, List<String>> headers = context.getHeaders();
        headers.put(UpgradeRequest.UPGRADE, List.of("websocket"));
        headers.put(UpgradeRequest.CONNECTION, List.of("Upgrade"));
        headers.put(UpgradeRequest.HOST, List.of(request.getHeader("Host")));
        headers.put(Handshake.KEY, List.of(request.getHeader(Handshake.KEY)));
        headers.put(Handshake.VERSION_HEADER, List.of(Handshake.VERSION));
        return context;
    }

    private Map<String, Object> attributes(HttpRequestPacket request) {
        Map<String, Object> attributes = new HashMap<>();
        attributes.put(BroadcastEndpoint.REMOTE_ADDRESS, request.getRemoteAddress() + ":" + request.getRemotePort());
        attributes.put(BroadcastEndpoint.PATH, request.getRequestURI());
        if (request.getQueryString() != null) {
            attributes.put(BroadcastEndpoint.QUERY, request.getQueryString());
        }
        return attributes;
    }

    private static ByteBuffer bytes(TyrusUpgradeResponse response) {
        StringBuilder head = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\n");
        response.getHeaders().forEach((name, values) ->
                head.append(name).append(": ").append(String.join(", ", values)).append("\r\n"));
        return StandardCharsets.ISO_8859_1.encode(head.append("\r\n").toString());
    }

    /** Answers, and then reads on for a moment: closing at once could destroy the answer. */
    private NextAction refuse(FilterChainContext ctx, HttpRequestPacket request, Refusal refusal) {
        NIOConnection connection = (NIOConnection) ctx.getConnection();
        LOG.debug("Refused a request: {}", refusal.status());
        cancelDeadline(connection);
        REFUSED.set(connection, true);
        ByteBuffer response = refusal.response(!Method.HEAD.equals(request.getMethod()));
        settings.watch().after(REFUSAL_LINGER, connection::terminateSilently);
        Buffer message = Buffers.wrap(ctx.getMemoryManager(), response);
        connection.write(message, new EmptyCompletionHandler<WriteResult<Buffer, SocketAddress>>() {
            @Override
            public void completed(WriteResult<Buffer, SocketAddress> result) {
                shutdownOutput(connection);
            }
        });
        return ctx.getStopAction();
    }

    private void shutdownOutput(NIOConnection connection) {
        if (settings.secure()) {
            return;
        }
        try {
            ((SocketChannel) connection.getChannel()).shutdownOutput();
        } catch (IOException e) {
            LOG.debug("The peer did not wait for its answer: {}", e.toString());
        }
    }

    private static void cancelDeadline(Connection<?> connection) {
        SocketWatch.Deadline deadline = HANDSHAKE_DEADLINE.remove(connection);
        if (deadline != null) {
            deadline.cancel();
        }
    }

    @Override
    public NextAction handleClose(FilterChainContext ctx) throws IOException {
        cancelDeadline(ctx.getConnection());
        PeerConnection peer = FrameFilter.PEER.remove(ctx.getConnection());
        if (peer != null) {
            peer.ended();
        }
        return ctx.getInvokeAction();
    }
}
