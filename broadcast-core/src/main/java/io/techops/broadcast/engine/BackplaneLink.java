package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.SafeLog;
import io.techops.broadcast.spi.SharedLog;
import io.techops.broadcast.spi.SharedLogs;
import io.techops.broadcast.spi.SharedRecord;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/*
 * A message for everyone goes into the outbox; the appender appends what is there to the shared log; the follower reads
 * it from there, as every node does, and puts it into the hub's own log, from which the shards deliver it. All of that
 * is done by one serial task, and nothing of it waits on a thread.
 *
 * Who wakes the task:
 *   something is in the outbox, or a peer that is parked has gone     who put it there, or saw it go; the task itself,
 *                                                                     if it admits what was parked
 *   a call of the shared log was answered                             the thread that completed it (SharedCall)
 *   a peer is ahead of what was read                                  who registered it
 *   the shared log has changed                                        "changed", by any thread
 *   there is room in the hub's own log                                the shard whose round made it (LogRounds.end)
 *   a second has passed, or a pause after a failure                   the timer
 *   the hub is to end, or the deadline of that has come               HubShutdown, the timer
 */

/** Connects a hub to its shared log of a backplane. Safe for use by any number of threads. */
final class BackplaneLink implements Follower.Sink, Appender.Observer {

    private static final SafeLog LOG = SafeLog.of(BroadcastHub.class);
    private static final String AWAY = "the backplane is away or too slow: the message was not published within ";

    /** The hub that is connected. */
    interface Host extends RoomGate.Publisher {
        /** An entry for everyone is in the hub's log. */
        void followed(Message message, long slot, @Nullable PeerCursor from);

        /** Wakes all shards. */
        void offer();

        /** A peer may be read again. */
        void resume(PeerCursor from);

        /** All messages of a peer that is to be closed have come back. */
        void call(PeerCursor cursor);
    }

    private final String name;
    private final Duration limit;
    private final HubTimer timer;
    private final MessageLog log;
    private final SharedEntries entries;
    private final Host host;
    private final HubMetrics metrics;
    private final Outbox outbox;
    private final SerialTask task;
    private final TaskAlarm alarm;
    private final SharedLog shared;
    private final Backoff reading = new Backoff();
    private final Backoff appending = new Backoff();
    private final Follower follower;
    private final Appender appender;
    private final BackplaneOutage outage;
    private final Census census;
    private final PeersAhead ahead = new PeersAhead();
    private final LogRateLimiter drops;
    private final CompletableFuture<Boolean> started = new CompletableFuture<>();

    /** Owned by the task. */
    private boolean ended;
    /** The position of the record for which there was no room. */
    private @Nullable Position blocked;

    /** Written by the task, read by anyone. */
    private volatile long gaps;
    private volatile long epochs;

    /** Written once, when the hub has been made. */
    private IntSupplier peers = () -> 0;
    private volatile boolean running;
    /** How the hub ends: written once, before the task is woken for it. */
    private volatile @Nullable End end;

    private record End(long deadline, Runnable afterwards) {
    }

    /**
     * @param log the hub's own log
     * @param limit how long a publisher waits
     */
    BackplaneLink(String name, SharedLogs backplane, String logName, Duration limit, long keeps, MessageLog log,
            Executor executor, HubTimer timer, HubMetrics metrics, Host host) {
        this.name = name;
        this.limit = limit;
        this.timer = timer;
        this.log = log;
        this.entries = log.shared();
        this.host = host;
        this.metrics = metrics;
        this.outbox = new Outbox(timer);
        this.task = new SerialTask(executor, timer, this::turn);
        Runnable wake = task::wake;
        this.alarm = new TaskAlarm(timer, wake);
        this.shared = backplane.open(logName, this::changed);
        this.follower = new Follower(shared, keeps, reading, this, wake);
        this.appender = new Appender(shared, outbox, appending, this, wake);
        this.outage = new BackplaneOutage(name, outbox, metrics);
        this.census = new Census(shared, timer, metrics);
        this.drops = new LogRateLimiter(timer::nanoTime);
        entries.begin(wake);
    }

    /**
     * Starts reading, and waits until the newest records were read or a call has failed.
     *
     * @param count how many peers there are
     */
    void start(Duration within, IntSupplier count) {
        peers = count;
        running = true;
        task.wake();
        if (within.isZero()) {
            return;
        }
        try {
            started.get(within.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("Hub {} has not read its shared log within {}: it takes no peers until it has", name, within);
        }
    }

    /** {@return whether peers may register} */
    boolean hasBegun() {
        return follower.hasBegun();
    }

    private void changed() {
        if (running) { // the first task is reading
            follower.changed();
            task.wake();
        }
    }

    // What publishers do.

    /** {@return a wait for room that lasts as long as the hub's setting} */
    RoomWait patience() {
        return outbox.patience(limit);
    }

    /** {@return the exception to throw if a message was refused} */
    IllegalStateException refusal() {
        return new IllegalStateException(AWAY + limit + " (backplaneTimeout)");
    }

    /**
     * Publishes a message of the host application to everyone.
     *
     * @param except the peers of this node that are not to get it
     * @param told the publisher's future of the position; null if there is none
     * @return false if the hub is closed, or there was no room and the wait is over
     */
    boolean offer(Message message, BroadcastOptions options, PeerCursor[] except, RoomWait wait,
            @Nullable CompletableFuture<Position> told) {
        boolean taken = outbox.offer(new Outbox.Item(message, options.key(), options.timeToLive(), except, null, told),
                wait, host);
        task.wake();
        return taken;
    }

    /** Takes a peer's message. {@return 0, or {@link RoomGate#PARKED} or {@link RoomGate#REFUSED}} */
    long receive(Message message, @Nullable String key, @Nullable Duration timeToLive, PeerCursor[] except,
            PeerCursor from) {
        long result = outbox.receive(new Outbox.Item(message, key, timeToLive, except, from, null), from);
        task.wake();
        return result;
    }

    /** Drops the parked message of a peer that has gone. {@return whether there was one} */
    boolean forget(PeerCursor departed) {
        boolean dropped = outbox.forget(departed);
        if (dropped) {
            task.wake();
        }
        return dropped;
    }

    /** Makes a peer wait until this node has read up to a position, or until a time, in the timer's nanoseconds. */
    void await(HubPeer peer, Prelude prelude, Position position, long until) {
        ahead.add(peer, prelude, position, until);
        follower.changed();
        task.wake();
    }

    // The task.

    private boolean turn() {
        if (ended || !running) {
            return false;
        }
        long now = timer.nanoTime();
        Position before = follower.position();
        follower.turn(now);
        if (follower.hasBegun() && !started.isDone()) {
            started.complete(true);
        }
        Position position = follower.position();
        if (position != before) {
            host.offer();
        }
        if (position != null && follower.hasBegun()) {
            appender.turn(position, now);
        }
        for (PeerCursor from = outbox.admit(); from != null; from = outbox.admit()) {
            task.wake(); // so that the message is appended
            host.resume(from);
        }
        long next = ahead.turn(position, now, follower.isWaiting() ? now + Follower.PAUSE : follower.due());
        End asked = end;
        boolean isDone = outbox.isEmpty() && appender.isIdle() && ahead.isEmpty();
        if (asked != null && (isDone || asked.deadline() - now <= 0)) {
            finish(asked);
            return false;
        }
        census.turn(now, peers.getAsInt());
        if (appender.pauses() && appending.until() - next < 0) {
            next = appending.until();
        }
        if (asked != null && asked.deadline() - next < 0) {
            next = asked.deadline();
        }
        return !alarm.set(next, now);
    }

    @Override
    public boolean put(SharedRecord record, Position position, long appendedAt) {
        Outbox.Item own = appender.own(record, position);
        Duration timeToLive = record.timeToLive();
        long expiresAt = timeToLive == null ? EntryNotes.NEVER : EntryNotes.expiry(appendedAt, timeToLive);
        if (log.refusal(record.message(), record.key()) != null) { // another node keeps more than this one
            entries.breakOff(position);
            host.offer();
            gaps = gaps + 1;
            return true;
        }
        long slot = entries.follow(record.message(), record.key(), expiresAt,
                own == null ? PeerCursor.NONE : own.except, appendedAt);
        if (slot == RoomGate.REFUSED) {
            if (!position.equals(blocked)) { // a round that starts now makes room; its end wakes this task
                blocked = position;
                host.offer();
            }
            return false;
        }
        try {
            host.followed(record.message(), slot, own == null ? null : own.from);
        } catch (Throwable noMemory) {
            // The listener was not called. The message is in the log and must not be put there again.
        }
        if (own != null) {
            appender.followed(record, own, slot);
        }
        return true;
    }

    @Override
    public void breakOff(Position before, Position last) {
        entries.breakOff(before);
        if (!follower.hasBegun()) {
            return;
        }
        boolean lost = !before.hasEpochOf(last);
        if (lost) {
            epochs = epochs + 1;
        } else {
            gaps = gaps + 1;
        }
        metrics.broken(last, before);
        host.offer();
    }

    @Override
    public void released(Outbox.Item item, long slot) {
        PeerCursor from = item.from;
        if (from != null && slot > 0) {
            from.followedTo = slot + 1;
        }
        if (outbox.release(item)) {
            host.call(from);
        }
    }

    @Override
    public void appended() {
        follower.changed();
        task.wake();
    }

    @Override
    public void readFailed(@Nullable Throwable failure) {
        started.complete(false);
        outage.reading(true, failure);
    }

    @Override
    public void readAnswered() {
        outage.reading(false, null);
    }

    @Override
    public void appendFailed(@Nullable Throwable failure) {
        started.complete(false);
        outage.appending(true, failure);
    }

    @Override
    public void dropped(@Nullable Throwable failure) { // the caller of broadcast is not told
        LOG.warn(drops, "A message is lost, which the shared log can never take: {}", "hub " + name + ": " + failure);
    }

    @Override
    public void appendAnswered() {
        outage.appending(false, null);
    }

    // The end.

    /**
     * Takes nothing more, and ends when all that was taken has come back, or at a deadline. May be called again.
     *
     * @param deadline in the timer's nanoseconds
     * @param afterwards called then, once; does not throw
     */
    void drain(long deadline, Runnable afterwards) {
        outbox.seal(); // first: a turn that sees the end may be the last to look at the outbox
        if (end == null) {
            end = new End(deadline, afterwards);
        }
        task.wake();
    }

    /** Takes a turn on this thread, in case that the executor does not run the task. */
    void help() {
        task.help();
    }

    private void finish(End asked) {
        appender.end(new IllegalStateException("the hub was closed before the message could be published"));
        ahead.end();
        ended = true; // what follows does not throw
        task.end();
        alarm.cancel();
        started.complete(Boolean.FALSE);
        try {
            shared.close();
        } catch (Throwable thrown) {
            LOG.warn("The shared log of hub {} was not closed", name, thrown);
        }
        ForeignCode.returned();
        entries.settle();
        host.offer();
        asked.afterwards().run();
    }

    // What others may know.

    BackplaneFigures figures() {
        return new BackplaneFigures(outage.isAway(), outage.count(), appender.appends(), appender.batches(),
                appender.unconfirmed(), gaps, epochs, lag(), follower.duplicates(), outbox.waits(), census.known());
    }

    private long lag() {
        Position here = follower.position();
        return here == null ? 0 : Math.max(ahead(follower.newest(), here), ahead(appender.newest(), here));
    }

    private static long ahead(@Nullable Position known, Position here) {
        return known == null || !known.hasEpochOf(here) ? 0 : Math.max(0, known.sequence() - here.sequence());
    }
}
