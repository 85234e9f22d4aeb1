package io.techops.broadcast.containers;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.Replay;
import io.techops.broadcast.endpoint.BroadcastEndpoint;
import io.techops.broadcast.endpoint.EndpointConfigurator;
import io.techops.broadcast.endpoint.EndpointSettings;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Endpoints that do not serve everyone. */
public final class GuardedEndpoints {

    /** Whose token it was. */
    static final AttributeKey<String> USER = AttributeKey.of("user", String.class);
    /** Which topic the policy was asked about. */
    static final AttributeKey<String> ASKED = AttributeKey.of("asked", String.class);
    /** Where the client was when the policy was asked. */
    static final AttributeKey<String> SEEN_AT = AttributeKey.of("seenAt", String.class);

    static final EndpointSettings SETTINGS = EndpointSettings.standard()
            .handshakePolicy(GuardedEndpoints::decide).handshakeTimeout(Duration.ofMillis(300));

    static final EndpointSettings ORIGINS =
            EndpointSettings.standard().allowOrigin("https://example.org").allowOrigin("app://");

    /** Without a policy, and without origins. */
    static final EndpointSettings SPEAKING = EndpointSettings.standard().subprotocol("chat").subprotocol("news");

    private GuardedEndpoints() {
    }

    private static Decision decide(HandshakeRequest request) {
        String token = request.bearerToken();
        if (token == null) {
            return Decision.refuse(401, "a valid token is needed");
        }
        Decision.Accept accept = Decision.accept().attribute(USER, token).header("X-User", token)
                .attribute(SEEN_AT, request.remoteAddress().toString());
        if (request.topic() != null) {
            accept = accept.attribute(ASKED, request.topic());
        }
        if (request.subprotocols().contains("chat")) {
            accept = accept.subprotocol("chat");
        } else if (request.subprotocols().contains("bearer")) {
            accept = accept.subprotocol("bearer");
        }
        return switch (token) {
            case "later" -> Decision.later(CompletableFuture.completedFuture(accept));
            case "never" -> Decision.later(new CompletableFuture<>());
            case "throws" -> throw new IllegalStateException("on purpose, because of " + token);
            case "last" -> accept.replay(Replay.last(1));
            default -> accept;
        };
    }

    /** A class with a policy. */
    @ServerEndpoint(value = "/members", subprotocols = {"news", BroadcastEndpoint.SUBPROTOCOL},
            configurator = Admitting.class)
    public static class Members extends BroadcastEndpoint {

        /** For the container. */
        public Members() {
            super(ServedHub.hub(), SETTINGS);
        }
    }

    /** Asks the policy for {@link Members}. */
    public static class Admitting extends EndpointConfigurator {

        /** For the container. */
        public Admitting() {
            super(SETTINGS);
        }
    }

    /** A class whose policy is never asked. */
    @ServerEndpoint("/unguarded")
    public static class Unguarded extends BroadcastEndpoint {

        /** For the container. */
        public Unguarded() {
            super(ServedHub.hub(), SETTINGS);
        }
    }
}
