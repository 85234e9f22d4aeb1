package io.techops.broadcast;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * The log: a ring of entries, and the marks of the shards, which say what may be evicted from it; all behind one lock.
 *
 * Eviction: an append that does not fit evicts from the tail, the host's as far as every shard has offered, a peer's
 * also not beyond what a peer in its grace has not taken. If that does not make room the hub is saturated: the host
 * waits, or is refused; a peer's message is parked, one a peer, in the order of arrival, and the shard that makes room
 * admits it. Marks move only at the end of a round, so that is where those who wait are woken; whoever begins to wait
 * has woken the shards after the last append, so that such a round comes. What is parked goes with its peer, so that
 * there is never more of it than there are peers.
 */

/** The bounded log of a hub. Safe for use by any number of threads; calls no foreign code. */
final class Log {

    /** Instead of a sequence: not appended. */
    static final long REFUSED = -1;

    /** Instead of a sequence: not appended yet. */
    static final long PARKED = -2;

    /** What the log tells about a publisher that has to wait. Called on its thread, without the lock. */
    interface Waiter {
        /** Before each wait for a longer log: wakes the shards. */
        void waits(boolean first);

        /** After the last one. */
        void hasWaited();
    }

    /** A parked message that has found room. */
    record Admitted(PeerCursor from, Message message, long sequence) {
    }

    private final Retention retention;
    private final boolean excludesSender;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();

    /** All of these are guarded by the lock. */
    private final Ring ring;
    private final Marks marks;
    private final Set<PeerCursor> parked = new LinkedHashSet<>();
    private int waiting;
    private long waits;
    private boolean sealed;

    Log(Retention retention, DeliveryPolicy delivery, int shards) {
        this.retention = retention;
        this.excludesSender = delivery.excludesSender();
        this.ring = new Ring(retention);
        this.marks = new Marks(shards);
    }

    /** {@return whether a shard has no peers} An old answer may be wrong by one round. */
    boolean isVacant(int shard) {
        return marks.isVacant(shard);
    }

    long head() {
        return ring.head();
    }

    long tail() {
        return ring.tail();
    }

    long nextSequence() {
        return ring.nextSequence();
    }

    // What publishers do.

    /** {@return why the log can never take a message, or null if it can} */
    @Nullable String refusal(Message message) {
        long charge = Retention.charge(message);
        return charge <= retention.bytes() ? null : "message must fit in the log, retention.bytes "
                + retention.bytes() + ": it is charged " + charge + " bytes";
    }

    private long checkedCharge(Message message) {
        String refusal = refusal(message);
        if (refusal != null) {
            throw new IllegalArgumentException(refusal);
        }
        return Retention.charge(message);
    }

    /**
     * Appends what the host application says, waiting for room if the hub is saturated.
     *
     * @param to the only peer that gets it, or null for everyone
     * @return the sequence, of a message for everyone; {@link #REFUSED} if the log is sealed
     */
    long append(Message message, @Nullable PeerCursor to, Waiter waiter) {
        long charge = checkedCharge(message);
        long wokenFor = -1;
        lock.lock();
        try {
            while (!sealed) {
                if (makeRoom(charge, marks.hostLimit())) {
                    return to == null ? ring.put(message, Ring.EVERYONE) : address(message, to);
                }
                if (wokenFor != ring.head()) {
                    boolean first = wokenFor < 0;
                    waits += first ? 1 : 0;
                    wokenFor = ring.head();
                    lock.unlock();
                    try {
                        waiter.waits(first);
                    } finally {
                        lock.lock();
                    }
                } else {
                    waiting++;
                    try {
                        room.awaitUninterruptibly();
                    } finally {
                        waiting--;
                    }
                }
            }
            return REFUSED;
        } finally {
            lock.unlock();
            if (wokenFor >= 0) {
                waiter.hasWaited();
            }
        }
    }

    /** {@return the sequence, or {@link #REFUSED} if there is no room or the log is sealed} */
    long tryAppend(Message message) {
        long charge = checkedCharge(message);
        lock.lock();
        try {
            if (sealed) {
                return REFUSED;
            }
            if (makeRoom(charge, marks.hostLimit())) {
                return ring.put(message, Ring.EVERYONE);
            }
            waits++;
            return REFUSED;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Appends what a peer sent, or parks it.
     *
     * @return the sequence; {@link #PARKED} if the message was parked; {@link #REFUSED} if the log is sealed, or the
     *     message would have to wait for room and its peer has gone
     */
    long receive(Message message, PeerCursor from) {
        long charge = checkedCharge(message);
        lock.lock();
        try {
            if (sealed) {
                return REFUSED;
            }
            if (parked.isEmpty() && makeRoom(charge, marks.peerLimit())) {
                return relay(message, from);
            }
            if (from.departed()) {
                return REFUSED;
            }
            waits++;
            from.held = true;
            from.parked = message;
            parked.add(from);
            return PARKED;
        } finally {
            lock.unlock();
        }
    }

    /** Refuses all that is appended from now on; what is parked is still admitted. */
    void seal() {
        lock.lock();
        try {
            sealed = true;
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * {@return whether more than half of what is kept, and of what could be, has not been offered by every shard}
     */
    boolean isPressed() {
        lock.lock();
        try {
            long kept = ring.head() - ring.tail();
            return (ring.head() - marks.hostLimit()) * 2 > kept
                    && (kept * 2 > retention.messages() || ring.retainedBytes() > retention.bytes() / 2);
        } finally {
            lock.unlock();
        }
    }

    private boolean makeRoom(long charge, long limit) {
        while (!ring.hasRoom(charge)) {
            if (ring.tail() >= limit) {
                return false;
            }
            ring.evict();
        }
        return true;
    }

    private long address(Message message, PeerCursor to) {
        to.addressed = to.addressed + 1;
        to.lastRouted = ring.head();
        return ring.put(message, Ring.only(to));
    }

    private long relay(Message message, PeerCursor from) {
        if (!excludesSender) {
            return ring.put(message, Ring.EVERYONE);
        }
        from.excluded = from.excluded + 1;
        from.lastRouted = ring.head();
        return ring.put(message, Ring.allBut(from));
    }

    // What shards do.

    /**
     * Lets a peer join at the head: it will be given all that is appended from now on.
     *
     * @param onJoin called if the log is not sealed, before the shard can know the peer; under the lock, so it must not
     *     wait for anything
     * @return false if the log is sealed
     */
    boolean join(PeerCursor cursor, Runnable onJoin) {
        lock.lock();
        try {
            if (sealed) {
                return false;
            }
            onJoin.run();
            cursor.move(ring.head(), ring.nextSequence(), 0);
            marks.join(cursor);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Begins a round of a shard: moves those who have joined to {@code peers}.
     *
     * @return the head, which none of those who join later is below
     */
    long begin(int shard, List<PeerCursor> peers) {
        lock.lock();
        try {
            marks.adopt(shard, peers);
            return ring.head();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends a round of a shard, admits parked messages as far as there is room now, and wakes those who wait.
     *
     * @param vacant whether the shard has no peers left
     * @param offered below what all writable peers of the shard have been offered everything
     * @param graced at most {@code offered}, and the cursor of every peer in its grace
     * @return the parked messages that found room
     */
    List<Admitted> end(int shard, boolean vacant, long offered, long graced) {
        lock.lock();
        try {
            marks.move(shard, vacant, offered, graced);
            if (waiting > 0) {
                room.signalAll();
            }
            return parked.isEmpty() ? List.of() : admit();
        } finally {
            lock.unlock();
        }
    }

    private List<Admitted> admit() {
        List<Admitted> admitted = new ArrayList<>();
        for (var each = parked.iterator(); each.hasNext();) {
            PeerCursor from = each.next();
            Message message = from.parked;
            if (!makeRoom(Retention.charge(message), marks.peerLimit())) {
                break;
            }
            each.remove();
            from.parked = null;
            admitted.add(new Admitted(from, message, relay(message, from)));
        }
        return admitted;
    }

    /** Drops what is parked of a peer that has gone. {@return whether there was anything} */
    boolean forget(PeerCursor departed) {
        lock.lock();
        try {
            boolean dropped = parked.remove(departed);
            if (dropped) {
                departed.parked = null;
            }
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    boolean hasParked() {
        lock.lock();
        try {
            return !parked.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** {@return a run of entries, as {@link Ring#read} says; for those who may share it if {@code viewer} is null} */
    @Nullable Batch read(long from, long until, @Nullable PeerCursor viewer) {
        lock.lock();
        try {
            return ring.read(from, until, viewer == null ? 0 : viewer.id);
        } finally {
            lock.unlock();
        }
    }

    /** {@return how many messages for a peer were evicted before it took them} */
    long missed(PeerCursor cursor) {
        lock.lock();
        try {
            if (cursor.next >= ring.tail()) {
                return 0;
            }
            return ring.tailSequence() - cursor.sequence()
                    - (cursor.excluded - cursor.excludedPassed - ring.count(Ring.allBut(cursor)))
                    + (cursor.addressed - cursor.addressedPassed - ring.count(Ring.only(cursor)));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Moves a cursor that fell off the tail to the oldest entry kept.
     *
     * @return how many messages for it were lost by that
     */
    long skip(PeerCursor cursor) {
        lock.lock();
        try {
            long missed = missed(cursor);
            cursor.excludedPassed = cursor.excluded - ring.count(Ring.allBut(cursor));
            cursor.addressedPassed = cursor.addressed - ring.count(Ring.only(cursor));
            cursor.missed = cursor.missed + missed;
            cursor.move(ring.tail(), ring.tailSequence(), 0);
            return missed;
        } finally {
            lock.unlock();
        }
    }

    /** What the log knows of itself, at one moment. */
    record Figures(long messages, long bytes, long waits, int retainedMessages, long retainedBytes) {
        static final Figures NONE = new Figures(0, 0, 0, 0, 0);

        Figures plus(Figures more) {
            return new Figures(messages + more.messages, bytes + more.bytes, waits + more.waits,
                    retainedMessages + more.retainedMessages, retainedBytes + more.retainedBytes);
        }
    }

    Figures figures() {
        lock.lock();
        try {
            return new Figures(ring.nextSequence(), ring.totalBytes(), waits, (int) (ring.head() - ring.tail()),
                    ring.retainedBytes());
        } finally {
            lock.unlock();
        }
    }
}
