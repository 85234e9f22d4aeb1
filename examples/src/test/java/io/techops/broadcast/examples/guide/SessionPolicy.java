package io.techops.broadcast.examples.guide;

import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.handshake.PeerAttributes;
import java.util.Map;

/** The session that a page has anyway: its cookie comes with the handshake. */
final class SessionPolicy implements HandshakePolicy {

    /** Users by the session that they are logged in with. */
    private final Map<String, String> sessions;

    SessionPolicy(Map<String, String> sessions) {
        this.sessions = sessions;
    }

    @Override
    public Decision decide(HandshakeRequest request) {
        String session = request.cookies().get("SESSION");
        String user = session == null ? null : sessions.get(session);
        return user == null ? Decision.refuse(403, "log in first")
                : Decision.accept().attribute(PeerAttributes.PRINCIPAL, new User(user));
    }
}
