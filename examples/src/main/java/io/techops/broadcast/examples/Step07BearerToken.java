package io.techops.broadcast.examples;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.util.Map;

/**
 * Step 7, members only: before the handshake is answered, a token decides whether a client may connect, and as which
 * user. A page in a browser cannot set headers for a WebSocket; it sends the token as a subprotocol:
 *
 * <pre>{@code
 * const socket = new WebSocket("ws://localhost:5000", ["bearer", "anns-token"]);
 * }</pre>
 *
 * <p>A program sends {@code Authorization: Bearer anns-token}. The token is never written into the answer: both sides
 * agree on the word before it. Use TLS, as step 6 does, wherever a token travels.
 *
 * <pre>java -cp examples/target/broadcast-service.jar io.techops.broadcast.examples.Step07BearerToken</pre>
 */
public final class Step07BearerToken {

    /** In a real program the tokens are in a database, or signed. */
    private static final Map<String, String> USERS = Map.of("anns-token", "ann", "bobs-token", "bob");

    private static final AttributeKey<String> USER = AttributeKey.of("user", String.class);

    private Step07BearerToken() {
    }

    /**
     * Starts the program.
     *
     * @param arguments the port to listen on, 5000 if there is none
     */
    public static void main(String[] arguments) {
        BroadcastHub hub = BroadcastHub.builder()
                .listener(new HubListener() {
                    @Override
                    public void registered(Peer peer) {
                        peer.send(Message.text("welcome, " + peer.attributes().get(USER)));
                    }
                })
                .build();
        BroadcastServer server = BroadcastServer.builder()
                .hub(hub)
                .port(Start.port(arguments, 0))
                .handshakePolicy(Step07BearerToken::decide)
                .start().closeOnExit();
        System.out.println("Listening on " + server.uri());
    }

    /** May block, for example for a database: only this handshake waits. */
    private static Decision decide(HandshakeRequest request) {
        String token = request.bearerToken();
        String user = token == null ? null : USERS.get(token);
        if (user == null) {
            return Decision.refuse(401, "A token of a member is needed.");
        }
        Decision.Accept accept = Decision.accept().attribute(USER, user);
        return request.subprotocols().contains("bearer") ? accept.subprotocol("bearer") : accept;
    }
}
