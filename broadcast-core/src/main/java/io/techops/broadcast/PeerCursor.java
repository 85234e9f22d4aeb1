package io.techops.broadcast;

import org.jspecify.annotations.Nullable;

/**
 * A peer as the fan-out knows it: a position in the log, a transport, and what the shard has to remember about them.
 *
 * <p>Every field names its owner. "The shard" is the one shard that serves this peer for life.
 */
final class PeerCursor extends Cursor {

    final long id;
    final int shard;
    final Peer peer;

    /** Written by the shard: what {@link Peer} reports. */
    volatile long missed;
    /**
     * Written by the shard, and published by its next {@link #move}: how many of this peer's own broadcasts, and of the
     * messages sent to it alone, it has passed.
     */
    long excludedPassed;
    long addressedPassed;

    /** Owned by the shard. */
    long stalledAt;
    /** Whether the end of this stall makes the next one begin a new grace. */
    boolean earnsGrace;
    boolean inGrace;
    long graceEnds;
    boolean pinged;
    long pingedAt;
    /** What {@link #lastInbound} was when the peer was pinged. */
    long silentSince;
    long closeBy;

    /** Guarded by the log's lock; volatile for readers who can live with an old value. */
    volatile long excluded;
    volatile long addressed;
    volatile @Nullable Message parked;
    /** Set there when a message is parked, cleared by whoever then lets the peer be read again. */
    volatile boolean held;

    /** Written by the reading thread: when the peer last showed a sign of life, in the timer's nanoseconds. */
    volatile long lastInbound;

    /** Written by the adapter's threads: when it last said that a stalled transport moves on. */
    volatile long progressedAt;

    /** Written once before {@link Cursor#CLOSE} is signalled. */
    @Nullable CloseReason closeReason;
    long closeAt;

    PeerCursor(long id, int shard, Peer peer, Transport transport, long now) {
        super(transport);
        this.id = id;
        this.shard = shard;
        this.peer = peer;
        this.lastInbound = now;
        this.progressedAt = now;
    }

    /** Moves behind {@code batch}. */
    void pass(Batch batch) {
        if (batch.excluded != 0) {
            excludedPassed = excludedPassed + batch.excluded;
        }
        if (batch.addressed != 0) {
            addressedPassed = addressedPassed + batch.addressed;
        }
        move(batch.to, batch.endSequence, batch.size());
    }
}
