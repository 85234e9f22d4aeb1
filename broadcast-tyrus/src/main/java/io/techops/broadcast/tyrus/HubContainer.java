package io.techops.broadcast.tyrus;

import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.Map;
import java.util.Set;
import org.glassfish.tyrus.core.TyrusWebSocketEngine;
import org.glassfish.tyrus.server.TyrusServerContainer;
import org.glassfish.tyrus.spi.WebSocketEngine;

/**
 * Tyrus's engine with our endpoint in it, and no network: {@link UpgradeFilter} brings the connections.
 */
final class HubContainer extends TyrusServerContainer {

    /** What Tyrus's read buffer holds beside the largest message: a header, and its rounding. */
    private static final int BUFFER_MARGIN = 1024;

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
