package io.techops.broadcast.engine;

import io.techops.broadcast.Message;
import org.jspecify.annotations.Nullable;

/** What a backplane changes in its hub. Safe for use by any number of threads. */
final class BackplaneEffects implements BackplaneLink.Host {

    private final HubShards shards;
    private final SaturationClock saturation;
    private final MessageReports reports;

    BackplaneEffects(HubShards shards, SaturationClock saturation, MessageReports reports) {
        this.shards = shards;
        this.saturation = saturation;
        this.reports = reports;
    }

    @Override
    public void followed(Message message, long slot, @Nullable PeerCursor from) {
        reports.published(message, slot, from == null ? null : (HubPeer) from.peer);
    }

    @Override
    public void offer() {
        shards.offer();
    }

    @Override
    public void resume(PeerCursor from) {
        try {
            saturation.ends();
        } catch (Throwable noMemory) {
            // The clock is late, not the peer.
        }
        shards.resume(from);
    }

    @Override
    public void call(PeerCursor cursor) {
        shards.call(cursor);
    }

    @Override
    public void waits(boolean first) {
        shards.waits(first);
    }

    @Override
    public void hasWaited() {
        shards.hasWaited();
    }
}
