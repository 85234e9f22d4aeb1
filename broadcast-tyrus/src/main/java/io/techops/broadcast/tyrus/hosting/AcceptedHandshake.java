package io.techops.broadcast.tyrus.hosting;

import java.nio.ByteBuffer;
import java.util.List;
import org.glassfish.tyrus.core.DebugContext;
import org.glassfish.tyrus.core.ProtocolHandler;
import org.glassfish.tyrus.core.RequestContext;
import org.glassfish.tyrus.core.TyrusEndpointWrapper;
import org.glassfish.tyrus.core.TyrusWebSocket;
import org.jspecify.annotations.Nullable;

/**
 * A handshake that the endpoint's configurator has accepted, and the answer to it.
 *
 * @param response the 101
 */
record AcceptedHandshake(TyrusEndpointWrapper wrapper, ProtocolHandler protocol, RequestContext request,
        @Nullable String subprotocol, ByteBuffer response) {

    /** Opens the session, which calls the endpoint. */
    void connect(TyrusWebSocket socket) {
        socket.onConnect(request, subprotocol, List.of(), null, new DebugContext());
    }
}
