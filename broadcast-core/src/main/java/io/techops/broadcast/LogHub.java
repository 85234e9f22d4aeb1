package io.techops.broadcast;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The hub: wires the log, the shards, the policies and the listener together.
 */
final class LogHub implements BroadcastHub, Shard.Outcome, Log.Waiter {

    private static final SafeLog LOG = SafeLog.of(BroadcastHub.class);
    private static final String CLOSED = "the hub is closed: it takes no messages and no peers any more";

    /** What became of a message that a peer sent. */
    enum Fate { APPENDED, PARKED, DROPPED, BARRED }

    private final Journal journal;
    private final HubTimer timer;
    private final Runnable afterGone;
    /** Whether anybody is told of peers that come and go: if not, nothing has to change threads for them. */
    private final boolean told;
    private final MessagePolicy policy;
    private final Log log;
    private final Shard[] shards;
    private final Events events;
    private final Bursts policyFailures;
    private final Set<HubPeer> peers = ConcurrentHashMap.newKeySet();

    private final AtomicLong ids = new AtomicLong();

    private final HubEnd end;

    LogHub(Builder settings) {
        boolean needsThreads = settings.executor == null || settings.timer == null;
        HubThreads threads = settings.shared == null && needsThreads ? HubThreads.ofOneHub(settings.name) : null;
        HubThreads given = settings.shared != null ? settings.shared : threads;
        Executor executor = settings.executor != null ? settings.executor : given.shards();
        ForeignTimer ownTimer = ForeignTimer.of(settings.timer != null ? settings.timer : given);
        timer = ownTimer;
        afterGone = settings.afterGone;
        told = !settings.tellsNobody() || settings.shared != null;
        journal = new Journal(settings.name, timer);
        policy = Objects.requireNonNull(settings.policy.timedBy(timer), "the policy by the hub's clock");
        log = new Log(settings.retention, settings.delivery, settings.shards);
        events = new Events(settings.listener, settings.tellsNobody(),
                settings.executor != null ? executor : given.listeners(), timer);
        policyFailures = new Bursts(timer);
        shards = new Shard[settings.shards];
        Patience.Limits limits = new Patience.Limits(settings.stallTimeout, settings.closeTimeout, settings.floodGrace,
                settings.heartbeat, settings.pongTimeout);
        Arrays.setAll(shards, i -> new Shard(settings.name, i, log, settings.overflow, limits, executor, timer, this));
        end = new HubEnd(log, shards, events, journal, timer, settings.drainSpread, threads,
                settings.timer == ownTimer ? null : ownTimer);
    }

    // What publishers do.

    @Override
    public long broadcast(Message message) {
        long sequence = log.append(message, null, this);
        if (sequence == Log.REFUSED) {
            throw new IllegalStateException(CLOSED);
        }
        published(message, sequence, null);
        offer();
        return sequence;
    }

    @Override
    public boolean tryBroadcast(Message message) {
        long sequence = log.tryAppend(message);
        if (sequence == Log.REFUSED) {
            offer();
            return false;
        }
        published(message, sequence, null);
        offer();
        return true;
    }

    boolean send(Message message, PeerCursor to) {
        boolean sent = log.append(message, to, this) != Log.REFUSED;
        if (sent) {
            if (log.isPressed()) {
                offer(); // the other shards have nothing to write, but must pass it before it can be evicted
            } else {
                wake(to);
            }
        }
        return sent;
    }

    @Override
    public void waits(boolean first) {
        if (first) {
            journal.saturation().begins();
        }
        if (onShardThread()) {
            throw new IllegalStateException("a transport must not call what may wait for the hub: it is saturated");
        }
        offer();
    }

    @Override
    public void hasWaited() {
        journal.saturation().ends();
    }

    private boolean onShardThread() {
        for (Shard shard : shards) {
            if (shard.onThisThread()) {
                return true;
            }
        }
        return false;
    }

    /** Decides about what a peer sent, and does it, but for waking the shards. */
    Fate receive(Message message, HubPeer from) {
        MessagePolicy.Decision decision;
        try {
            decision = Objects.requireNonNull(policy.decide(from, message), "the policy's decision");
        } catch (Throwable thrown) {
            policyFailed(from, thrown);
            return Fate.BARRED;
        }
        if (decision instanceof MessagePolicy.Decision.Relay relay) {
            return relay(relay.message(), from);
        }
        if (decision instanceof MessagePolicy.Decision.Close close) {
            from.close(close.reason());
            return Fate.BARRED;
        }
        journal.ignored(message, from);
        events.now(listener -> listener.ignored(from, message));
        return Fate.DROPPED;
    }

    private Fate relay(Message message, HubPeer from) {
        String refusal = log.refusal(message);
        if (refusal != null) {
            from.close(CloseReason.of(CloseReason.MESSAGE_TOO_BIG, refusal));
            return Fate.BARRED;
        }
        long sequence = log.receive(message, from.cursor());
        if (sequence == Log.REFUSED) {
            return Fate.DROPPED;
        }
        if (sequence == Log.PARKED) {
            journal.saturation().begins();
            offer();
            return Fate.PARKED;
        }
        published(message, sequence, from);
        return Fate.APPENDED;
    }

    private void policyFailed(HubPeer from, Throwable thrown) {
        LOG.warn(policyFailures, "The message policy threw, and {} is closed", from, thrown);
        tell(from, listener -> listener.failed(from, thrown));
        from.close(CloseReason.of(CloseReason.INTERNAL_ERROR, "the message could not be processed"));
    }

    private void published(Message message, long sequence, @Nullable Peer from) {
        journal.broadcast(message, sequence, from, false);
        events.now(listener -> listener.broadcast(message, sequence, from));
    }

    /** Wakes every shard that has peers: something was appended. */
    void offer() {
        for (Shard shard : shards) {
            shard.offer();
        }
    }

    void wake(PeerCursor cursor) {
        shards[cursor.shard].wake();
    }

    long head() {
        return log.head();
    }

    long nextSequence() {
        return log.nextSequence();
    }

    long now() {
        return timer.nanoTime();
    }

    // Peers come and go.

    @Override
    public Registration register(Transport transport) {
        if (events.isFarBehind()) {
            throw new RefusedException(RefusalCause.LISTENER,
                    "the hub takes no peers: its listener is too far behind");
        }
        long id = ids.incrementAndGet();
        HubPeer peer = new HubPeer(this, id, (int) (id % shards.length), transport, timer.nanoTime());
        boolean joined = log.join(peer.cursor(), () -> {
            peers.add(peer);
            end.awaits();
            if (told) {
                events.add(listener -> listener.registered(peer));
            }
        });
        if (!joined) {
            throw new RefusedException(RefusalCause.CLOSED, CLOSED);
        }
        journal.registered(peer);
        if (told) {
            events.tell();
        }
        shards[peer.cursor().shard].joined(peer.registeredAt());
        return peer;
    }

    @Override
    public void refused(RefusalCause cause) {
        journal.refused(cause);
    }

    /**
     * @param byHub whether the hub ended the registration, and not the end of the connection
     * @param lag what the peer had still to take
     */
    void departed(HubPeer peer, CloseReason reason, boolean byHub, long lag) {
        if (log.forget(peer.cursor())) {
            journal.saturation().ends();
        }
        peers.remove(peer);
        journal.gone(peer, reason, byHub, timer.nanoTime() - peer.registeredAt(), lag);
        if (told) {
            events.addDeparture(listener -> {
                peer.over();
                try {
                    listener.unregistered(peer, reason);
                } finally {
                    afterGone.run();
                }
            });
            events.tell();
        }
        end.finished();
    }

    /** Tells the listener about a peer, unless it was told already that the peer has gone. */
    private void tell(HubPeer peer, Consumer<HubListener> event) {
        events.add(listener -> {
            if (!peer.isOver()) {
                event.accept(listener);
            }
        });
        events.tell();
    }

    private static HubPeer peer(PeerCursor cursor) {
        return (HubPeer) cursor.peer;
    }

    // What the shards tell.

    @Override
    public void departed(PeerCursor cursor, CloseReason reason) {
        HubPeer peer = peer(cursor);
        departed(peer, reason, peer.isByHub(reason), peer.behind());
    }

    @Override
    public void overflowed(PeerCursor cursor, long lost) {
        HubPeer peer = peer(cursor);
        journal.overflowed(peer, lost);
        if (peer.loses(lost)) {
            tell(peer, listener -> listener.overflowed(peer, peer.takeLoss()));
        }
    }

    @Override
    public void failed(PeerCursor cursor, Throwable cause) {
        HubPeer peer = peer(cursor);
        journal.failed(peer, cause);
        tell(peer, listener -> listener.failed(peer, cause));
    }

    @Override
    public void admitted(List<Log.Admitted> admitted) {
        for (Log.Admitted one : admitted) {
            journal.saturation().ends();
            HubPeer from = peer(one.from());
            journal.broadcast(one.message(), one.sequence(), from, true);
            if (events.isIdle()) {
                resume(one.from());
            } else {
                events.add(listener -> {
                    try {
                        listener.broadcast(one.message(), one.sequence(), from);
                    } finally {
                        resume(one.from()); // not before: one event a peer, however far behind the listener is
                    }
                });
            }
        }
        events.tell();
        offer();
    }

    private void resume(PeerCursor cursor) {
        cursor.lastInbound = timer.nanoTime();
        cursor.held = false;
        cursor.signal(PeerCursor.RESUME);
        wake(cursor);
    }

    @Override
    public void drained() {
        end.finished();
    }

    // The end.

    @Override
    public boolean mayBlockReading() {
        return policy.mayBlock() || events.mayBlock();
    }

    @Override
    public boolean isClosed() {
        return end.hasBegun();
    }

    @Override
    public CompletionStage<Void> shutdown(Duration limit) {
        return end.begin(limit, peers::size);
    }

    @Override
    public void close(Duration limit) {
        shutdown(limit);
        if (!onOwnThread()) {
            end.await(limit);
        }
    }

    /** {@return whether this thread runs the listener or a transport, so that it must not wait for the hub's end} */
    boolean onOwnThread() {
        return end.isOwnThread() || events.onThisThread() || onShardThread();
    }

    // What others may know.

    @Override
    public Collection<Peer> peers() {
        return List.copyOf(peers);
    }

    @Override
    public HubStats stats() {
        Shard.Figures written = Shard.Figures.NONE;
        for (Shard shard : shards) {
            written = written.plus(shard.figures());
        }
        return HubStats.of(peers(), journal.counts(), log.figures(), written);
    }
}
