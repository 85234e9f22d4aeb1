package io.techops.broadcast.engine;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.GapReason;
import java.util.List;

/** Handles what the shards report: counts and reports it, and lets peers depart or be read again. */
final class ShardOutcomes implements Shard.Outcome {

    private final HubPeers peers;
    private final HubShards shards;
    private final ListenerDispatcher events;
    private final HubMetrics metrics;
    private final MessageReports reports;
    private final HubShutdown end;

    ShardOutcomes(HubPeers peers, HubShards shards, ListenerDispatcher events, HubMetrics metrics,
            MessageReports reports, HubShutdown end) {
        this.peers = peers;
        this.shards = shards;
        this.events = events;
        this.metrics = metrics;
        this.reports = reports;
        this.end = end;
    }

    private static HubPeer peer(PeerCursor cursor) {
        return (HubPeer) cursor.peer;
    }

    @Override
    public void leaves(PeerCursor cursor) {
        peers.leaves(peer(cursor));
    }

    @Override
    public void departed(PeerCursor cursor, CloseReason reason) {
        HubPeer peer = peer(cursor);
        peers.departed(peer, reason, peer.isByHub(reason));
    }

    @Override
    public void overflowed(PeerCursor cursor, long lost) {
        HubPeer peer = peer(cursor);
        ListenerDispatcher.Event event = null;
        if (peer.isRegistered()) {
            event = peer.event(listener -> listener.overflowed(peer, peer.takeLoss())); // the rest needs no memory
        }
        metrics.overflowed(peer, lost); // before the listener is told
        if (peer.loses(lost) && event != null) { // otherwise a queued event, or the last one, reports it
            events.add(event);
            events.tell();
        }
    }

    @Override
    public void passed(PeerCursor cursor, GapReason reason) {
        metrics.passed(peer(cursor), reason);
    }

    @Override
    public void begins(PeerCursor cursor, ReplayStart start, Prelude prelude) {
        peers.begins(peer(cursor), start, prelude);
    }

    @Override
    public void failed(PeerCursor cursor, Throwable cause) {
        HubPeer peer = peer(cursor);
        metrics.failed(peer, cause); // before the listener is told
        peer.fails(cause);
    }

    @Override
    public void admitted(List<ParkedMessages.Admitted> admitted) {
        for (ParkedMessages.Admitted one : admitted) {
            PeerCursor from = one.from();
            boolean later = false;
            try {
                metrics.saturation().ends();
                // Resumed only after the listener was told: a peer has at most one such event, however far behind the
                // listener is.
                later = reports.admitted(one, peer(from), () -> shards.resume(from));
            } catch (Throwable noMemory) {
                // The event is lost, not the peer.
            }
            if (!later) {
                shards.resume(from);
            }
        }
        events.tell();
        shards.offer();
    }

    @Override
    public void aborts() {
        metrics.aborts();
    }

    @Override
    public void drained() {
        end.finished();
    }
}
