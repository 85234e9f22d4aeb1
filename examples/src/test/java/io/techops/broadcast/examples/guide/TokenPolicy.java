package io.techops.broadcast.examples.guide;

import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.handshake.PeerAttributes;
import java.util.Map;

/** A token that says nothing by itself: the application knows whose it is. */
final class TokenPolicy implements HandshakePolicy {

    /** Users by their token. */
    private final Map<String, String> users;

    TokenPolicy(Map<String, String> users) {
        this.users = users;
    }

    @Override
    public Decision decide(HandshakeRequest request) {
        String token = request.bearerToken();      // of the header Authorization, or of a browser's subprotocols
        if (token == null) {
            return Decision.refuse(401, "a token is needed");
        }
        String user = users.get(token);
        if (user == null) {
            return Decision.refuse(401, "the token is not valid").challenge("Bearer error=\"invalid_token\"");
        }
        Decision.Accept accept = Decision.accept().attribute(PeerAttributes.PRINCIPAL, new User(user));
        return request.subprotocols().contains("bearer") ? accept.subprotocol("bearer") : accept;
    }
}
