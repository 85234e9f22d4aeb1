package io.techops.broadcast.containers;

import io.techops.broadcast.BroadcastHub;
import java.net.URI;

/**
 * A container with the endpoint of a hub at {@code /live}, and few threads.
 */
public interface Container {

    /** Makes a container. */
    interface Starting {
        /**
         * {@return a container that is running}
         *
         * @param way how the endpoint gets into it
         * @param hub the hub of the endpoint
         */
        Container start(Way way, BroadcastHub hub) throws Exception;
    }

    /** {@return where to connect} */
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

    /** Ends it. */
    void stop() throws Exception;
}
