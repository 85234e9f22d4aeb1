package io.techops.broadcast.engine;

import io.techops.broadcast.HubTimer;
import io.techops.broadcast.spi.Transport;
import java.util.concurrent.Executor;

/** The shards of a hub, and which of them is woken for what. Safe for use by any number of threads. */
final class HubShards implements LaneWriter.Sender {

    private final MessageLog log;
    private final LogRounds rounds;
    private final SaturationClock saturation;
    private final HubTimer timer;
    private final int size;
    /** Made before there is a peer. */
    private Shards shards;

    /**
     * @param size how many there are in a set, as {@link Shards} says
     */
    HubShards(int size, MessageLog log, SaturationClock saturation, HubTimer timer) {
        this.size = size;
        this.log = log;
        this.rounds = log.rounds();
        this.saturation = saturation;
        this.timer = timer;
    }

    /**
     * Makes the first set of shards, which report to {@code outcome} from their first round on.
     *
     * @param executor runs the first set
     * @param slow runs the second set
     */
    void begin(HubSettings settings, Executor executor, Executor slow, Shard.Outcome outcome) {
        PeerTimeouts.Limits limits = new PeerTimeouts.Limits(settings.stallTimeout, settings.closeTimeout,
                settings.floodGrace, settings.heartbeat, settings.pongTimeout);
        shards = new Shards(size, i -> new Shard(settings.name, i, log, settings.overflow, limits,
                i < size ? executor : slow, timer, outcome));
    }

    /** {@return how many there are to begin with} */
    int size() {
        return size;
    }

    /** {@return the index of the shard for a peer that is about to join} */
    int place(long id, Transport transport) {
        return shards.place(id, transport);
    }

    /** Makes the shard of a peer that joins, as {@link Shards#make} says. */
    int make(PeerCursor cursor) {
        return shards.make(cursor);
    }

    // Publishers.

    /** Wakes every shard that has peers: something was appended, or there is to be room. */
    void offer() {
        for (Shard shard : shards.all()) {
            shard.offer();
        }
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
            saturation.begins();
        }
        if (SerialTask.isOnThisThread()) {
            throw new IllegalStateException("a transport must not call what may wait for the hub: it is saturated");
        }
        offer();
    }

    @Override
    public void hasWaited() {
        saturation.ends();
    }

    // Peers.

    /** Has the shard of a peer that has joined see to it in time. */
    void joined(HubPeer peer) {
        Shard shard = shards.of(peer.cursor());
        shard.joined(peer.registeredAt());
        if (peer.cursor().called) { // it has something to begin with
            shard.wake();
        }
    }

    /** Has its shard see to a peer that was signalled. */
    void call(PeerCursor cursor) {
        Shard shard = shards.of(cursor);
        if (!shard.hasEnded()) {
            rounds.call(cursor);
            shard.wake();
        }
    }

    /** Has its shard let go of a peer that has departed and was owed nothing, when it comes to that. */
    void letGo(PeerCursor cursor) {
        Shard shard = shards.of(cursor);
        if (!shard.hasEnded()) {
            rounds.call(cursor);
            shard.letGo();
        }
    }

    /** Has its shard see to a peer that is writable again. */
    void returned(PeerCursor cursor) {
        Shard shard = shards.of(cursor);
        if (!shard.hasEnded()) {
            rounds.returned(cursor);
            shard.wake();
        }
    }

    /** Lets a peer be read again whose message has found room. */
    void resume(PeerCursor cursor) {
        cursor.lastInbound = timer.nanoTime();
        cursor.held = false;
        cursor.signal(PeerCursor.RESUME);
        call(cursor);
    }

    // The end.

    /** As {@link Shard#drain} says. */
    void drain(Shard.Drain drain) {
        for (Shard shard : shards.all()) {
            shard.drain(drain);
        }
    }

    void wake() {
        for (Shard shard : shards.all()) {
            shard.wake();
        }
    }

    /** As {@link Shard#help} says. */
    void help() {
        for (Shard shard : shards.all()) {
            shard.help();
        }
    }

    ShardCounters.Figures figures() {
        ShardCounters.Figures sum = ShardCounters.Figures.NONE;
        for (Shard shard : shards.all()) {
            sum = sum.plus(shard.figures());
        }
        return sum;
    }
}
