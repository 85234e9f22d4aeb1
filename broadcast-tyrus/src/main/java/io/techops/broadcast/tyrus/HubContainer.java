package io.techops.broadcast.tyrus;

import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.glassfish.tyrus.core.RequestContext;
import org.glassfish.tyrus.core.TyrusUpgradeResponse;
import org.glassfish.tyrus.core.TyrusWebSocketEngine;
import org.glassfish.tyrus.server.TyrusServerContainer;
import org.glassfish.tyrus.spi.Connection;
import org.glassfish.tyrus.spi.UpgradeRequest;
import org.glassfish.tyrus.spi.WebSocketEngine;

/**
 * Tyrus's engine with our endpoint in it, and no network: {@link PeerConnection} brings what it has read.
 */
final class HubContainer extends TyrusServerContainer {

    /** What Tyrus's read buffer holds beside the largest message: a header, and its rounding. */
    private static final int BUFFER_MARGIN = 1024;

    private static final URI ROOT = URI.create("/");
    private static final Map<String, List<String>> HANDSHAKE = Map.of(
            UpgradeRequest.UPGRADE, List.of("websocket"),
            UpgradeRequest.CONNECTION, List.of("Upgrade"),
            UpgradeRequest.HOST, List.of("localhost"),
            Handshake.KEY, List.of("AAAAAAAAAAAAAAAAAAAAAA=="),
            Handshake.VERSION_HEADER, List.of(Handshake.VERSION));

    private final TyrusWebSocketEngine engine;

    HubContainer(int maxMessageBytes) {
        super((Set<Class<?>>) null);
        engine = TyrusWebSocketEngine.builder(this)
                .incomingBufferSize((int) Math.min(Integer.MAX_VALUE, (long) maxMessageBytes + BUFFER_MARGIN))
                .build();
        setDefaultMaxSessionIdleTimeout(-1); // the hub has a heartbeat; Tyrus's timeout would cost a task a message
        setDefaultMaxTextMessageBufferSize(maxMessageBytes);
        setDefaultMaxBinaryMessageBufferSize(maxMessageBytes);
        try {
            register(HubEndpoint.ofServer());
        } catch (DeploymentException e) {
            throw new IllegalStateException("Tyrus refuses " + HubEndpoint.class.getName(), e);
        }
    }

    /**
     * {@return Tyrus's side of a connection} It never sees the handshake, which we have answered before, but one that
     * is always the same. Calls the endpoint's open method on this thread.
     */
    Connection open(PeerConnection peer) {
        RequestContext request = RequestContext.Builder.create().requestURI(ROOT).build();
        request.getHeaders().putAll(HANDSHAKE);
        TyrusUpgradeResponse response = new TyrusUpgradeResponse();
        WebSocketEngine.UpgradeInfo info = engine.upgrade(request, response);
        if (info.getStatus() != WebSocketEngine.UpgradeStatus.SUCCESS || response.getStatus() != 101) {
            throw new IllegalStateException("Tyrus refuses a handshake that is in order: " + response.getStatus());
        }
        PeerConnection.OPENING.set(peer);
        try {
            return info.createConnection(new TyrusWriter(peer), reason -> { });
        } finally {
            PeerConnection.OPENING.remove();
        }
    }

    @Override
    public void register(Class<?> endpointClass) throws DeploymentException {
        engine.register(endpointClass, "/");
    }

    @Override
    public void register(ServerEndpointConfig config) throws DeploymentException {
        engine.register(config, "/");
    }

    @Override
    public WebSocketEngine getWebSocketEngine() {
        return engine;
    }

    @Override
    public Map<String, Object> getProperties() {
        return Map.of();
    }
}
