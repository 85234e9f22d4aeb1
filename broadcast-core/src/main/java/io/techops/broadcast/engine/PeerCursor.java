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
    /** The transport cannot take another batch; said by the shard, and no longer true with {@link #READY}. */
    private static final int STALLED = 32;

    static final PeerCursor[] NONE = {};

    /** What stands for no entry of the lane. */
    static final int NO_ENTRY = -1;

    /** What {@link #addressedFrom} says if there is nothing. */
    static final long NOWHERE = Long.MAX_VALUE;

    /**
     * Access to {@link #signals}, by which what a thread did before it signalled is published to the shard, and to
     * {@link #departure}, which one thread wins. Not by handles: their first use would need memory.
     */
    private static final AtomicIntegerFieldUpdater<PeerCursor> SIGNALS =
            AtomicIntegerFieldUpdater.newUpdater(PeerCursor.class, "signals");
    private static final AtomicReferenceFieldUpdater<PeerCursor, CloseReason> DEPARTURE =
            AtomicReferenceFieldUpdater.newUpdater(PeerCursor.class, CloseReason.class, "departure");

    /**
     * Access to what the shard tells any thread, without a full fence, which would double what a pass takes beside the
     * writes. Their first use, which needs memory, is in {@link #link}, before a peer joins.
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
     * What has become of the messages for a peer.
     *
     * @param lag how many it has still to take, those among them that it lost and does not know about yet
     */
    record Account(long delivered, long missed, long lag) {
    }

    final long id;
    final int shard;
    final Peer peer;
    final Transport transport;
    /** Whether the peer is told of positions. */
    final boolean knowsPositions;

    /** Set by any thread, cleared by the shard: what the shard has to see to. */
    private volatile int signals;
    /** Set once, by the thread that ends the registration. */
    @SuppressWarnings("unused") // written through DEPARTURE
    private volatile @Nullable CloseReason departure;

    /**
     * Written by the shard once the peer has joined, all of them between two steps of the version, which is odd
     * meanwhile: the next log entry to look at, how many messages the transport has taken and how many were lost, and
     * how many of those that it is not to get, and of those addressed to it, it has passed.
     */
    private int version;
    long next;
    private long delivered;
    private long missed;
    private long excludedPassed;
    private long addressedPassed;

    /** Guarded by the log's lock; volatile for readers who can live with an old value. */
    volatile @Nullable ExcludedMessages excluded;
    /** Guarded by the log's lock: what is noted of most entries that this peer is not to get; made with the former. */
    private @Nullable EntryNotes excludedAlone;
    volatile @Nullable Publication parked;
    /** Set there when a message is parked, cleared by the thread that lets the peer be read again. */
    volatile boolean held;

    /**
     * Of a hub with a backplane. Guarded by the outbox's lock, volatile for readers who can live with an old value: how
     * many messages of this peer are on their way to the shared log; and written before one less is: behind which entry
     * it has got those that came back.
     */
    volatile int unfollowed;
    volatile long followedTo;

    /** Guarded by the log's lock: the first and the last entry of the lane for this peer. */
    int firstAddressed = NO_ENTRY;
    int lastAddressed = NO_ENTRY;
    /** And volatile for the shard: where the first of them stands, how many there were, and lost but not told. */
    volatile long addressedFrom = NOWHERE;
    volatile long addressed;
    volatile long lostAddressed;
    /** And how many made room that had expired, which is no loss. */
    volatile long lapsedAddressed;

    /** Set under the log's lock, cleared by the shard before it serves the peer: the link is there while this is. */
    volatile boolean called;
    @Nullable PeerCursor nextCalled;

    /** Owned by the shard: its place among the peers, or -1; whether it is to be served again in the next round. */
    int index = -1;
    boolean behind;
    @Nullable PeerCursor nextBehind;

    /** Owned by the shard: what is to come before the entry {@link #next}; null if nothing is. */
    @Nullable Prelude prelude;
    /** Owned by the shard: of which run the positions are that the peer was told last. */
    @Nullable PositionRun run;
    /**
     * Owned by the shard, for a log that conflates: how many entries without a key there are before {@link #next}; how
     * many entries with a key it has passed that it is not to get; and up to where it reads with one view of what is
     * the newest, so that of a key that changes all the time it gets one whenever it has come that far.
     */
    long unkeyedBefore;
    long excludedKeyedPassed;
    private long target;

    /** Owned by the shard: whether the transport is. */
    boolean writable = true;
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

    /** Written by the reading thread: when the peer last showed a sign of life, in the timer's nanoseconds. */
    volatile long lastInbound;

    /** Written by the adapter's threads: when it last said that a stalled transport moves on. */
    volatile long progressedAt;

    /** Owned by the shard: what was lost and has not been told, for want of memory. */
    long untold;

    /** Written once before {@link #CLOSE} is signalled: the reason, and what is to be taken before. */
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

    /** {@return what is noted of an entry that this peer alone is not to get} Under the log's lock. */
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

    /** Says that the transport takes no more, or that it does again. By the shard. */
    void setWritable(boolean now) {
        writable = now;
        if (now) {
            clear(STALLED | READY);
        } else {
            signal(STALLED);
        }
    }

    /** {@return whether the transport takes no more for now} Any thread may ask. */
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

    /** {@return the next log entry to look at} Any thread may ask, and may get an old answer, which is lower. */
    long position() {
        return (long) NEXT.getOpaque(this);
    }

    /** {@return whether something is to be looked at below {@code head}} For the shard. */
    boolean isBehind(long head) {
        return next < head || addressedFrom <= head || prelude != null;
    }

    /** {@return the slot of what comes next: of the log, or of keys that are kept beside it} For the shard. */
    long place() {
        Prelude before = prelude;
        return before != null && before.hasKeysLeft() ? before.keysFrom : next;
    }

    /** {@return up to where to read next, at most {@code head}} For the shard. */
    long target(long head) {
        if (next >= target) {
            target = head;
        }
        return target;
    }

    /** {@return whether all from before the close was taken} For the shard, after {@link #CLOSE}. */
    boolean isDueToClose() {
        return next >= closeAt && addressedPassed >= closeAfterAddressed && prelude == null
                && (!ending || unfollowed == 0 && next >= followedTo);
    }

    /** {@return how many of the messages that it is not to get it has passed} For the shard. */
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
     * Moves to an entry. By the shard, or before it knows of this peer.
     *
     * @param taken how many messages were delivered since
     * @param lost how many were lost
     * @param excluded how many were passed because they are not for the peer
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
     * {@return whether there is something for this peer in the log, and nothing for it was lost} Under the log's lock,
     * on any thread.
     *
     * @param lost the newest entry that is lost for this peer if it has not got it
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

    /** {@return what comes before its place in the log; made if there is none} For the shard. */
    Prelude beginPrelude() {
        Prelude begun = prelude;
        if (begun == null) {
            begun = new Prelude();
            prelude = begun;
        }
        return begun;
    }

    /** {@return how many of the entries of the log there were that this peer is not to get} Any thread may ask. */
    long excludedAppended() {
        ExcludedMessages mine = excluded;
        return mine == null ? 0 : mine.appended;
    }

    /**
     * {@return what has become of the messages for this peer} Any thread may ask.
     *
     * @param excluded {@link #excludedAppended}, read before the head: what is appended in between and not for this
     *     peer makes its lag too high, and never too low, as if nothing was owed to it
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
