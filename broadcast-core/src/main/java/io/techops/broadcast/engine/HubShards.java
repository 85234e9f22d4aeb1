package io.techops.broadcast.engine;

import io.techops.broadcast.HubTimer;
import io.techops.broadcast.spi.Transport;
import java.util.concurrent.Executor;

/** The shards of a hub: wakes the right ones for each event. Safe for use by any number of threads. */
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

    /** Makes the shard of a peer that joins; see {@link Shards#make}. */
    int make(PeerCursor cursor) {
        return shards.make(cursor);
    }

    // Publishers.

    /** Wakes every shard that has peers: something was appended, or someone waits for room. */
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

    /** Makes the shard of a peer that has joined serve it in time. */
    void joined(HubPeer peer) {
        Shard shard = shards.of(peer.cursor());
        shard.joined(peer.registeredAt());
        if (peer.cursor().called) { // there is something to write to the peer
            shard.wake();
        }
    }

    /** Makes the shard serve a peer that was signalled. */
    void call(PeerCursor cursor) {
        Shard shard = shards.of(cursor);
        if (!shard.hasEnded()) {
            rounds.call(cursor);
            shard.wake();
        }
    }

    /** Makes the shard forget a peer that has departed and had no message to come, in one of its next rounds. */
    void letGo(PeerCursor cursor) {
        Shard shard = shards.of(cursor);
        if (!shard.hasEnded()) {
            rounds.call(cursor);
            shard.letGo();
        }
    }

    /** Makes the shard serve a peer that is writable again. */
    void returned(PeerCursor cursor) {
        Shard shard = shards.of(cursor);
        if (!shard.hasEnded()) {
            rounds.returned(cursor);
            shard.wake();
        }
    }

    /** Resumes the reading of a peer whose parked message was appended. */
    void resume(PeerCursor cursor) {
        cursor.lastInbound = timer.nanoTime();
        cursor.held = false;
        cursor.signal(PeerCursor.RESUME);
        call(cursor);
    }

    // The end.

    /** Starts the drain in every shard; see {@link Shard#drain}. */
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

    /** Runs the shards on this thread; see {@link Shard#help}. */
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
