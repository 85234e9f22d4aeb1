package io.techops.broadcast.tyrus;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.RefusalCause;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One hub, at one path or at any. */
final class HubRoute implements Routes {

    private final @Nullable PathTemplate path;
    private final BroadcastHub hub;

    /**
     * @param path the only path that is served, or null for any
     */
    HubRoute(@Nullable PathTemplate path, BroadcastHub hub) {
        this.path = path;
        this.hub = hub;
    }

    @Override
    public Answer at(String asked) {
        if (path == null) {
            return new Found(hub, null);
        }
        return switch (path.match(asked).relation()) {
            case MATCH -> new Found(hub, null);
            case OTHER -> Routes.nothingThere();
            case MALFORMED -> Routes.malformed();
        };
    }

    @Override
    public boolean mayBlock() {
        return hub.mayBlockReading();
    }

    @Override
    public void refused(RefusalCause cause) {
        hub.refused(cause);
    }

    @Override
    public boolean isClosed() {
        return hub.isClosed();
    }

    @Override
    public CompletionStage<Void> shutdown(Duration limit) {
        return hub.shutdown(limit);
    }

    @Override
    public void close(Duration limit) {
        hub.close(limit);
    }
}
