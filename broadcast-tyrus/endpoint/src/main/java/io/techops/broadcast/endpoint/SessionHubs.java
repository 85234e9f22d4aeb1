package io.techops.broadcast.endpoint;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.spi.AdapterHub;
import jakarta.websocket.Session;

/** Finds the hub of a session. */
interface SessionHubs {

    /**
     * {@return the hub of a session}
     *
     * @throws SessionRefused if there can be none
     * @throws io.techops.broadcast.RefusedException as {@link io.techops.broadcast.Topics#hub} does
     */
    BroadcastHub hub(Session session);

    /** {@return whether the hub, or all topics, are closed} */
    boolean isClosed();

    /** {@return whether a topic may have a name} */
    boolean isAllowed(String topic);

    /** Counts a session that was refused before its hub was looked up. */
    void refused(RefusalCause cause);

    /** {@return one hub for all sessions} */
    static SessionHubs of(BroadcastHub hub) {
        return new SessionHubs() {
            @Override
            public BroadcastHub hub(Session session) {
                return hub;
            }

            @Override
            public boolean isClosed() {
                return hub.isClosed();
            }

            @Override
            public boolean isAllowed(String topic) {
                return true;
            }

            @Override
            public void refused(RefusalCause cause) {
                AdapterHub.of(hub).refused(cause);
            }
        };
    }
}
