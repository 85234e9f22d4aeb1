package io.techops.broadcast.containers;

import io.techops.broadcast.BroadcastHub;
import java.net.URI;

/**
 * A container with the endpoints of a {@link DeploymentStyle}, that of a hub at {@code /live}.
 */
public interface Container {

    /** Fewer threads than a flood can occupy; and more threads than there are peers. */
    int FEW_THREADS = 4;
    int MANY_THREADS = 64;

    /** Makes a container. */
    interface Starting {
        /**
         * {@return a container that is running}
         *
         * @param style how the endpoint gets into it
         * @param hub the hub of the endpoint
         * @param threads the number of its threads for reading and writing
         */
        Container start(DeploymentStyle style, BroadcastHub hub, int threads) throws Exception;
    }

    /** {@return the URI to connect to} */
    URI uri();

    /** {@return whether the socket of a peer that answers nothing can be freed} */
    default boolean canCut() {
        return true;
    }

    /** {@return whether a close frame gets through to a peer that is still sending} */
    default boolean lingers() {
        return false;
    }

    /** {@return whether a peer that comes when the hub is closed is refused before the 101} */
    default boolean refusesBeforeUpgrade() {
        return false;
    }

    /** {@return whether topics are served at {@code /topics/}, and the application's own endpoints} */
    default boolean isForeign() {
        return true;
    }

    /** {@return whether the container gives a peer's address} */
    default boolean tellsRemoteAddress() {
        return true;
    }

    /** {@return whether the container also gives the peer's port} */
    default boolean tellsRemotePort() {
        return tellsRemoteAddress();
    }

    /** {@return whether a handshake policy gets the client's address} */
    default boolean tellsPolicyAddress() {
        return tellsRemoteAddress();
    }

    /** {@return the HTTP status for an origin that may not connect} */
    default int originStatus() {
        return 403;
    }

    /** Ends it. */
    void stop() throws Exception;
}
