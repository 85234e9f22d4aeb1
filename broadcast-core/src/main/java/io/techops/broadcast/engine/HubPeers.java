package io.techops.broadcast.engine;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.GapReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.RefusedException;
import io.techops.broadcast.Replay;
import io.techops.broadcast.spi.BlockingTasks;
import io.techops.broadcast.spi.Transport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/*
 * In the step under the log's lock in which a peer's cursor joins, the peer is put into the map and counted, and its
 * first event is queued. A peer departs once, by the thread that ended its registration. What others wait for at its
 * departure needs no memory: its last event was made when it registered. What fails for want of memory is left to its
 * shard, which forgets the peer last.
 */

/** Registers the peers of a hub, and handles their departures. Safe for use by any number of threads. */
final class HubPeers implements HubPeer.Owner {

    static final String CLOSED = "the hub is closed: it takes no messages and no peers any more";

    private static final CloseReason NO_MEMORY =
            CloseReason.of(CloseReason.TRY_AGAIN_LATER, "no memory for the begin");

    private final MessageLog log;
    private final HubShards shards;
    private final PeerMessages messages;
    private final @Nullable BackplaneLink backplane;
    private final @Nullable Snapshots snapshots;
    private final ListenerDispatcher events;
    private final HubMetrics metrics;
    private final HubShutdown end;
    private final HubTimer timer;
    private final @Nullable String topic;
    private final Runnable afterGone;
    /** Whether there is a listener for peers: without one, nothing is passed to another thread. */
    private final boolean told;
    private final ConcurrentHashMap<Long, HubPeer> peers = new ConcurrentHashMap<>();
    /** How long a peer waits for a position that this node has not read yet, in nanoseconds. */
    private final long aheadLimit;
    private final AtomicLong ids = new AtomicLong();

    /**
     * @param tasks the threads on which the host is asked for snapshots
     */
    HubPeers(HubSettings settings, MessageLog log, HubShards shards, PeerMessages messages,
            @Nullable BackplaneLink backplane, ListenerDispatcher events, HubMetrics metrics, HubShutdown end,
            HubTimer timer, BlockingTasks tasks) {
        this.log = log;
        this.shards = shards;
        this.messages = messages;
        this.backplane = backplane;
        this.snapshots = settings.snapshot == null ? null : new Snapshots(settings.snapshot, tasks, timer);
        this.events = events;
        this.metrics = metrics;
        this.end = end;
        this.timer = timer;
        this.topic = settings.topic;
        this.aheadLimit = Math.min(PeersAhead.LIMIT, settings.stallTimeout.toNanos() / 2);
        this.afterGone = settings.afterGone;
        this.told = settings.listener != HubSettings.NO_LISTENER || settings.shared != null;
    }

    Collection<HubPeer> all() {
        return peers.values();
    }

    int count() {
        return peers.size();
    }

    @Nullable HubPeer get(long id) {
        return peers.get(id);
    }

    /** {@return the peers of this hub that the options exclude} */
    PeerCursor[] excluded(BroadcastOptions options) {
        if (options.excluded().isEmpty()) {
            return PeerCursor.NONE;
        }
        List<PeerCursor> excluded = new ArrayList<>();
        for (Peer peer : options.excluded()) {
            if (peer instanceof HubPeer own && own.isOf(this)) {
                excluded.add(own.cursor());
            }
        }
        return excluded.toArray(PeerCursor.NONE);
    }

    /** {@return the peers of this hub that the options name as receivers} */
    PeerCursor[] receivers(BroadcastOptions options) {
        List<PeerCursor> receivers = new ArrayList<>();
        for (Peer peer : options.among(peers.values())) {
            if (!peer.isRegistered() || options.excluded().contains(peer)) {
                continue; // perhaps a peer of an earlier instance of the topic
            }
            if (peer instanceof HubPeer own && own.isOf(this)) {
                receivers.add(own.cursor());
            } else if (!options.isForGroup()) {
                throw new IllegalArgumentException("receivers must be peers of this hub: " + peer);
            }
        }
        return receivers.toArray(PeerCursor[]::new);
    }

    // They come.

    /** Registers a peer, as {@link io.techops.broadcast.spi.AdapterHub#register} says. */
    HubPeer register(Transport transport, Attributes attributes, Replay replay) {
        if (backplane != null && !backplane.hasBegun()) {
            throw new RefusedException(RefusalCause.BACKPLANE,
                    "the hub takes no peers: its backplane is away, and its shared log not read yet");
        }
        if (events.isFarBehind()) {
            throw new RefusedException(RefusalCause.LISTENER,
                    "the hub takes no peers: its listener is too far behind");
        }
        long id = ids.incrementAndGet();
        boolean knowsPositions = transport.knowsPositions();
        HubPeer peer = new HubPeer(this, id, shards.place(id, transport), transport, knowsPositions, attributes,
                timer.nanoTime());
        boolean hasPrelude = knowsPositions || snapshots != null || !replay.equals(Replay.none());
        Prelude prelude = hasPrelude ? new Prelude() : null;
        ListenerDispatcher.Event registered = told ? new ListenerDispatcher.Event(listener ->
                listener.registered(peer)) : null;
        if (told) {
            peer.departsWith(new ListenerDispatcher.Event(listener -> tellDeparture(listener, peer)));
        }
        ReplayStart start = null;
        try {
            start = log.rounds().join(peer.cursor(), replay, prelude, snapshots != null, () -> {
                end.awaits(shards.make(peer.cursor()));
                peers.put(peer.key(), peer);
                metrics.joined(); // before the listener is called
                if (registered != null) { // from here on nothing needs memory
                    events.add(registered);
                }
                end.awaits(1);
            });
        } finally {
            if (start == null) {
                peers.remove(peer.key()); // may be in the map if there was no memory
            }
        }
        if (start == null) {
            throw new RefusedException(RefusalCause.CLOSED, CLOSED);
        }
        metrics.registered(peer);
        if (told) {
            events.tell();
        }
        shards.joined(peer);
        if (backplane != null && start.gap() == GapReason.FUTURE) { // its shard decides
            backplane.await(peer, prelude, replay.position(), timer.nanoTime() + aheadLimit);
        } else if (prelude != null) {
            begins(peer, start, prelude);
        }
        return peer;
    }

    /**
     * Starts what a peer waits for before its first message: a snapshot, or a position. Closes the peer if there is no
     * memory.
     */
    void begins(HubPeer peer, ReplayStart start, Prelude prelude) {
        try {
            metrics.begins(peer, start, start.after());
            if (prelude.awaitsSnapshot) {
                snapshots.take(peer, prelude, start.after());
            }
        } catch (Throwable noMemory) {
            if (prelude.awaitsSnapshot) {
                peer.begin(prelude, null);
            } else {
                peer.close(NO_MEMORY);
            }
        }
    }

    // They go.

    @Override
    public void departed(HubPeer peer, CloseReason reason, boolean byHub) {
        try {
            // First what others wait for, which needs no memory.
            if (log.forget(peer.cursor()) | (backplane != null && backplane.forget(peer.cursor()))) {
                metrics.saturation().ends();
                offer(); // a drain waits for parked messages, and the next parked one may have room now
            }
            leaves(peer);
            PeerCursor.Account account = log.account(peer.cursor());
            metrics.gone(peer, reason, byHub, timer.nanoTime() - peer.registeredAt(), account);
        } catch (Throwable noMemory) {
            // The shard does the rest of this later; the metrics miss this peer.
        }
        ListenerDispatcher.Event departure = peer.departure();
        if (departure != null) {
            events.addDeparture(departure);
            events.tell();
        }
        end.finished();
    }

    /** Forgets a peer. Called again if it throws. */
    void leaves(HubPeer peer) {
        peers.remove(peer.key());
        peer.leaveAll();
    }

    /** Reports a peer's last events: a loss or failure that was not reported before, and its departure. */
    private void tellDeparture(HubListener listener, HubPeer peer) {
        try {
            long lost = peer.takeLoss();
            if (lost > 0) {
                events.call(() -> listener.overflowed(peer, lost));
            }
            Throwable failure = peer.failure();
            if (failure != null) {
                events.call(() -> listener.failed(peer, failure));
            }
        } finally {
            peer.over();
            try {
                listener.unregistered(peer, peer.cursor().departure());
            } finally {
                afterGone.run();
            }
        }
    }

    // What one of them needs.

    @Override
    public HubPeer.ReceiveResult receive(Message message, HubPeer from) {
        return messages.receive(message, from);
    }

    @Override
    public boolean send(Publication message, PeerCursor[] to, RoomWait wait) {
        return log.send(message, to, wait, shards);
    }

    @Override
    public void offer() {
        shards.offer();
    }

    @Override
    public void call(PeerCursor cursor) {
        shards.call(cursor);
    }

    @Override
    public void letGo(PeerCursor cursor) {
        shards.letGo(cursor);
    }

    @Override
    public void returned(PeerCursor cursor) {
        shards.returned(cursor);
    }

    @Override
    public long head() {
        return log.head();
    }

    @Override
    public PeerCursor.Account account(PeerCursor cursor) {
        return cursor.account(cursor.excludedAppended(), log.head());
    }

    @Override
    public long now() {
        return timer.nanoTime();
    }

    @Override
    public @Nullable String topic() {
        return topic;
    }
}
