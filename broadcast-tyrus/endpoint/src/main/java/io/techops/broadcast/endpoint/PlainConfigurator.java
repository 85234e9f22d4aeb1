package io.techops.broadcast.endpoint;

import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;

/**
 * A configurator that asks nothing of the container's default one, which Jakarta WebSocket finds with a service loader:
 * on a class path with two containers it would be that of the wrong one. Neither subprotocols nor extensions, so no
 * compression either; every origin may connect.
 */
abstract class PlainConfigurator extends ServerEndpointConfig.Configurator {

    @Override
    public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
        return "";
    }

    @Override
    public List<Extension> getNegotiatedExtensions(List<Extension> installed, List<Extension> requested) {
        return List.of();
    }

    @Override
    public boolean checkOrigin(String origin) {
        return true;
    }

    @Override
    public abstract <T> T getEndpointInstance(Class<T> endpointClass) throws InstantiationException;
}
