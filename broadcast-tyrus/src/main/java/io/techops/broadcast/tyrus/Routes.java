package io.techops.broadcast.tyrus;

import io.techops.broadcast.BroadcastHub;
import org.jspecify.annotations.Nullable;

/** Which hub serves which path. */
final class Routes {

    private final @Nullable String path;
    private final BroadcastHub hub;

    /**
     * @param path the only path that is served, or null for any
     */
    Routes(@Nullable String path, BroadcastHub hub) {
        this.path = path;
        this.hub = hub;
    }

    /** {@return the hub at a path, as the request has it, or null if there is none} */
    @Nullable BroadcastHub hub(String at) {
        return path == null || path.equals(at) ? hub : null;
    }
}
