package io.techops.broadcast.examples.guide;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.PeerGroups;
import io.techops.broadcast.handshake.PeerAttributes;
import java.security.Principal;

/** All connections of a user: the tabs of a browser, a telephone, a program. */
final class Tabs implements HubListener {

    private static final CloseReason LOGGED_OUT = CloseReason.of(CloseReason.POLICY_VIOLATION, "logged out");

    private final PeerGroups users = new PeerGroups();

    @Override
    public void registered(Peer peer) {
        Principal principal = peer.attributes().get(PeerAttributes.PRINCIPAL);
        if (principal != null) {
            users.join(principal.getName(), peer);
        }
    }

    void tell(BroadcastHub hub, String user, String text) {
        hub.broadcast(Message.text(text), users.to(user));
    }

    void logOut(String user) {
        users.members(user).forEach(tab -> tab.close(LOGGED_OUT));
    }

    PeerGroups users() {
        return users;
    }
}
