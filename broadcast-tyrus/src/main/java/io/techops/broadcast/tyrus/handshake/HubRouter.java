package io.techops.broadcast.tyrus.handshake;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubStats;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.PathTemplate;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One hub, at one path or at any. */
public final class HubRouter implements Router {

    private final @Nullable PathTemplate path;
    private final AdapterHub hub;

    /**
     * @param path the only path that is served, or null for any
     */
    public HubRouter(@Nullable PathTemplate path, BroadcastHub hub) {
        this.path = path;
        this.hub = AdapterHub.of(hub);
    }

    @Override
    public Answer at(String asked) {
        if (path == null) {
            return new Found(hub, null);
        }
        return switch (path.match(asked).relation()) {
            case MATCH -> new Found(hub, null);
            case OTHER -> Router.nothingThere();
            case MALFORMED -> Router.malformed();
        };
    }

    @Override
    public boolean mayBlock() {
        return AdapterHub.of(hub).mayBlockReading();
    }

    @Override
    public void refused(RefusalCause cause) {
        AdapterHub.of(hub).refused(cause);
    }

    @Override
    public HubStats stats() {
        return hub.stats();
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
