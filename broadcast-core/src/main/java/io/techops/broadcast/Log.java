package io.techops.broadcast;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * The log: a ring of entries between a tail and a head, all behind one lock.
 *
 * An entry lives in a slot; slots are numbered from 0 and never reused as numbers. A broadcast also has a sequence, the
 * number of broadcasts before it; a message to one peer alone has a slot but no sequence. An entry's route says who it
 * is for: 0 everyone, +id that peer alone, -id everyone but that peer.
 *
 * Invariants, whenever the lock is free:
 *   tail <= head; entries [tail, head) are in the ring; their charges add up to retainedBytes; both bounds hold.
 *   tailSequence is the number of broadcasts before tail, nextSequence that before head.
 *   For every shard: mark.offered <= the cursor of each of its writable peers, and <= the cursor of each peer that has
 *   joined and that the shard has not adopted yet. A shard without any peer has offered NO_LIMIT.
 *
 * Eviction: an append that does not fit evicts from the tail, the host's as far as every shard has offered, a peer's
 * also not beyond what a peer in its grace has not taken (mark.graced <= mark.offered). If that does not make room the
 * hub is saturated: the host waits, or is refused; a peer's message is parked, one a peer, in the order of arrival, and
 * the shard that makes room admits it.
 */

/** The bounded log of a hub. Safe for use by any number of threads; calls no foreign code. */
final class Log {

    static final long NO_LIMIT = Long.MAX_VALUE;
    static final long REFUSED = -1;
    static final long PARKED = -2;
    /** The most bytes that a batch is charged, unless a single message is charged more. */
    static final int MAX_BATCH_BYTES = 256 << 10;

    private static final int INITIAL_CAPACITY = 64;

    /** How far one shard has got. Guarded by the log's lock, but for {@link #vacant}. */
    static final class Mark {
        private long offered = NO_LIMIT;
        private long graced = NO_LIMIT;
        private final List<PeerCursor> joining = new ArrayList<>();
        /** Written under the lock; read without it by those who wonder whether to wake the shard. */
        private volatile boolean vacant = true;

        boolean vacant() {
            return vacant;
        }
    }

    /** A parked message that has found room. */
    record Admitted(PeerCursor from, Message message, long sequence) {
    }

    private final Retention retention;
    private final boolean excludesSender;
    private final Mark[] marks;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();

    /** All of these are guarded by the lock; head and tail are volatile for readers who can live with an old value. */
    private Message @Nullable [] messages = new Message[INITIAL_CAPACITY];
    private long[] sequences = new long[INITIAL_CAPACITY];
    private long[] routes = new long[INITIAL_CAPACITY];
    private volatile long tail;
    private volatile long head;
    private long tailSequence;
    private volatile long nextSequence;
    private long retainedBytes;
    private long totalBytes;
    private long waits;
    private boolean sealed;
    private final ArrayDeque<PeerCursor> parked = new ArrayDeque<>();
    private int waiting;

    Log(Retention retention, DeliveryPolicy delivery, int shards) {
        this.retention = retention;
        this.excludesSender = delivery.excludesSender();
        this.marks = new Mark[shards];
        Arrays.setAll(marks, i -> new Mark());
    }

    Mark mark(int shard) {
        return marks[shard];
    }

    long head() {
        return head;
    }

    long tail() {
        return tail;
    }

    long nextSequence() {
        return nextSequence;
    }

    // What publishers do.

    /**
     * Appends what the host application says, waiting for room if the hub is saturated.
     *
     * @param to the only peer that gets it, or null for everyone
     * @param beforeWaiting called without the lock before the first wait
     * @return the sequence, of a message for everyone; {@link #REFUSED} if the log is sealed
     */
    long append(Message message, @Nullable PeerCursor to, Runnable beforeWaiting) {
        long charge = checkedCharge(message);
        boolean woken = false;
        lock.lock();
        try {
            while (!sealed) {
                if (makeRoom(charge, hostLimit())) {
                    return put(message, charge, null, to);
                }
                if (!woken) {
                    woken = true;
                    waits++;
                    lock.unlock();
                    try {
                        beforeWaiting.run();
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
            if (makeRoom(charge, hostLimit())) {
                return put(message, charge, null, null);
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
     * @return the sequence; {@link #PARKED} if the message was parked, although it may have been admitted since; {@link
     *     #REFUSED} if the log is sealed
     */
    long receive(Message message, PeerCursor from) {
        long charge = checkedCharge(message);
        lock.lock();
        try {
            if (sealed) {
                return REFUSED;
            }
            if (parked.isEmpty() && makeRoom(charge, peerLimit())) {
                return put(message, charge, from, null);
            }
            waits++;
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

    private long checkedCharge(Message message) {
        long charge = Retention.charge(message);
        if (charge > retention.bytes()) {
            throw new IllegalArgumentException("message must fit in the log, retention.bytes " + retention.bytes()
                    + ": it is charged " + charge + " bytes");
        }
        return charge;
    }

    private boolean makeRoom(long charge, long limit) {
        while (head - tail >= retention.messages() || retainedBytes + charge > retention.bytes()) {
            if (tail >= limit) {
                return false;
            }
            evict();
        }
        return true;
    }

    private void evict() {
        int index = index(tail);
        retainedBytes -= Retention.charge(messages[index]);
        messages[index] = null;
        if (routes[index] <= 0) {
            tailSequence++;
        }
        tail = tail + 1;
    }

    private long put(Message message, long charge, @Nullable PeerCursor from, @Nullable PeerCursor to) {
        if (head - tail == messages.length) {
            grow();
        }
        int index = index(head);
        messages[index] = message;
        retainedBytes += charge;
        long sequence = nextSequence;
        if (to != null) {
            routes[index] = to.id;
            to.addressed = to.addressed + 1;
            to.lastRouted = head;
        } else {
            routes[index] = 0;
            sequences[index] = sequence;
            nextSequence = sequence + 1;
            totalBytes += message.size();
            if (from != null && excludesSender) {
                routes[index] = -from.id;
                from.excluded = from.excluded + 1;
                from.lastRouted = head;
            }
        }
        head = head + 1;
        return sequence;
    }

    private void grow() {
        int capacity = messages.length * 2;
        Message[] newMessages = new Message[capacity];
        long[] newSequences = new long[capacity];
        long[] newRoutes = new long[capacity];
        for (long slot = tail; slot < head; slot++) {
            int to = (int) (slot & (capacity - 1));
            newMessages[to] = messages[index(slot)];
            newSequences[to] = sequences[index(slot)];
            newRoutes[to] = routes[index(slot)];
        }
        messages = newMessages;
        sequences = newSequences;
        routes = newRoutes;
    }

    private int index(long slot) {
        return (int) (slot & (messages.length - 1));
    }

    private long hostLimit() {
        long limit = NO_LIMIT;
        for (Mark mark : marks) {
            limit = Math.min(limit, mark.offered);
        }
        return limit;
    }

    private long peerLimit() {
        long limit = NO_LIMIT;
        for (Mark mark : marks) {
            limit = Math.min(limit, mark.graced);
        }
        return limit;
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
            cursor.next = head;
            cursor.sequence = nextSequence;
            Mark mark = marks[cursor.shard];
            mark.joining.add(cursor);
            mark.offered = Math.min(mark.offered, head);
            mark.graced = Math.min(mark.graced, head);
            mark.vacant = false;
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
            List<PeerCursor> joining = marks[shard].joining;
            if (!joining.isEmpty()) {
                peers.addAll(joining);
                joining.clear();
            }
            return head;
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
            Mark mark = marks[shard];
            if (vacant && mark.joining.isEmpty()) {
                mark.offered = NO_LIMIT;
                mark.graced = NO_LIMIT;
                mark.vacant = true;
            } else {
                mark.offered = offered;
                mark.graced = graced;
            }
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
        for (PeerCursor from = parked.peek(); from != null; from = parked.peek()) {
            Message message = from.parked;
            long charge = Retention.charge(message);
            if (!makeRoom(charge, peerLimit())) {
                break;
            }
            parked.remove();
            from.parked = null;
            admitted.add(new Admitted(from, message, put(message, charge, from, null)));
        }
        return admitted;
    }

    boolean hasParked() {
        lock.lock();
        try {
            return !parked.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Reads a run of entries that begins at a slot.
     *
     * @param until the slot to stop before
     * @param viewer whom to leave out what is not for it, and to include what is for it alone; null for a run that all
     *     may share to whom nothing in it is specially routed
     * @return the run, perhaps without a message; null if its first entry is no longer kept
     */
    @Nullable Batch read(long from, long until, @Nullable PeerCursor viewer) {
        long id = viewer == null ? 0 : viewer.id;
        lock.lock();
        try {
            if (from < tail) {
                return null;
            }
            int size = 0;
            int addressed = 0;
            int excluded = 0;
            int broadcasts = 0;
            long charged = 0;
            long to = from;
            for (; to < until; to++) {
                int index = index(to);
                long route = routes[index];
                if (concerns(route, id)) {
                    charged += Retention.charge(messages[index]);
                    if (size > 0 && charged > MAX_BATCH_BYTES) {
                        break;
                    }
                    size++;
                    addressed += route > 0 ? 1 : 0;
                } else {
                    excluded += route < 0 ? 1 : 0;
                }
                broadcasts += route <= 0 ? 1 : 0;
            }
            return copy(from, to, id, size, excluded, addressed, broadcasts);
        } finally {
            lock.unlock();
        }
    }

    private Batch copy(long from, long to, long id, int size, int excluded, int addressed, int broadcasts) {
        Message[] run = new Message[size];
        long[] numbers = new long[size];
        long bytes = 0;
        int i = 0;
        for (long slot = from; slot < to; slot++) {
            int index = index(slot);
            if (concerns(routes[index], id)) {
                run[i] = messages[index];
                numbers[i] = routes[index] > 0 ? Batch.UNNUMBERED : sequences[index];
                bytes += run[i].size();
                i++;
            }
        }
        return new Batch(from, to, broadcastsBefore(from) + broadcasts, excluded, addressed, bytes, run, numbers, size);
    }

    private static boolean concerns(long route, long id) {
        return route == 0 || (route > 0 ? route == id : -route != id);
    }

    /** {@return the number of broadcasts before a slot that is still kept, or the head} */
    private long broadcastsBefore(long slot) {
        for (long s = slot; s < head; s++) {
            if (routes[index(s)] <= 0) {
                return sequences[index(s)];
            }
        }
        return nextSequence;
    }

    /**
     * Counts the messages for {@code cursor} that were evicted before it took them.
     */
    long missed(PeerCursor cursor) {
        lock.lock();
        try {
            if (cursor.next >= tail) {
                return 0;
            }
            return tailSequence - cursor.sequence
                    - (cursor.excluded - cursor.excludedPassed - kept(-cursor.id))
                    + (cursor.addressed - cursor.addressedPassed - kept(cursor.id));
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
            cursor.next = tail;
            cursor.excludedPassed = cursor.excluded - kept(-cursor.id);
            cursor.addressedPassed = cursor.addressed - kept(cursor.id);
            cursor.missed = cursor.missed + missed;
            cursor.sequence = tailSequence;
            return missed;
        } finally {
            lock.unlock();
        }
    }

    private long kept(long route) {
        long kept = 0;
        for (long slot = tail; slot < head; slot++) {
            kept += routes[index(slot)] == route ? 1 : 0;
        }
        return kept;
    }

    /** What the log knows of itself, at one moment. */
    record Figures(long messages, long bytes, long waits, int retainedMessages, long retainedBytes) {
    }

    Figures figures() {
        lock.lock();
        try {
            return new Figures(nextSequence, totalBytes, waits, (int) (head - tail), retainedBytes);
        } finally {
            lock.unlock();
        }
    }
}
