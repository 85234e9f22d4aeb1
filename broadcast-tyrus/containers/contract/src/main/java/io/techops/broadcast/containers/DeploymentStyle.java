package io.techops.broadcast.containers;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Topics;
import io.techops.broadcast.endpoint.BroadcastEndpoint;
import io.techops.broadcast.endpoint.EndpointSettings;
import io.techops.broadcast.handshake.ReplayLimits;
import jakarta.servlet.ServletContext;
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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * The ways to deploy the endpoint into a container.
 */
public enum DeploymentStyle {

    /** An annotated class of the application's own that extends ours. */
    EXTENDING,

    /** An annotated class of the application's own that delegates to ours. */
    DELEGATING,

    /** A configuration. */
    CONFIGURED;

    /** Extends ours. */
    @ServerEndpoint(value = "/live", subprotocols = BroadcastEndpoint.SUBPROTOCOL)
    public static class Extending extends BroadcastEndpoint {

        /** For the container. */
        public Extending() {
            super(ServedHub.hub());
        }
    }

    /** Delegates to ours. */
    @ServerEndpoint(value = "/live", subprotocols = BroadcastEndpoint.SUBPROTOCOL)
    public static class Delegating {

        private final BroadcastEndpoint endpoint;

        /** For the container. */
        public Delegating() {
            this(new BroadcastEndpoint(ServedHub.hub()));
        }

        Delegating(BroadcastEndpoint endpoint) {
            this.endpoint = endpoint;
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

    /** Extends ours, for topics. */
    @ServerEndpoint(value = "/topics/{topic}", subprotocols = BroadcastEndpoint.SUBPROTOCOL)
    public static class ExtendingTopics extends BroadcastEndpoint {

        /** For the container. */
        public ExtendingTopics() {
            super(ServedHub.topics());
        }
    }

    /** Delegates to ours, for topics. */
    @ServerEndpoint(value = "/topics/{topic}", subprotocols = BroadcastEndpoint.SUBPROTOCOL)
    public static class DelegatingTopics extends Delegating {

        /** For the container. */
        public DelegatingTopics() {
            super(new BroadcastEndpoint(ServedHub.topics()));
        }
    }

    /** Closes each session before it becomes a peer. */
    @ServerEndpoint("/closes")
    public static class Closing extends BroadcastEndpoint {

        /** For the container. */
        public Closing() {
            super(ServedHub.hub());
        }

        @Override
        @OnOpen
        public void open(Session session) {
            try {
                session.close(new CloseReason(CloseReason.CloseCodes.getCloseCode(4005), "not today"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            super.open(session);
        }
    }

    /** Sends to its session by itself, as soon as a message comes. */
    @ServerEndpoint("/shares")
    public static class Sharing extends BroadcastEndpoint {

        private Session session;

        /** For the container. */
        public Sharing() {
            super(ServedHub.hub());
        }

        @Override
        @OnOpen
        public void open(Session opened) {
            session = opened;
            super.open(opened);
        }

        @Override
        @OnMessage
        public void text(String text) {
            for (int sent = 0; sent < OWN_MESSAGES;) {
                try {
                    session.getBasicRemote().sendText("own " + sent);
                    sent++;
                } catch (IllegalStateException e) {
                    Thread.onSpinWait(); // a message of the hub is under way
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    /** Has a subprotocol of its own. */
    @ServerEndpoint(value = "/chats", subprotocols = {"chat", BroadcastEndpoint.SUBPROTOCOL})
    public static class Chatting extends BroadcastEndpoint {

        /** For the container. */
        public Chatting() {
            super(ServedHub.hub());
        }
    }

    /** Offers what its settings have switched off. */
    @ServerEndpoint(value = "/contradicts", subprotocols = BroadcastEndpoint.SUBPROTOCOL)
    public static class Contradicting extends BroadcastEndpoint {

        /** For the container. */
        public Contradicting() {
            super(ServedHub.hub(), FORGETS);
        }
    }

    private static final EndpointSettings FORGETS =
            EndpointSettings.standard().replayLimits(ReplayLimits.standard().resume(false));
    private static final EndpointSettings REPLAYS =
            EndpointSettings.standard().replayLimits(ReplayLimits.standard().replay(2).replayLatest(true));

    /** How many messages of its own {@link Sharing} sends. */
    static final int OWN_MESSAGES = 200;

    /** {@return the annotated classes} */
    public Set<Class<?>> annotated() {
        return switch (this) {
            case EXTENDING -> Set.of(Extending.class, ExtendingTopics.class, Closing.class, Sharing.class);
            case DELEGATING -> Set.of(Delegating.class, DelegatingTopics.class, Closing.class, Sharing.class);
            case CONFIGURED -> Set.of(Closing.class, Sharing.class, Chatting.class, Contradicting.class,
                    GuardedEndpoints.Members.class, GuardedEndpoints.Unguarded.class);
        };
    }

    /** {@return the configurations} */
    public Set<ServerEndpointConfig> configurations() {
        if (this != CONFIGURED) {
            return Set.of();
        }
        BroadcastHub hub = ServedHub.hub();
        Topics topics = ServedHub.topics();
        return Set.of(BroadcastEndpoint.config("/live", hub),
                BroadcastEndpoint.config("/topics/{topic}", topics),
                BroadcastEndpoint.config("/replays", hub, REPLAYS),
                BroadcastEndpoint.config("/forgets", hub, FORGETS),
                BroadcastEndpoint.config("/guarded", hub, GuardedEndpoints.SETTINGS),
                BroadcastEndpoint.config("/rooms/{topic}", topics, GuardedEndpoints.SETTINGS),
                BroadcastEndpoint.config("/origins", hub, GuardedEndpoints.ORIGINS),
                BroadcastEndpoint.config("/speaks", hub, GuardedEndpoints.SPEAKING));
    }

    /** Adds the endpoints to a container. */
    public void addTo(ServerContainer container) throws DeploymentException {
        for (Class<?> type : annotated()) {
            container.addEndpoint(type);
        }
        for (ServerEndpointConfig config : configurations()) {
            container.addEndpoint(config);
        }
    }

    /** Adds the endpoints to a container that runs servlets, and what filters their handshakes. */
    public void addTo(ServletContext context, ServerContainer container) throws DeploymentException {
        addTo(container);
        if (this == CONFIGURED) {
            for (ServerEndpointConfig config : FilteredEndpoints.configurations()) {
                container.addEndpoint(config);
            }
            FilteredEndpoints.filter(context);
        }
    }
}
