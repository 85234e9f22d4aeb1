package io.techops.broadcast.tyrus;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Message;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link BroadcastEndpoint} as a programmatic endpoint: a container ignores the path and the configurator of a
 * configuration for an annotated class. One instance may serve many sessions. Public because a container may look at it
 * by reflection; get one with {@link BroadcastEndpoint#config(String, BroadcastHub)}.
 */
public final class HubEndpoint extends Endpoint {

    private static final Logger LOG = LoggerFactory.getLogger(HubEndpoint.class);
    private static final String LINK = HubEndpoint.class.getName() + ".link";

    /** Registers a session with its hub. */
    interface Registering {
        /** Throws IllegalStateException if the hub takes no peers, IllegalArgumentException if there can be none. */
        Link open(Session session);
    }

    private final Registering registering;

    private HubEndpoint(Registering registering) {
        this.registering = registering;
    }

    /**
     * {@return the endpoint in any container}
     *
     * @param hubs knows the hub of each session; may throw as {@link io.techops.broadcast.Topics#hub} does
     */
    static ServerEndpointConfig config(String path, Function<Session, BroadcastHub> hubs, int maxMessageBytes) {
        return config(path, session -> SessionLink.open(session, hubs.apply(session), maxMessageBytes));
    }

    private static ServerEndpointConfig config(String path, Registering registering) {
        HubEndpoint endpoint = new HubEndpoint(registering);
        return ServerEndpointConfig.Builder.create(HubEndpoint.class, path)
                .configurator(new PlainConfigurator() {
                    @Override
                    public <T> T getEndpointInstance(Class<T> endpointClass) {
                        return endpointClass.cast(endpoint);
                    }
                })
                .build();
    }

    @Override
    public void onOpen(Session session, EndpointConfig config) {
        Link link;
        try {
            link = registering.open(session);
        } catch (IllegalStateException | IllegalArgumentException e) {
            LOG.debug("The session does not become a peer: {}", e.toString());
            SessionLink.refuse(session, e);
            return;
        }
        session.getUserProperties().put(LINK, link);
        session.addMessageHandler(String.class,
                (MessageHandler.Whole<String>) text -> link.received(Message.text(text)));
        session.addMessageHandler(ByteBuffer.class,
                (MessageHandler.Whole<ByteBuffer>) payload -> link.received(Message.binary(payload)));
        session.addMessageHandler(PongMessage.class, (MessageHandler.Whole<PongMessage>) pong -> link.pong());
    }

    @Override
    public void onClose(Session session, CloseReason reason) {
        if (session.getUserProperties().get(LINK) instanceof Link link) {
            link.closed(SessionLink.reported(reason));
        }
    }

    @Override
    public void onError(Session session, Throwable thrown) {
        if (session.getUserProperties().get(LINK) instanceof Link link) {
            link.failed(thrown);
        } else {
            LOG.debug("A session that was not registered failed", thrown);
        }
    }
}
