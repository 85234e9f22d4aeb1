package io.techops.broadcast;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/*
 * A pass over many peers costs the kernel's write and the cache misses on the way there. So what a delivery touches of
 * a peer is kept together, in a superclass, whose fields a virtual machine lays out first; and what the shard tells
 * others is written without a fence, which would wait for the misses before it.
 */

/**
 * A position in the log, and what the fan-out needs at every step to move it: no more than fits a cache line.
 *
 * <p>Every field names its owner. "The shard" is the one shard that serves this peer for life.
 */
class Cursor {

    /** The transport can take another batch. */
    static final int READY = 1;
    /** The peer was paused, and may be read again. */
    static final int RESUME = 2;
    /** The host application asked for a close. */
    static final int CLOSE = 4;
    /** The adapter says that the connection has ended. */
    static final int GONE = 8;

    /**
     * Access to {@link #signals}, by which what a thread did before it signalled is published to the shard; to
     * {@link #departure}, which one thread wins; and to what the shard tells whoever asks.
     */
    private static final VarHandle SIGNALS;
    private static final VarHandle DEPARTURE;
    private static final VarHandle SEQUENCE;
    private static final VarHandle DELIVERED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            SIGNALS = lookup.findVarHandle(Cursor.class, "signals", int.class);
            DEPARTURE = lookup.findVarHandle(Cursor.class, "departure", CloseReason.class);
            SEQUENCE = lookup.findVarHandle(Cursor.class, "sequence", long.class);
            DELIVERED = lookup.findVarHandle(Cursor.class, "delivered", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

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

    /** Owned by the shard: whether the transport is, and whether its next stall begins a new grace. */
    boolean writable = true;
    boolean earnedGrace = true;

    Cursor(Transport transport) {
        this.transport = transport;
    }

    final int signals() {
        return signals;
    }

    /** {@return whether the signal was not set before; makes no garbage} */
    final boolean signal(int signal) {
        return ((int) SIGNALS.getAndBitwiseOr(this, signal) & signal) == 0;
    }

    final void clear(int signal) {
        if ((signals & signal) != 0) {
            SIGNALS.getAndBitwiseAnd(this, ~signal);
        }
    }

    final boolean departed() {
        return departure != null;
    }

    /** {@return whether this call ended the registration; true once} */
    final boolean depart(CloseReason reason) {
        return DEPARTURE.compareAndSet(this, null, reason);
    }

    /** {@return the number of broadcasts before the next entry to look at} Any thread may ask. */
    final long sequence() {
        return (long) SEQUENCE.getAcquire(this);
    }

    /** {@return how many messages the transport has taken} Any thread may ask. */
    final long delivered() {
        return (long) DELIVERED.getOpaque(this);
    }

    /** Moves to an entry, after {@code messages} more were delivered. */
    final void move(long slot, long toSequence, int messages) {
        next = slot;
        if (messages > 0) {
            DELIVERED.setOpaque(this, delivered + messages);
        }
        SEQUENCE.setRelease(this, toSequence);
    }
}
