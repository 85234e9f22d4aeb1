package io.techops.broadcast.endpoint;

import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.stream.NumberedFormat;
import io.techops.broadcast.stream.Subprotocols;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;

/**
 * A configurator that asks nothing of the container's default one, which Jakarta WebSocket finds with a service loader:
 * on a class path with two containers it would be that of the wrong one. No subprotocol but {@code broadcast.v1}, and no
 * extensions, so no compression either; every origin may connect.
 */
abstract class PlainConfigurator extends ServerEndpointConfig.Configurator {

    private final ReplayLimits replayLimits;

    PlainConfigurator(ReplayLimits replayLimits) {
        this.replayLimits = replayLimits;
    }

    @Override
    public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
        return Subprotocols.mayBeNumbered(requested, replayLimits) ? NumberedFormat.SUBPROTOCOL : "";
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
