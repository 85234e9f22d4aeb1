package io.techops.broadcast.engine;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.GapReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.RefusedException;
import io.techops.broadcast.Replay;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.SafeLog;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.Backplane;
import io.techops.broadcast.spi.BlockingTasks;
import io.techops.broadcast.spi.Registration;
import io.techops.broadcast.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The hub: wires the log, the shards, the policies and the listener together.
 */
final class LogHub extends AdapterHub implements HubPeer.Owner, Shard.Outcome, LaneWriter.Sender, BackplaneLink.Host {

    private static final SafeLog LOG = SafeLog.of(BroadcastHub.class);
    private static final CloseReason UNPROCESSED =
            CloseReason.of(CloseReason.INTERNAL_ERROR, "the message could not be processed");
    private static final CloseReason NO_MEMORY =
            CloseReason.of(CloseReason.TRY_AGAIN_LATER, "no memory for the begin");
    private static final String CLOSED = "the hub is closed: it takes no messages and no peers any more";

    private final HubMetrics metrics;
    private final HubTimer timer;
    private final BlockingTasks adapters;
    private final Runnable afterGone;
    private final @Nullable String topic;
    /** Whether peers that come and go are reported at all: if not, nothing has to change threads for them. */
    private final boolean told;
    private final MessagePolicy policy;
    private final boolean policyMayBlock;
    private final MessageLog log;
    private final boolean excludesSender;
    private final @Nullable BackplaneLink backplane;
    private final Shards shards;
    private final ListenerDispatcher events;
    private final LogRateLimiter policyFailures;
    private final @Nullable Snapshots snapshots;
    private final ConcurrentHashMap<Long, HubPeer> peers = new ConcurrentHashMap<>();

    private final AtomicLong ids = new AtomicLong();

    private final HubShutdown end;

    LogHub(HubSettings settings) {
        FirstUses.make();
        HubExecutors threads = settings.shared == null ? HubExecutors.ofOneHub(settings.name) : null;
        HubExecutors given = settings.shared != null ? settings.shared : threads;
        adapters = given.adapters();
        Executor executor = settings.executor != null ? settings.executor : given.shards();
        ForeignTimer ownTimer = ForeignTimer.of(settings.timer != null ? settings.timer : given);
        timer = ownTimer;
        afterGone = settings.afterGone;
        topic = settings.topic;
        told = settings.listener != HubSettings.NO_LISTENER || settings.shared != null;
        metrics = new HubMetrics(settings.name, settings.traced, timer);
        policy = settings.policy;
        policyFailures = new LogRateLimiter(timer::nanoTime);
        policyMayBlock = mayBlock(policy);
        log = new MessageLog(settings.retention, settings.delivery, settings.conflate, Shards.most(settings.shards),
                timer);
        snapshots = settings.snapshot == null ? null : new Snapshots(settings.snapshot, adapters, timer);
        events = new ListenerDispatcher(settings.listener, settings.messageListener,
                settings.executor != null ? executor : given.listeners(), timer);
        PeerTimeouts.Limits limits = new PeerTimeouts.Limits(settings.stallTimeout, settings.closeTimeout,
                settings.floodGrace,
                settings.heartbeat, settings.pongTimeout);
        Executor slow = settings.executor != null ? executor : given.slowShards();
        shards = new Shards(settings.shards, i -> new Shard(settings.name, i, log, settings.overflow, limits,
                i < settings.shards ? executor : slow, timer, this));
        excludesSender = settings.delivery.excludesSender();
        backplane = settings.backplane == null ? null : connected(settings, settings.backplane, executor, threads);
        end = new HubShutdown(log, shards, events, metrics, timer, settings.drainSpread, threads,
                settings.timer == ownTimer ? null : ownTimer, settings.afterEnd, backplane);
        if (backplane != null) {
            backplane.start(settings.backplaneStart);
        }
    }

    private BackplaneLink connected(HubSettings settings, Backplane to, Executor executor,
            @Nullable HubExecutors threads) {
        try {
            return new BackplaneLink(settings.name, to,
                    settings.backplaneLog == null ? settings.name : settings.backplaneLog, settings.backplaneLimit,
                    settings.retention.messages(), log, executor, timer, metrics, this);
        } catch (Throwable thrown) {
            if (threads != null) {
                threads.shutdown();
            }
            throw thrown;
        }
    }

    // What publishers do.

    @Override
    public void broadcast(Message message) {
        Objects.requireNonNull(message, "message");
        if (backplane != null) {
            broadcast(message, BroadcastOptions.everyone());
            return;
        }
        accepted(append(message, null, EntryNotes.NEVER, PeerCursor.NONE, RoomWait.UNLIMITED));
    }

    @Override
    public void broadcast(Message message, BroadcastOptions options) {
        boolean shared = backplane != null && Objects.requireNonNull(options, "options").isForEveryone();
        accepted(broadcast(message, options, shared ? backplane.patience() : RoomWait.UNLIMITED));
    }

    @Override
    public boolean tryBroadcast(Message message, BroadcastOptions options) {
        return broadcast(message, options, RoomWait.NONE) != RoomGate.REFUSED;
    }

    @Override
    public boolean tryBroadcast(Message message, BroadcastOptions options, Duration limit)
            throws InterruptedException {
        RoomWait wait = RoomWait.upTo(DurationRules.notNegative("limit", limit), timer);
        boolean done = broadcast(message, options, wait) != RoomGate.REFUSED;
        wait.throwIfInterrupted();
        return done;
    }

    @Override
    public CompletionStage<Position> publish(Message message, BroadcastOptions options) {
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(options, "options");
        return stage(() -> append(message, options));
    }

    /** {@return what is known when it has been done, or what it threw that the publisher may have to expect} */
    static CompletionStage<Position> stage(Supplier<CompletionStage<Position>> publishing) {
        try {
            return publishing.get();
        } catch (IllegalArgumentException | IllegalStateException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /** Broadcasts as {@link #publish} does, but throws what that may have to expect at once. */
    CompletionStage<Position> append(Message message, BroadcastOptions options) {
        CompletionStage<Position> position =
                publish(message, options, backplane == null ? RoomWait.UNLIMITED : backplane.patience());
        if (position == null) {
            throw refusal();
        }
        return position;
    }

    /** {@return the position, to come with a backplane; null if the hub is closed, or there was no room in time} */
    private @Nullable CompletionStage<Position> publish(Message message, BroadcastOptions options, RoomWait wait) {
        if (!options.isForEveryone()) {
            throw new IllegalArgumentException(
                    "options must be for everyone, as a message to some peers has no position: " + options);
        }
        if (backplane == null) {
            long slot = append(message, options, wait);
            return slot == RoomGate.REFUSED ? null : CompletableFuture.completedStage(log.positions().position(slot));
        }
        CompletableFuture<Position> told = new CompletableFuture<>();
        return share(message, options, wait, told) == RoomGate.REFUSED ? null : told.minimalCompletionStage();
    }

    /**
     * Hands what the host says to everyone to the backplane. {@return {@link RoomGate#REFUSED} if it is not taken}
     */
    private long share(Message message, BroadcastOptions options, RoomWait wait,
            @Nullable CompletableFuture<Position> told) {
        String refusal = log.refusal(message, options.key());
        if (refusal != null) {
            throw new IllegalArgumentException(refusal);
        }
        return backplane.offer(message, options, excluded(options), wait, told) ? 0 : RoomGate.REFUSED;
    }

    @Override
    public @Nullable CompletionStage<Position> tryPublish(Message message, BroadcastOptions options, Duration limit)
            throws InterruptedException {
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(options, "options");
        RoomWait wait = RoomWait.upTo(DurationRules.notNegative("limit", limit), timer);
        CompletionStage<Position> position = publish(message, options, wait);
        wait.throwIfInterrupted();
        return position;
    }

    private long append(Message message, BroadcastOptions options, RoomWait wait) {
        return append(message, options.key(), expiry(options.timeToLive()), excluded(options), wait);
    }

    private void accepted(long result) {
        if (result == RoomGate.REFUSED) {
            throw refusal();
        }
    }

    /** {@return what to throw if a message was refused} */
    private IllegalStateException refusal() {
        return backplane == null || isClosed() ? new IllegalStateException(CLOSED) : backplane.refusal();
    }

    /** {@return {@link RoomGate#REFUSED} if the hub is closed, or there was no room} */
    private long broadcast(Message message, BroadcastOptions options, RoomWait wait) {
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(options, "options");
        if (options.isForEveryone()) {
            return backplane == null ? append(message, options, wait) : share(message, options, wait, null);
        }
        if (send(new Publication(message, options.key(), expiry(options.timeToLive())), receivers(options), wait)) {
            return 0;
        }
        offer(); // so that there will be room
        return RoomGate.REFUSED;
    }

    private long expiry(@Nullable Duration timeToLive) {
        return timeToLive == null ? EntryNotes.NEVER : EntryNotes.expiry(timer.nanoTime(), timeToLive);
    }

    private long append(Message message, @Nullable String key, long expiresAt, PeerCursor[] except, RoomWait wait) {
        long sequence = log.append(message, key, expiresAt, except, wait, this);
        offer(); // before the listener, which may block; and also if there is no room: so that there will be
        if (sequence != RoomGate.REFUSED) {
            published(message, sequence, null);
        }
        return sequence;
    }

    /** {@return whom options exclude of the peers of this hub} */
    private PeerCursor[] excluded(BroadcastOptions options) {
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

    /** {@return whom options mean among the peers of this hub} */
    private PeerCursor[] receivers(BroadcastOptions options) {
        List<PeerCursor> receivers = new ArrayList<>();
        for (Peer peer : options.among(peers.values())) {
            if (!peer.isRegistered() || options.excluded().contains(peer)) {
                continue; // the first perhaps of an earlier life of the topic
            }
            if (peer instanceof HubPeer own && own.isOf(this)) {
                receivers.add(own.cursor());
            } else if (!options.isForGroup()) {
                throw new IllegalArgumentException("receivers must be peers of this hub: " + peer);
            }
        }
        return receivers.toArray(PeerCursor[]::new);
    }

    @Override
    public boolean send(Publication message, PeerCursor[] to, RoomWait wait) {
        return log.send(message, to, wait, this);
    }

    @Override
    public void hasSent(boolean hindered) {
        for (Shard shard : shards.all()) {
            if (hindered) {
                shard.offer();
            } else {
                shard.serveCalled();
            }
        }
    }

    @Override
    public void waits(boolean first) {
        if (first) {
            metrics.saturation().begins();
        }
        if (SerialTask.isOnThisThread()) {
            throw new IllegalStateException("a transport must not call what may wait for the hub: it is saturated");
        }
        offer();
    }

    @Override
    public void hasWaited() {
        metrics.saturation().ends();
    }

    @Override
    public HubPeer.ReceiveResult receive(Message message, HubPeer from) {
        MessagePolicy.Decision decision;
        if (policyMayBlock) {
            from.offer(); // what is in the log does not wait for it
        }
        try {
            decision = policy.decide(from, message);
            if (decision == null) {
                throw new NullPointerException("the policy's decision");
            }
        } catch (Throwable thrown) {
            policyFailed(from, thrown);
            return HubPeer.ReceiveResult.PEER_CLOSED;
        }
        if (decision instanceof MessagePolicy.Decision.Relay relay) {
            return relay(relay, from);
        }
        if (decision instanceof MessagePolicy.Decision.Close close) {
            from.close(close.reason());
            return HubPeer.ReceiveResult.PEER_CLOSED;
        }
        metrics.ignored(message, from);
        if (events.mayBlock()) {
            from.offer();
        }
        events.ignored(from, message);
        return HubPeer.ReceiveResult.DROPPED;
    }

    private HubPeer.ReceiveResult relay(MessagePolicy.Decision.Relay relay, HubPeer from) {
        Message message = relay.message();
        String refusal = log.refusal(message, relay.key());
        if (refusal != null) {
            from.close(CloseReason.of(CloseReason.MESSAGE_TOO_BIG, refusal));
            return HubPeer.ReceiveResult.PEER_CLOSED;
        }
        long sequence = backplane == null
                ? log.receive(message, relay.key(), expiry(relay.timeToLive()), from.cursor())
                : backplane.receive(message, relay.key(), relay.timeToLive(),
                        excludesSender ? new PeerCursor[] {from.cursor()} : PeerCursor.NONE, from.cursor());
        if (sequence == RoomGate.REFUSED) {
            return HubPeer.ReceiveResult.DROPPED;
        }
        if (sequence == RoomGate.PARKED) {
            metrics.saturation().begins();
            offer();
            return HubPeer.ReceiveResult.PARKED;
        }
        if (backplane != null) {
            return HubPeer.ReceiveResult.APPENDED;
        }
        from.hasAppended();
        if (events.mayBlock()) {
            from.offer();
        }
        published(message, sequence, from);
        return HubPeer.ReceiveResult.APPENDED;
    }

    private void policyFailed(HubPeer from, Throwable thrown) {
        try {
            LOG.warn(policyFailures, "The message policy threw, and {} is closed", from, thrown);
            tell(from, listener -> listener.failed(from, thrown)); // before its end, after which nothing is told
        } catch (Throwable noMemory) {
            from.fails(thrown); // its last event tells it
        } finally {
            from.close(UNPROCESSED);
        }
    }

    private void published(Message message, long sequence, @Nullable Peer from) {
        metrics.broadcast(message, log.positions().sequence(sequence), from, false);
        if (events.hearsMessages()) {
            events.broadcast(from, message, log.positions().position(sequence));
        }
    }

    @Override
    public void followed(Message message, long slot, @Nullable PeerCursor from) {
        published(message, slot, from == null ? null : peer(from));
    }

    @Override
    public void offer() {
        for (Shard shard : shards.all()) {
            shard.offer();
        }
    }

    @Override
    public void call(PeerCursor cursor) {
        Shard shard = shards.of(cursor);
        if (!shard.hasEnded()) {
            log.rounds().call(cursor);
            shard.wake();
        }
    }

    @Override
    public void letGo(PeerCursor cursor) {
        Shard shard = shards.of(cursor);
        if (!shard.hasEnded()) {
            log.rounds().call(cursor);
            shard.letGo();
        }
    }

    @Override
    public void returned(PeerCursor cursor) {
        Shard shard = shards.of(cursor);
        if (!shard.hasEnded()) {
            log.rounds().returned(cursor);
            shard.wake();
        }
    }

    @Override
    public long head() {
        return log.head();
    }

    @Override
    public PeerCursor.Account account(PeerCursor cursor) {
        return cursor.account(log.head());
    }

    @Override
    public long now() {
        return timer.nanoTime();
    }

    @Override
    public @Nullable String topic() {
        return topic;
    }

    // Peers come and go.

    @Override
    public Registration register(Transport transport, Attributes attributes, Replay replay) {
        Objects.requireNonNull(transport, "transport");
        Objects.requireNonNull(attributes, "attributes");
        Objects.requireNonNull(replay, "replay");
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
                metrics.joined(); // before it is told
                if (registered != null) { // from here on nothing needs memory
                    events.add(registered);
                }
                end.awaits(1);
            });
        } finally {
            if (start == null) {
                peers.remove(peer.key()); // it may be there if there was no memory
            }
        }
        if (start == null) {
            throw new RefusedException(RefusalCause.CLOSED, CLOSED);
        }
        metrics.registered(peer);
        if (told) {
            events.tell();
        }
        Shard shard = shards.of(peer.cursor());
        shard.joined(peer.registeredAt());
        if (peer.cursor().called) { // it has something to begin with
            shard.wake();
        }
        if (prelude != null) {
            begins(peer, start, prelude);
        }
        return peer;
    }

    /** Has what comes before the log, or of the past, brought on its way; closes the peer if there is no memory. */
    private void begins(HubPeer peer, ReplayStart start, Prelude prelude) {
        try {
            beginsOrThrows(peer, start, prelude);
        } catch (Throwable noMemory) {
            if (prelude.awaitsSnapshot) {
                peer.begin(prelude, null);
            } else {
                peer.close(NO_MEMORY);
            }
        }
    }

    private void beginsOrThrows(HubPeer peer, ReplayStart start, Prelude prelude) {
        metrics.begins(peer, start, start.after());
        if (prelude.awaitsSnapshot) {
            snapshots.take(peer, prelude, start.after());
        }
    }

    @Override
    public void refused(RefusalCause cause) {
        Objects.requireNonNull(cause, "cause");
        metrics.refused(cause);
    }

    @Override
    public void departed(HubPeer peer, CloseReason reason, boolean byHub) {
        try {
            // What others wait for first, and without any memory.
            if (log.forget(peer.cursor()) | (backplane != null && backplane.forget(peer.cursor()))) {
                metrics.saturation().ends();
                offer(); // a drain waits for what is parked, and what was parked behind it may have room
            }
            leaves(peer);
            PeerCursor.Account account = log.account(peer.cursor());
            metrics.gone(peer, reason, byHub, timer.nanoTime() - peer.registeredAt(), account);
        } catch (Throwable noMemory) {
            // Its shard comes to what is left of this, and the metrics lack it.
        }
        ListenerDispatcher.Event departure = peer.departure();
        if (departure != null) {
            events.addDeparture(departure);
            events.tell();
        }
        end.finished();
    }

    private void leaves(HubPeer peer) {
        peers.remove(peer.key());
        peer.leaveAll();
    }

    /** Tells the last of a peer, and what has become of it that was not told before. */
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

    /** Tells the listener about a peer, unless it was told already that the peer has gone. */
    private void tell(HubPeer peer, Consumer<HubListener> telling) {
        events.add(event(peer, telling));
        events.tell();
    }

    private static ListenerDispatcher.Event event(HubPeer peer, Consumer<HubListener> telling) {
        return new ListenerDispatcher.Event(listener -> {
            if (!peer.isOver()) {
                telling.accept(listener);
            }
        });
    }

    private static HubPeer peer(PeerCursor cursor) {
        return (HubPeer) cursor.peer;
    }

    // What the shards tell.

    @Override
    public void leaves(PeerCursor cursor) {
        leaves(peer(cursor));
    }

    @Override
    public void departed(PeerCursor cursor, CloseReason reason) {
        HubPeer peer = peer(cursor);
        departed(peer, reason, peer.isByHub(reason));
    }

    @Override
    public void overflowed(PeerCursor cursor, long lost) {
        HubPeer peer = peer(cursor);
        ListenerDispatcher.Event event = null;
        if (peer.isRegistered()) {
            event = event(peer, listener -> listener.overflowed(peer, peer.takeLoss())); // no more memory is needed
        }
        metrics.overflowed(peer, lost); // before it is told
        if (peer.loses(lost) && event != null) { // otherwise an event that is queued, or the last one, tells it
            events.add(event);
            events.tell();
        }
    }

    @Override
    public void passed(PeerCursor cursor, GapReason reason) {
        metrics.passed(peer(cursor), reason);
    }

    @Override
    public void failed(PeerCursor cursor, Throwable cause) {
        HubPeer peer = peer(cursor);
        metrics.failed(peer, cause); // before it is told
        peer.fails(cause);
    }

    @Override
    public void admitted(List<ParkedMessages.Admitted> admitted) {
        for (ParkedMessages.Admitted one : admitted) {
            boolean later = false;
            try {
                metrics.saturation().ends();
                later = tellAdmitted(one);
            } catch (Throwable noMemory) {
                // The event is lost, and not the peer.
            }
            if (!later) {
                resume(one.from());
            }
        }
        events.tell();
        offer();
    }

    /** {@return whether the peer is resumed by the event} */
    private boolean tellAdmitted(ParkedMessages.Admitted one) {
        HubPeer from = peer(one.from());
        metrics.broadcast(one.message(), log.positions().sequence(one.slot()), from, true);
        if (!events.hearsMessages()) {
            return false;
        }
        events.add(new ListenerDispatcher.Event(listener -> {
            events.broadcast(from, one.message(), log.positions().position(one.slot()));
            resume(one.from()); // not before: one event a peer, however far behind the listener is
        }));
        return true;
    }

    @Override
    public void resume(PeerCursor cursor) {
        if (backplane != null) {
            metrics.saturation().ends();
        }
        cursor.lastInbound = timer.nanoTime();
        cursor.held = false;
        cursor.signal(PeerCursor.RESUME);
        call(cursor);
    }

    @Override
    public void aborts() {
        metrics.aborts();
    }

    @Override
    public void drained() {
        end.finished();
    }

    @Override
    public BlockingTasks blockingTasks() {
        return adapters;
    }

    // The end.

    @Override
    public boolean mayBlockReading() {
        return policyMayBlock || events.mayBlock();
    }

    private boolean mayBlock(MessagePolicy policy) {
        try {
            return policy.mayBlock();
        } catch (Throwable thrown) {
            LOG.warn(policyFailures, "The message policy threw", thrown);
            return true;
        }
    }

    @Override
    public boolean isClosed() {
        return end.hasBegun();
    }

    @Override
    public CompletionStage<Void> shutdown(Duration limit) {
        Objects.requireNonNull(limit, "limit");
        return end.begin(limit, peers::size);
    }

    @Override
    public void close(Duration limit) {
        shutdown(limit);
        if (!onOwnThread()) {
            end.await(limit);
        }
    }

    boolean hasEnded() {
        return end.isOver();
    }

    /** {@return whether the hub's end includes that of what this thread does, so that it must not wait for it} */
    boolean onOwnThread() {
        return end.isOwnThread() || events.onThisThread() || SerialTask.isOnThisThread();
    }

    // What others may know.

    @Override
    public Collection<Peer> peers() {
        return List.copyOf(peers.values());
    }

    @Override
    public @Nullable Peer peer(long id) {
        return peers.get(id);
    }

    @Override
    public HubFigures stats() {
        ShardCounters.Figures written = ShardCounters.Figures.NONE;
        for (Shard shard : shards.all()) {
            written = written.plus(shard.figures());
        }
        return HubFigures.of(peers(), metrics.counts(), log.figures(), written,
                backplane == null ? BackplaneFigures.NONE : backplane.figures());
    }
}
