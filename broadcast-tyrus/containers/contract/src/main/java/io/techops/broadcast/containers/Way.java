package io.techops.broadcast.containers;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.tyrus.BroadcastEndpoint;
import jakarta.websocket.CloseReason;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.nio.ByteBuffer;

/**
 * How the endpoint gets into a container.
 */
public enum Way {

    /** An annotated class of the application's own that extends ours. */
    EXTENDING,

    /** An annotated class of the application's own that delegates to ours. */
    DELEGATING,

    /** A configuration. */
    CONFIGURED;

    private static volatile BroadcastHub hub;

    /** Extends ours. */
    @ServerEndpoint("/live")
    public static class Extending extends BroadcastEndpoint {

        /** For the container. */
        public Extending() {
            super(hub);
        }
    }

    /** Delegates to ours. */
    @ServerEndpoint("/live")
    public static class Delegating {

        private final BroadcastEndpoint endpoint = new BroadcastEndpoint(hub);

        /** For the container. */
        public Delegating() {
        }

        /** A session opens. */
        @OnOpen
        public void open(Session session) {
            endpoint.open(session);
        }

        /** A text comes. */
        @OnMessage
        public void text(String text) {
            endpoint.text(text);
        }

        /** A binary message comes. */
        @OnMessage
        public void binary(ByteBuffer payload) {
            endpoint.binary(payload);
        }

        /** A pong comes. */
        @OnMessage
        public void pong(PongMessage pong) {
            endpoint.pong(pong);
        }

        /** A session has closed. */
        @OnClose
        public void close(CloseReason reason) {
            endpoint.close(reason);
        }

        /** Something went wrong. */
        @OnError
        public void error(Session session, Throwable thrown) {
            endpoint.error(session, thrown);
        }
    }

    /** {@return the annotated class, or null if it is a configuration} */
    public Class<?> annotated(BroadcastHub of) {
        hub = of;
        return switch (this) {
            case EXTENDING -> Extending.class;
            case DELEGATING -> Delegating.class;
            case CONFIGURED -> null;
        };
    }

    /** {@return the configuration} */
    public static ServerEndpointConfig config(BroadcastHub of) {
        return BroadcastEndpoint.config("/live", of);
    }

    /** Adds the endpoint to a container. */
    public void addTo(ServerContainer container, BroadcastHub of) throws DeploymentException {
        Class<?> annotated = annotated(of);
        if (annotated != null) {
            container.addEndpoint(annotated);
        } else {
            container.addEndpoint(config(of));
        }
    }
}
