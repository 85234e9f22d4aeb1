package io.techops.broadcast.engine;

import io.techops.broadcast.DeliveryPolicy;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.Retention;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/*
 * The log: a ring of entries for everyone, a lane of messages for some, and the marks of the shards, which say what may
 * be evicted; all behind one lock. No step under it depends on how much is kept or how many peers there are, but that
 * the arrays grow, and that an append evicts what makes room for it: each entry is evicted once.
 *
 * Room in the ring: an append that does not fit evicts from the tail, the host's as far as every shard has offered, a
 * peer's also not beyond what a peer in its grace has not taken. Room in the lane: the oldest entry is evicted if its
 * receiver is not writable; otherwise its shard is about to take it. If that does not make room the hub is saturated:
 * the host waits, or is refused; a peer's message is parked, one a peer, in the order of arrival.
 *
 * A message for many is linked to its receivers in several steps, so that none takes long. Until the last of them no
 * shard reads beyond its place ("barrier"), and no other message for some begins: so what is addressed to a peer is in
 * the order of its places, and all peers agree on the order.
 *
 * Who waits, and who wakes them:
 *
 *   state                               changed by                          who is woken
 *   ----------------------------------  ----------------------------------  -----------------------------------------
 *   the head                            broadcast, receive                  offer(): all shards, for a whole round
 *                                       admit                               the same, by the shard that admitted
 *   the lane's entries                  send                                the receivers' shards, for these peers
 *                                       eviction                            the same: the peer may have to go
 *   the barrier                         the last step of a send             offer(), also for a drain; and "room"
 *   room in the ring: a mark            the end of a round                  "room", and what is parked is admitted
 *     a mark moves when a peer takes, stalls, goes, or its grace ends: each of them in a round, or signalled to one
 *   room in the lane                    a read, by a round                  "room", at the end of that round
 *                                       a stall, in a round                 the same
 *                                       a departure                         "room", at once
 *   what is parked                      receive                             offer(): a round admits it
 *                                       admit, a departure                  offer(): a drain waits for it
 *   sealed                              the end of the hub                  "room"; the drain wakes the shards
 *   a round that failed                                                     its task: it comes again, see SerialTask
 *
 * "room" is the condition that the host waits for. A thread that is about to wait for it, or was refused, has woken the
 * shards for a whole round after the last append, so that a round comes which moves the marks.
 */

/** The bounded log of a hub. Safe for use by any number of threads; calls no foreign code. */
final class MessageLog {

    /** Instead of a sequence: not appended. */
    static final long REFUSED = -1;

    /** Instead of a sequence: not appended yet. */
    static final long PARKED = -2;

    /** So many receivers are linked to a message in one step. */
    private static final int STEP = 128;

    private static final long NO_BARRIER = Long.MAX_VALUE;

    /** What the log tells about a publisher. Called on its thread, without the lock. */
    interface Publisher {
        /** Before each wait for a longer log: wakes the shards. */
        void waits(boolean first);

        /** After the last one. */
        void hasWaited();

        /**
         * Something was sent to some peers, or lost by others: wakes the shards that are called for them.
         *
         * @param hindered whether all shards may have waited for that
         */
        void hasSent(boolean hindered);
    }

    /** A parked message that has found room. */
    record Admitted(PeerCursor from, Message message, long sequence) {
    }

    private final Retention retention;
    private final boolean excludesSender;
    private final SureLock lock = new SureLock();
    private final Condition room = lock.newCondition();

    /** All of these are guarded by the lock. */
    private final LogBuffer ring;
    private final AddressedLane lane;
    private final ShardPositions marks;
    private final LogReader reader;
    private final Set<PeerCursor> parked = new LinkedHashSet<>();
    private long barrier = NO_BARRIER;
    private long appends;
    private int waiting;
    private long waits;
    private boolean sealed;

    MessageLog(Retention retention, DeliveryPolicy delivery, int shards) {
        this.retention = retention;
        this.excludesSender = delivery.excludesSender();
        this.ring = new LogBuffer(retention);
        this.lane = new AddressedLane(retention);
        this.marks = new ShardPositions(shards);
        this.reader = new LogReader(ring, lane);
    }

    /** {@return whether a shard has no peers} An old answer may be wrong by one round. */
    boolean isVacant(int shard) {
        return marks.isVacant(shard);
    }

    /** {@return whether a shard is called for some of its peers} */
    boolean hasCalled(int shard) {
        return marks.hasCalled(shard);
    }

    /** {@return the position of a sequence} */
    Position position(long sequence) {
        return ring.position(sequence);
    }

    /** {@return the sequence of the next broadcast} */
    long head() {
        return ring.head();
    }

    long tail() {
        return ring.tail();
    }

    // What publishers do.

    /** {@return why the log can never take a message, or null if it can} */
    @Nullable String refusal(Message message) {
        long charge = LogBuffer.charge(message);
        return charge <= retention.bytes() ? null : "message must fit in the log, retention.bytes "
                + retention.bytes() + ": it is charged " + charge + " bytes";
    }

    private long checkedCharge(Message message) {
        String refusal = refusal(message);
        if (refusal != null) {
            throw new IllegalArgumentException(refusal);
        }
        return LogBuffer.charge(message);
    }

    /**
     * Appends what the host application says to everyone.
     *
     * @param except who is not to get it, each once
     * @param wait for how long to wait for room if the hub is saturated
     * @return the sequence; {@link #REFUSED} if the log is sealed, or there is no room and the wait is over
     */
    long append(Message message, PeerCursor[] except, RoomWait wait, Publisher publisher) {
        long charge = checkedCharge(message);
        return publish(() -> makeRoom(charge, marks.hostLimit()) ? put(message, excluded(except)) : REFUSED, wait,
                publisher);
    }

    private long publish(LongSupplier attempt, RoomWait wait, Publisher publisher) {
        long wokenFor = -1;
        lock.lock();
        try {
            while (!sealed) {
                long result = attempt.getAsLong();
                if (result != REFUSED || sealed) {
                    return result;
                }
                boolean first = wokenFor < 0;
                waits += first ? 1 : 0;
                if (wait.isOver()) {
                    return REFUSED;
                }
                if (wokenFor == appends) {
                    awaitRoom(wait);
                    continue;
                }
                wokenFor = appends;
                lock.unlock();
                try {
                    publisher.waits(first);
                    if (first) {
                        wait.begin(this::wakeWaitingNow);
                    }
                } finally {
                    lock.lock();
                }
            }
            return REFUSED;
        } finally {
            lock.unlock();
            if (wokenFor >= 0) {
                wait.end();
                publisher.hasWaited();
            }
        }
    }

    private long put(Message message, ExcludedMessages @Nullable [] except) {
        appends++;
        long sequence = ring.put(message, except);
        if (except != null) {
            for (ExcludedMessages each : except) {
                each.appended = each.appended + 1;
                each.last = sequence;
            }
        }
        return sequence;
    }

    private static ExcludedMessages @Nullable [] excluded(PeerCursor[] peers) {
        if (peers.length < 2) {
            return peers.length == 0 ? null : excluded(peers[0]).alone;
        }
        ExcludedMessages[] all = new ExcludedMessages[peers.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = excluded(peers[i]);
        }
        return all;
    }

    private static ExcludedMessages excluded(PeerCursor peer) {
        ExcludedMessages known = peer.excluded;
        if (known == null) {
            known = new ExcludedMessages();
            peer.excluded = known;
        }
        return known;
    }

    /**
     * Sends what the host application says to some peers; those of them that have gone meanwhile are left out.
     *
     * @param to the receivers, each of them once
     * @param wait for how long to wait for room if the hub is saturated
     * @return false if the log is sealed, or there is no room and the wait is over
     */
    boolean send(Message message, PeerCursor[] to, RoomWait wait, Publisher publisher) {
        checkedCharge(message);
        Sending sending = new Sending(message, to);
        try {
            if (publish(sending, wait, publisher) == REFUSED) {
                return false;
            }
            while (sending.isUnfinished()) {
                if (lock.hasQueuedThreads()) {
                    Thread.yield(); // the lock is not fair
                }
                sending.step();
            }
            return true;
        } finally { // also if there was no memory for all of them
            sending.giveUp();
            publisher.hasSent(to.length > STEP && sending.linked > 0); // others may have lost something for it
        }
    }

    /** A message that is being linked to its receivers. */
    private final class Sending implements LongSupplier {
        private final Message message;
        private final PeerCursor[] to;
        private AddressedLane.@Nullable Addressed addressed;
        private int linked;

        Sending(Message message, PeerCursor[] to) {
            this.message = message;
            this.to = to;
        }

        @Override
        public long getAsLong() {
            while (barrier != NO_BARRIER && !sealed) { // not for long: that one waits for nothing
                awaitRoom(RoomWait.UNLIMITED);
            }
            if (sealed || to.length > 0 && !makeRoomInLane(message, to.length)) {
                return REFUSED;
            }
            long at = ring.head();
            if (to.length > 0) {
                appends++;
                addressed = lane.begin(message, at, to.length);
                link();
            }
            return at;
        }

        boolean isUnfinished() {
            return linked < to.length;
        }

        void step() {
            lock.lock();
            try {
                link();
            } finally {
                lock.unlock();
            }
        }

        /** Leaves out those that are not linked, and so leaves no barrier behind. */
        void giveUp() {
            if (addressed != null && isUnfinished()) {
                lock.lock();
                try {
                    spareRest();
                    setBarrier(NO_BARRIER);
                } finally {
                    lock.unlock();
                }
            }
        }

        private void spareRest() {
            lane.spare(addressed, to.length - linked);
            linked = to.length;
        }

        private void link() {
            int last = Math.min(to.length, linked + STEP);
            boolean more = last < to.length;
            try {
                for (; linked < last; linked++) {
                    linkNext();
                }
            } finally {
                if (linked < last) { // no memory
                    spareRest();
                    more = false;
                }
                setBarrier(more ? addressed.at : NO_BARRIER);
            }
        }

        private void linkNext() {
            PeerCursor receiver = to[linked];
            if (receiver.departed()) {
                lane.spare(addressed, 1);
            } else {
                lane.link(addressed, receiver);
                marks.call(receiver);
            }
        }

        private void setBarrier(long to) {
            if (barrier != to && this.to.length > STEP) {
                barrier = to;
                wakeWaiting();
            }
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
            from.parked = message;
            try {
                parked.add(from);
            } catch (Throwable noMemory) { // it may be in the set all the same
                parked.remove(from);
                from.parked = null;
                throw noMemory;
            }
            waits++;
            from.held = true;
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

    private boolean makeRoom(long charge, long limit) {
        while (!ring.hasRoom(charge)) {
            if (ring.tail() >= limit) {
                return false;
            }
            ring.evict();
        }
        return true;
    }

    private boolean makeRoomInLane(Message message, int receivers) {
        while (!lane.hasRoom(message, receivers)) {
            PeerCursor receiver = lane.oldestReceiver();
            if (receiver == null || !receiver.departed() && !receiver.isStalled()) {
                return false;
            }
            lane.take(receiver);
            if (!receiver.departed()) {
                receiver.lostAddressed = receiver.lostAddressed + 1;
                marks.call(receiver);
            }
        }
        return true;
    }

    private long relay(Message message, PeerCursor from) {
        return put(message, excludesSender ? excluded(from).alone : null);
    }

    // What shards do.

    /** What a shard is told when it begins a round. */
    static final class Turn {
        /** Up to where to read; none of those who join later is below it. */
        long head;
        /** Whether someone waits for room. */
        boolean isAwaited;
        /** The first of the peers that the shard is called for. */
        @Nullable PeerCursor called;
    }

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
            cursor.move(ring.head(), 0, 0, 0, 0);
            marks.join(cursor, onJoin);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Begins a round of a shard: moves those who have joined to {@code peers}, and fills in the turn. */
    void begin(int shard, List<PeerCursor> peers, Turn turn) {
        lock.lock();
        try {
            turn.called = marks.begin(shard, peers);
            turn.head = Math.min(ring.head(), barrier);
            turn.isAwaited = waiting > 0 || !parked.isEmpty();
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
            wakeWaiting();
            return parked.isEmpty() ? List.of() : admit();
        } finally {
            lock.unlock();
        }
    }

    private List<Admitted> admit() {
        List<Admitted> admitted = new ArrayList<>();
        try {
            for (var each = parked.iterator(); each.hasNext();) {
                PeerCursor from = each.next();
                Message message = from.parked;
                if (!makeRoom(LogBuffer.charge(message), marks.peerLimit())) {
                    break;
                }
                admitted.add(new Admitted(from, message, ring.head()));
                relay(message, from);
                each.remove();
                from.parked = null;
            }
        } catch (Throwable noMemory) { // for the last one: after those before it comes another round
            admitted.removeIf(one -> one.from().parked != null);
            if (admitted.isEmpty()) {
                throw noMemory;
            }
        }
        return admitted;
    }

    private void awaitRoom(RoomWait wait) {
        waiting++;
        try {
            wait.await(room);
        } finally {
            waiting--;
        }
    }

    private void wakeWaiting() {
        if (waiting > 0) {
            room.signalAll();
        }
    }

    private void wakeWaitingNow() {
        lock.lock();
        try {
            wakeWaiting();
        } finally {
            lock.unlock();
        }
    }

    /** Calls a shard for a peer. The caller wakes it. */
    void call(PeerCursor cursor) {
        lock.lock();
        try {
            marks.call(cursor);
        } finally {
            lock.unlock();
        }
    }

    /** Takes note that a peer is writable again, and loses no broadcast from now on, and calls its shard. */
    void returned(PeerCursor cursor) {
        lock.lock();
        try {
            if (cursor.isWithin(ring.tail(), ring.head())) {
                marks.returned(cursor);
            } else {
                marks.call(cursor); // it has nothing to lose, or has lost it
            }
        } finally {
            lock.unlock();
        }
    }

    /** Drops what is parked of a peer that has gone, and what waits for it. {@return whether anything was parked} */
    boolean forget(PeerCursor departed) {
        boolean more = true;
        boolean dropped = false;
        while (more) {
            lock.lock();
            try {
                if (parked.remove(departed)) {
                    departed.parked = null;
                    dropped = true;
                }
                more = dropAddressed(departed);
                wakeWaiting();
            } finally {
                lock.unlock();
            }
        }
        return dropped;
    }

    private boolean dropAddressed(PeerCursor departed) {
        for (int i = 0; i < STEP; i++) {
            if (!lane.take(departed)) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether all that was accepted is in the log, for every shard to read} */
    boolean isSettled() {
        lock.lock();
        try {
            return parked.isEmpty() && barrier == NO_BARRIER;
        } finally {
            lock.unlock();
        }
    }

    /** {@return a run of entries for all who stand at a slot; null if it is no longer kept} */
    @Nullable LogBatch read(long from, long until) {
        lock.lock();
        try {
            return ring.read(from, until);
        } finally {
            lock.unlock();
        }
    }

    /** {@return a run of what is for one peer, as {@link LogReader#read} says} What is addressed to it is taken. */
    @Nullable LogBatch read(PeerCursor viewer, long until, @Nullable LogBatch like) {
        lock.lock();
        try {
            return reader.read(viewer, until, like);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets a cursor go on that fell off the tail, or that something addressed to it fell away from: at the oldest entry
     * kept.
     *
     * @return how many messages for it were lost by that, perhaps none
     */
    long skip(PeerCursor cursor) {
        lock.lock();
        try {
            long tail = Math.max(ring.tail(), cursor.next);
            ExcludedMessages not = cursor.excluded;
            long excluded = not == null ? 0 : Math.max(0, not.evicted - cursor.excludedPassed());
            long addressed = cursor.lostAddressed;
            long lost = tail - cursor.next - excluded + addressed;
            cursor.lostAddressed = 0;
            cursor.move(tail, 0, lost, excluded, addressed);
            return lost;
        } finally {
            lock.unlock();
        }
    }

    /** {@return what has become of the messages for a peer, at one moment} */
    PeerCursor.Account account(PeerCursor cursor) {
        lock.lock();
        try {
            return cursor.account(ring.head());
        } finally {
            lock.unlock();
        }
    }

    /** What the log knows of itself, at one moment. */
    record Figures(long messages, @Nullable Position position, long bytes, long waits, int retainedMessages,
            long retainedBytes, int addressedMessages, long addressedBytes) {
        static final Figures NONE = new Figures(0, null, 0, 0, 0, 0, 0, 0);

        Figures plus(Figures more) {
            return new Figures(messages + more.messages, null, bytes + more.bytes, waits + more.waits,
                    retainedMessages + more.retainedMessages, retainedBytes + more.retainedBytes,
                    addressedMessages + more.addressedMessages, addressedBytes + more.addressedBytes);
        }

        /** {@return what is left of them when the log is gone} */
        Figures past() {
            return new Figures(messages, null, bytes, waits, 0, 0, 0, 0);
        }
    }

    Figures figures() {
        lock.lock();
        try {
            long last = ring.head() - 1;
            return new Figures(last, ring.position(last), ring.totalBytes(), waits, (int) (ring.head() - ring.tail()),
                    ring.retainedBytes(), lane.retainedMessages(), lane.retainedBytes());
        } finally {
            lock.unlock();
        }
    }
}
