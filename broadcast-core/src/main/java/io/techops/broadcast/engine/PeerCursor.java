package io.techops.broadcast.engine;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Peer;
import io.techops.broadcast.spi.Transport;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A peer as the fan-out sees it: a place in the log, a transport, and what the shard has to remember about them.
 *
 * <p>The comment of each field names its owner. "The shard" is the one shard that serves this peer all the time.
 */
final class PeerCursor {

    /** The transport can take another batch. */
    static final int READY = 1;
    /** The peer was paused, and may be read again. */
    static final int RESUME = 2;
    /** The host application asked for a close. */
    static final int CLOSE = 4;
    /** The adapter reported that the connection has ended. */
    static final int GONE = 8;
    /** The adapter reported that nothing more comes from the peer, which is to be closed soon. */
    static final int ENDING = 16;
    /** The transport cannot take another batch: set by the shard, and void once {@link #READY} is set. */
    private static final int STALLED = 32;

    static final PeerCursor[] NONE = {};

    /** Stands for no entry of the lane. */
    static final int NO_ENTRY = -1;

    /** The value of {@link #addressedFrom} if the lane has nothing for this peer. */
    static final long NOWHERE = Long.MAX_VALUE;

    /**
     * Access to {@link #signals}, which publishes to the shard what a thread did before it signalled, and to {@link
     * #departure}, which only one thread sets. Not by handles: their first use would need memory.
     */
    private static final AtomicIntegerFieldUpdater<PeerCursor> SIGNALS =
            AtomicIntegerFieldUpdater.newUpdater(PeerCursor.class, "signals");
    private static final AtomicReferenceFieldUpdater<PeerCursor, CloseReason> DEPARTURE =
            AtomicReferenceFieldUpdater.newUpdater(PeerCursor.class, CloseReason.class, "departure");

    /**
     * Access to the fields that the shard publishes to any thread, without a full fence, which would double the time of
     * a pass apart from its writes. The first use of these handles, which needs memory, is in {@link #link}, before a
     * peer joins.
     */
    private static final VarHandle NEXT;
    private static final VarHandle VERSION;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            NEXT = lookup.findVarHandle(PeerCursor.class, "next", long.class);
            VERSION = lookup.findVarHandle(PeerCursor.class, "version", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * The counts of a peer's messages.
     *
     * @param lag how many it has not taken yet, including those that it has lost and was not told about yet
     */
    record Account(long delivered, long missed, long lag) {
    }

    final long id;
    final int shard;
    final Peer peer;
    final Transport transport;
    /** Whether the peer is told of positions. */
    final boolean knowsPositions;

    /** What the shard has to handle. Set by any thread, cleared by the shard. */
    private volatile int signals;
    /** Why the registration has ended. Set once, by the thread that ends it. */
    @SuppressWarnings("unused") // written through DEPARTURE
    private volatile @Nullable CloseReason departure;

    /**
     * The next log entry to look at, how many messages the transport has taken and how many were lost, and how many
     * entries that it is not to get, and messages addressed to it, the peer has passed. Written by the shard once the
     * peer has joined, all of them between two steps of the version, which is odd meanwhile.
     */
    private int version;
    long next;
    private long delivered;
    private long missed;
    private long excludedPassed;
    private long addressedPassed;

    /** Guarded by the log's lock; volatile for readers to which an old value does no harm. */
    volatile @Nullable ExcludedMessages excluded;
    /**
     * The notes of most entries that this peer is not to get. Guarded by the log's lock; made together with {@link
     * #excluded}.
     */
    private @Nullable EntryNotes excludedAlone;
    volatile @Nullable Publication parked;
    /**
     * Whether the peer is not read because its message is parked. Set when the message is parked, under the lock of the
     * log or of the outbox; cleared by the thread that resumes the reading.
     */
    volatile boolean held;

    /**
     * In a hub with a backplane: how many messages of this peer are on their way to the shared log, and the slot behind
     * the last one that came back, which is written before the number is reduced. Guarded by the outbox's lock;
     * volatile for readers to which an old value does no harm.
     */
    volatile int unfollowed;
    volatile long followedTo;

    /** Guarded by the log's lock: the first and the last entry of the lane for this peer. */
    int firstAddressed = NO_ENTRY;
    int lastAddressed = NO_ENTRY;
    /**
     * Also volatile for the shard: the place of the first of them, how many there were, and how many were lost and not
     * reported.
     */
    volatile long addressedFrom = NOWHERE;
    volatile long addressed;
    volatile long lostAddressed;
    /** Also: how many expired ones were evicted, which is no loss. */
    volatile long lapsedAddressed;

    /**
     * Whether the shard is called for this peer; only then is {@link #nextCalled} valid. Set under the log's lock,
     * cleared by the shard before it serves the peer.
     */
    volatile boolean called;
    @Nullable PeerCursor nextCalled;

    /** Owned by the shard: its place among the peers, or -1; whether it is to be served again in the next round. */
    int index = -1;
    boolean behind;
    @Nullable PeerCursor nextBehind;

    /** What the peer is to get before the entry {@link #next}; null if nothing. Owned by the shard. */
    @Nullable Prelude prelude;
    /** The run of the positions that the peer was told last. Owned by the shard. */
    @Nullable PositionRun run;
    /**
     * Owned by the shard, for a log that conflates: how many entries without a key there are before {@link #next}; how
     * many entries with a key the peer has passed that it is not to get; and the slot up to which it reads with one
     * view of which entry is the newest of its key, so that it gets a message of a key that changes all the time
     * whenever it has reached that slot.
     */
    long unkeyedBefore;
    long excludedKeyedPassed;
    private long target;

    /** Whether the transport is writable. Owned by the shard. */
    boolean writable = true;
    long stalledAt;
    /**
     * Whether the peer is not writable, but was so, or has made progress, recently enough to hold back the messages of
     * other peers.
     */
    boolean inGrace;
    boolean pinged;
    long pingedAt;
    /** The value of {@link #lastInbound} when the peer was pinged. */
    long silentSince;
    /**
     * Whether {@link #ENDING} was seen, so that {@link #closeBy} is the time until which the peer may take its
     * messages.
     */
    boolean ending;
    long closeBy;

    /** When the peer last showed a sign of life, in the timer's nanoseconds. Written by the reading thread. */
    volatile long lastInbound;

    /**
     * When the adapter last reported progress of a stalled transport, in the timer's nanoseconds. Written by the
     * adapter's threads.
     */
    volatile long progressedAt;

    /** How many lost messages were not reported, for want of memory. Owned by the shard. */
    long untold;

    /**
     * The reason of the close, and the slot up to which the peer is to take everything before. Written once, before
     * {@link #CLOSE} is signalled.
     */
    @Nullable CloseReason closeReason;
    long closeAt;
    long closeAfterAddressed;

    PeerCursor(long id, int shard, Peer peer, Transport transport, boolean knowsPositions, long now) {
        this.id = id;
        this.shard = shard;
        this.peer = peer;
        this.transport = transport;
        this.knowsPositions = knowsPositions;
        this.lastInbound = now;
        this.progressedAt = now;
        link();
    }

    /** {@return the notes of an entry that this peer alone is not to get} Called with the log's lock held. */
    EntryNotes excludedAlone() {
        EntryNotes known = excludedAlone;
        if (known == null) {
            ExcludedMessages mine = new ExcludedMessages();
            known = new EntryNotes(new ExcludedMessages[] {mine}, null, EntryNotes.NEVER, 0);
            excludedAlone = known;
            excluded = mine;
        }
        return known;
    }

    /** Uses all that needs memory when it is used for the first time. */
    private void link() {
        move(next, 0, 0, 0, 0);
        account(0, next);
        isWithin(next, next);
    }

    int signals() {
        return signals;
    }

    /** {@return whether the signal was not set before; makes no garbage} */
    boolean signal(int signal) {
        while (true) {
            int before = signals;
            if (SIGNALS.compareAndSet(this, before, before | signal)) {
                return (before & signal) == 0;
            }
        }
    }

    void clear(int signal) {
        int before = signals;
        while ((before & signal) != 0 && !SIGNALS.compareAndSet(this, before, before & ~signal)) {
            before = signals;
        }
    }

    /** Sets whether the transport takes another batch. For the shard. */
    void setWritable(boolean now) {
        writable = now;
        if (now) {
            clear(STALLED | READY);
        } else {
            signal(STALLED);
        }
    }

    /** {@return whether the transport cannot take another batch for now} For any thread. */
    boolean isStalled() {
        return (signals & (STALLED | READY)) == STALLED;
    }

    boolean departed() {
        return departure != null;
    }

    /** {@return why the registration has ended; null if it has not} */
    @Nullable CloseReason departure() {
        return departure;
    }

    /** {@return whether this call ended the registration; true once} */
    boolean depart(CloseReason reason) {
        return DEPARTURE.compareAndSet(this, null, reason);
    }

    /** {@return the next log entry to look at} For any thread; an old answer is lower. */
    long position() {
        return (long) NEXT.getOpaque(this);
    }

    /** {@return whether something is to be looked at below {@code head}} For the shard. */
    boolean isBehind(long head) {
        return next < head || addressedFrom <= head || prelude != null;
    }

    /**
     * {@return the slot of the next entry, in the log or among the keys that are kept beside it} For the shard, and for
     * any thread that holds the log's lock; an old answer is lower, as only the shard adds keys, with that lock held.
     */
    long place() {
        Prelude before = prelude;
        return before != null && before.hasKeysLeft() ? before.keysFrom : position();
    }

    /** {@return up to where to read next, at most {@code head}} For the shard. */
    long target(long head) {
        if (next >= target) {
            target = head;
        }
        return target;
    }

    /**
     * {@return whether the peer has taken all that was appended before the close} For the shard, after {@link #CLOSE}.
     */
    boolean isDueToClose() {
        return next >= closeAt && addressedPassed >= closeAfterAddressed && prelude == null
                && (!ending || unfollowed == 0 && next >= followedTo);
    }

    /** {@return how many of the entries that it is not to get the peer has passed} For the shard. */
    long excludedPassed() {
        return excludedPassed;
    }

    /** Moves behind {@code batch}, which the transport has taken. */
    void pass(LogBatch batch) {
        unkeyedBefore = batch.unkeyedBefore;
        excludedKeyedPassed += batch.left.excludedKeyed();
        move(batch.to, batch.size(), 0, batch.left.excluded(), batch.left.addressed());
    }

    /**
     * Moves to an entry. For the shard, or before the shard knows this peer.
     *
     * @param taken how many messages were delivered since
     * @param lost how many were lost
     * @param excluded how many entries were passed because they are not for the peer
     * @param addressedNow how many of the delivered and the lost were addressed to it
     */
    void move(long slot, long taken, long lost, long excluded, long addressedNow) {
        VERSION.setOpaque(this, version + 1);
        VarHandle.storeStoreFence();
        NEXT.setOpaque(this, slot);
        delivered += taken;
        missed += lost;
        excludedPassed += excluded;
        addressedPassed += addressedNow;
        VERSION.setRelease(this, version + 1);
    }

    /**
     * {@return whether there is something for this peer in the log, and nothing for it was lost} Called with the log's
     * lock held, on any thread.
     *
     * @param lost the newest entry that is lost for this peer if it did not get it
     */
    boolean isWithin(long lost, long head) {
        long appended = excludedAppended();
        while (true) {
            int before = (int) VERSION.getAcquire(this);
            long from = position();
            long excluded = excludedPassed;
            VarHandle.loadLoadFence();
            if ((before & 1) == 0 && before == (int) VERSION.getOpaque(this)) {
                return head - from > appended - excluded && lost < from;
            }
            Thread.onSpinWait(); // the shard is between two stores
        }
    }

    /** {@return what the peer is to get before its place in the log; made if there is none} For the shard. */
    Prelude beginPrelude() {
        Prelude begun = prelude;
        if (begun == null) {
            begun = new Prelude();
            prelude = begun;
        }
        return begun;
    }

    /** {@return how many entries of the log there were that this peer is not to get} For any thread. */
    long excludedAppended() {
        ExcludedMessages mine = excluded;
        return mine == null ? 0 : mine.appended;
    }

    /**
     * {@return the counts of this peer's messages} For any thread.
     *
     * @param excluded {@link #excludedAppended}, read before the head: an entry that is appended in between and not for
     *     this peer makes its lag too high, but never too low
     * @param head where the log's head is
     */
    Account account(long excluded, long head) {
        long meant = head - excluded + addressed;
        while (true) {
            int before = (int) VERSION.getAcquire(this);
            long taken = delivered;
            long lost = missed;
            long passed = position() - excludedPassed + addressedPassed;
            VarHandle.loadLoadFence();
            if ((before & 1) == 0 && before == (int) VERSION.getOpaque(this)) {
                return new Account(taken, lost, Math.max(0, meant - passed));
            }
            Thread.onSpinWait(); // the shard is between two stores
        }
    }
}
