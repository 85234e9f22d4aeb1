package io.techops.broadcast;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A peer as the fan-out knows it: a position in the log, a transport, and what the shard has to remember about them.
 *
 * <p>Every field names its owner. "The shard" is the one shard that serves this peer for life.
 */
final class PeerCursor {

    /** The transport can take another batch. */
    static final int READY = 1;
    /** The peer was paused, and may be read again. */
    static final int RESUME = 2;
    /** The host application asked for a close. */
    static final int CLOSE = 4;
    /** The adapter says that the connection has ended. */
    static final int GONE = 8;
    /** The adapter says that nothing more comes from the peer, which is to be closed soon. */
    static final int ENDING = 16;

    /**
     * Access to {@link #signals}, by which what a thread did before it signalled is published to the shard; to
     * {@link #departure}, which one thread wins; and to what the shard tells whoever asks, without a fence, which would
     * double what a pass takes beside the writes.
     */
    private static final VarHandle SIGNALS;
    private static final VarHandle DEPARTURE;
    private static final VarHandle SEQUENCE;
    private static final VarHandle DELIVERED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            SIGNALS = lookup.findVarHandle(PeerCursor.class, "signals", int.class);
            DEPARTURE = lookup.findVarHandle(PeerCursor.class, "departure", CloseReason.class);
            SEQUENCE = lookup.findVarHandle(PeerCursor.class, "sequence", long.class);
            DELIVERED = lookup.findVarHandle(PeerCursor.class, "delivered", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final long id;
    final int shard;
    final Peer peer;
    final Transport transport;

    /** Set by any thread, cleared by the shard: what the shard has to see to. */
    private volatile int signals;
    /** Set once, by whoever ends the registration. */
    @SuppressWarnings("unused") // written through DEPARTURE
    private volatile @Nullable CloseReason departure;

    /** Owned by the shard once the peer has joined: the slot of the next log entry to look at. */
    long next;
    /** Written by the shard, released after what else it has passed: the number of broadcasts before {@link #next}. */
    private long sequence;
    /** Written by the shard: how many messages the transport has taken. */
    private long delivered;
    /** Guarded by the log's lock, volatile for the shard: the last entry that is for this peer alone, or not for it. */
    volatile long lastRouted = -1;

    /** Owned by the shard: whether the transport is. */
    boolean writable = true;

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
    /** Whether it is not writable, but was or has progressed lately enough to hold back what other peers send. */
    boolean inGrace;
    boolean pinged;
    long pingedAt;
    /** What {@link #lastInbound} was when the peer was pinged. */
    long silentSince;
    /** Whether {@link #ENDING} was seen, so that {@link #closeBy} says until when the peer may take what it is owed. */
    boolean ending;
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

    /** Written once before {@link #CLOSE} is signalled. */
    @Nullable CloseReason closeReason;
    long closeAt;

    PeerCursor(long id, int shard, Peer peer, Transport transport, long now) {
        this.id = id;
        this.shard = shard;
        this.peer = peer;
        this.transport = transport;
        this.lastInbound = now;
        this.progressedAt = now;
    }

    int signals() {
        return signals;
    }

    /** {@return whether the signal was not set before; makes no garbage} */
    boolean signal(int signal) {
        return ((int) SIGNALS.getAndBitwiseOr(this, signal) & signal) == 0;
    }

    void clear(int signal) {
        if ((signals & signal) != 0) {
            SIGNALS.getAndBitwiseAnd(this, ~signal);
        }
    }

    boolean departed() {
        return departure != null;
    }

    /** {@return whether this call ended the registration; true once} */
    boolean depart(CloseReason reason) {
        return DEPARTURE.compareAndSet(this, null, reason);
    }

    /** {@return the number of broadcasts before the next entry to look at} Any thread may ask. */
    long sequence() {
        return (long) SEQUENCE.getAcquire(this);
    }

    /** {@return how many messages the transport has taken} Any thread may ask. */
    long delivered() {
        return (long) DELIVERED.getOpaque(this);
    }

    /** Moves to an entry, after {@code messages} more were delivered. */
    void move(long slot, long toSequence, int messages) {
        next = slot;
        if (messages > 0) {
            DELIVERED.setOpaque(this, delivered + messages);
        }
        SEQUENCE.setRelease(this, toSequence);
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
