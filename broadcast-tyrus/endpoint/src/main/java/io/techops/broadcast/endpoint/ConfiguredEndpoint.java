package io.techops.broadcast.endpoint;

import io.techops.broadcast.Message;
import io.techops.broadcast.stream.NumberedFormat;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import java.nio.ByteBuffer;
import java.util.stream.Stream;

/**
 * {@link BroadcastEndpoint} as a programmatic endpoint, because a container ignores the path and the configurator of a
 * configuration for an annotated class. One instance serves one session. Public because a container may access it by
 * reflection; use {@link BroadcastEndpoint#config}.
 */
public final class ConfiguredEndpoint extends Endpoint {

    private final SessionLife life;

    private ConfiguredEndpoint(SessionLife.Registering registering) {
        life = new SessionLife(registering);
    }

    /**
     * {@return a configuration of the endpoint for any container}
     *
     * @param hubs knows the hub of each session
     */
    static ServerEndpointConfig config(String path, SessionHubs hubs, EndpointSettings settings) {
        checkPath(path);
        Stream<String> ours = settings.replayLimits().isResume() ? Stream.of(NumberedFormat.SUBPROTOCOL) : Stream.of();
        return ServerEndpointConfig.Builder.create(ConfiguredEndpoint.class, path)
                .subprotocols(Stream.concat(settings.subprotocols().stream(), ours).toList())
                .configurator(new EndpointConfigurator(settings) {
                    @Override
                    public <T> T getEndpointInstance(Class<T> endpointClass) {
                        return endpointClass.cast(new ConfiguredEndpoint(
                                session -> SessionTransport.open(session, hubs, settings)));
                    }
                })
                .build();
    }

    /** @throws IllegalArgumentException if a path does not begin with a slash, as that of each request does */
    static void checkPath(String path) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path must begin with a slash: " + path);
        }
    }

    @Override
    public void onOpen(Session session, EndpointConfig config) {
        PeerSession link = life.open(session);
        if (link == null) {
            return;
        }
        try {
            session.addMessageHandler(String.class,
                    (MessageHandler.Whole<String>) text -> link.received(Message.text(text)));
            session.addMessageHandler(ByteBuffer.class,
                    (MessageHandler.Whole<ByteBuffer>) payload -> link.received(Message.binary(payload)));
            session.addMessageHandler(PongMessage.class, (MessageHandler.Whole<PongMessage>) pong -> link.pong());
        } catch (RuntimeException e) { // the session was closed meanwhile
            life.failed(e);
        }
    }

    @Override
    public void onClose(Session session, CloseReason reason) {
        life.closed(reason);
    }

    @Override
    public void onError(Session session, Throwable thrown) {
        life.failed(thrown);
    }
}
