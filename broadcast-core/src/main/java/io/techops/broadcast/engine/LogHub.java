package io.techops.broadcast.engine;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Replay;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.BlockingTasks;
import io.techops.broadcast.spi.Registration;
import io.techops.broadcast.spi.SharedLogs;
import io.techops.broadcast.spi.Transport;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * Its parts, each of which knows only those before it:
 *
 *   MessageLog          the messages, and how far the shards have delivered them
 *   HubShards           the shards, and which of them is woken for each event
 *   BackplaneLink       the log that many hubs share, if there is one
 *   HubShutdown         the end of all of these
 *   PeerMessages        what peers send, and what the policy decides about it
 *   HubPeers            the peers: their registration and departure
 *   ShardOutcomes       what the shards report about peers
 */

/** The hub as the host application and adapters see it, made of its parts. */
final class LogHub extends AdapterHub {

    private final HubMetrics metrics;
    private final HubTimer timer;
    private final BlockingTasks adapters;
    private final MessageLog log;
    private final @Nullable BackplaneLink backplane;
    private final HubShards shards;
    private final ListenerDispatcher events;
    private final MessageReports reports;
    private final PeerMessages messages;
    private final HubPeers peers;
    private final HubShutdown end;
    private final Executor listeners;

    LogHub(HubSettings settings) {
        settings.check();
        FirstUses.make();
        HubExecutors threads = settings.shared == null ? HubExecutors.ofOneHub(settings.name) : null;
        HubExecutors given = settings.shared != null ? settings.shared : threads;
        adapters = given.adapters();
        Executor executor = settings.executor != null ? settings.executor : given.shards();
        ForeignTimer ownTimer = ForeignTimer.of(settings.timer != null ? settings.timer : given);
        timer = ownTimer;
        metrics = new HubMetrics(settings.name, settings.traced, timer);
        log = new MessageLog(settings.retention, settings.delivery, settings.conflate, Shards.most(settings.shards),
                timer);
        listeners = settings.executor != null ? executor : given.listeners();
        events = new ListenerDispatcher(settings.listener, settings.messageListener, listeners, timer);
        reports = new MessageReports(metrics, events, log.positions());
        shards = new HubShards(settings.shards, log, metrics.saturation(), timer);
        backplane = settings.backplane == null ? null : connected(settings, settings.backplane, executor, threads);
        end = new HubShutdown(log, shards, events, metrics, timer, settings.drainSpread, threads,
                settings.timer == ownTimer ? null : ownTimer, settings.afterEnd, backplane);
        messages = new PeerMessages(settings, log, backplane, shards, events, metrics, reports, timer);
        peers = new HubPeers(settings, log, shards, messages, backplane, events, metrics, end, timer, adapters);
        shards.begin(settings, executor, settings.executor != null ? executor : given.slowShards(),
                new ShardOutcomes(peers, shards, events, metrics, reports, end));
        if (backplane != null) {
            backplane.start(settings.backplaneStartTimeout, peers::count);
        }
    }

    private BackplaneLink connected(HubSettings settings, SharedLogs to, Executor executor,
            @Nullable HubExecutors threads) {
        try {
            return new BackplaneLink(settings.name, to,
                    settings.backplaneLog == null ? settings.name : settings.backplaneLog, settings.backplaneTimeout,
                    settings.retention.messages(), log, executor, timer, metrics,
                    new BackplaneEffects(shards, metrics.saturation(), reports));
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
        wait.throwIfInterrupted(done);
        return done;
    }

    @Override
    public CompletionStage<Position> publish(Message message, BroadcastOptions options) {
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(options, "options");
        return stage(() -> append(message, options));
    }

    /** {@return the stage that a publishing returned, or a failed one if it threw what a publisher must expect} */
    static CompletionStage<Position> stage(Supplier<CompletionStage<Position>> publishing) {
        try {
            return publishing.get();
        } catch (IllegalArgumentException | IllegalStateException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /** Broadcasts like {@link #publish}, but throws at once where that returns a failed stage. */
    CompletionStage<Position> append(Message message, BroadcastOptions options) {
        CompletionStage<Position> position =
                publish(message, options, backplane == null ? RoomWait.UNLIMITED : backplane.patience());
        if (position == null) {
            throw refusal();
        }
        return position;
    }

    /**
     * {@return the position, which comes later with a backplane; null if the hub is closed or there was no room in
     * time}
     */
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
     * Hands a message of the host to the backplane. {@return {@link RoomGate#REFUSED} if it is not taken}
     */
    private long share(Message message, BroadcastOptions options, RoomWait wait,
            @Nullable CompletableFuture<Position> told) {
        String refusal = log.refusal(message, options.key());
        if (refusal != null) {
            throw new IllegalArgumentException(refusal);
        }
        return backplane.offer(message, options, peers.excluded(options), wait, told) ? 0 : RoomGate.REFUSED;
    }

    @Override
    public @Nullable CompletionStage<Position> tryPublish(Message message, BroadcastOptions options, Duration limit)
            throws InterruptedException {
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(options, "options");
        RoomWait wait = RoomWait.upTo(DurationRules.notNegative("limit", limit), timer);
        CompletionStage<Position> position = publish(message, options, wait);
        wait.throwIfInterrupted(position != null);
        return position;
    }

    private long append(Message message, BroadcastOptions options, RoomWait wait) {
        return append(message, options.key(), EntryNotes.expiry(timer, options.timeToLive()), peers.excluded(options),
                wait);
    }

    private void accepted(long result) {
        if (result == RoomGate.REFUSED) {
            throw refusal();
        }
    }

    /** {@return the exception to throw if a message was refused} */
    private IllegalStateException refusal() {
        return backplane == null || isClosed() ? new IllegalStateException(HubPeers.CLOSED) : backplane.refusal();
    }

    /** {@return the slot; {@link RoomGate#REFUSED} if the hub is closed, or there was no room} */
    private long broadcast(Message message, BroadcastOptions options, RoomWait wait) {
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(options, "options");
        if (options.isForEveryone()) {
            return backplane == null ? append(message, options, wait) : share(message, options, wait, null);
        }
        Publication publication =
                new Publication(message, options.key(), EntryNotes.expiry(timer, options.timeToLive()));
        if (log.send(publication, peers.receivers(options), wait, shards)) {
            return 0;
        }
        shards.offer(); // so that the shards make room
        return RoomGate.REFUSED;
    }

    private long append(Message message, @Nullable String key, long expiresAt, PeerCursor[] except, RoomWait wait) {
        long slot = log.append(message, key, expiresAt, except, wait, shards);
        shards.offer(); // before the listener, which may block; without room too, so that the shards make some
        if (slot != RoomGate.REFUSED) {
            reports.published(message, slot, null);
        }
        return slot;
    }

    // What adapters do.

    @Override
    public Registration register(Transport transport, Attributes attributes, Replay replay) {
        Objects.requireNonNull(transport, "transport");
        Objects.requireNonNull(attributes, "attributes");
        Objects.requireNonNull(replay, "replay");
        return peers.register(transport, attributes, replay);
    }

    @Override
    public void refused(RefusalCause cause) {
        Objects.requireNonNull(cause, "cause");
        metrics.refused(cause);
    }

    @Override
    public BlockingTasks blockingTasks() {
        return adapters;
    }

    @Override
    public boolean mayBlockReading() {
        return messages.mayBlock();
    }

    // The end.

    @Override
    public boolean isClosed() {
        return end.hasBegun();
    }

    /** Runs a task about once a second on the threads of the listener, until the hub begins to close. */
    void everySecond(Runnable task) {
        end.everySecond(listeners, task);
    }

    @Override
    public CompletionStage<Void> shutdown(Duration limit) {
        Objects.requireNonNull(limit, "limit");
        return end.begin(limit, peers::count);
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

    /** {@return whether the hub's end waits for the current thread, so that this thread must not wait for the end} */
    boolean onOwnThread() {
        return end.isOwnThread() || events.onThisThread() || SerialTask.isOnThisThread();
    }

    // What others may know.

    @Override
    public Collection<Peer> peers() {
        return List.copyOf(peers.all());
    }

    @Override
    public @Nullable Peer peer(long id) {
        return peers.get(id);
    }

    @Override
    public HubFigures stats() {
        return HubFigures.of(peers(), metrics.counts(), log.figures(), shards.figures(),
                backplane == null ? BackplaneFigures.NONE : backplane.figures());
    }

    @Override
    public String toString() {
        return "hub " + metrics.hub();
    }
}
