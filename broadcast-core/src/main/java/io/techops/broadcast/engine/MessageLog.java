package io.techops.broadcast.engine;

import io.techops.broadcast.DeliveryPolicy;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.Replay;
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
 *     the backplane waits for it too                                        its task, at the end of a round
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

    /** What a peer has lost. */
    static final class Loss {
        /** How many messages; if not exact, those that had expired are among them, and of keys given up only one. */
        long count;
        boolean exact;
        /** How many that were addressed to the peer had expired. */
        long expired;
        /** The slot with which the peer goes on. */
        long next;
    }

    private final Retention retention;
    private final HubTimer timer;
    private final boolean excludesSender;
    private final MemorySafeLock lock = new MemorySafeLock();
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
    /** What to call when a round has ended, if that is waited for; null in a hub without a backplane. */
    private @Nullable Runnable follower;
    private boolean followerWaits;
    /** Whether something may come from a shared log that was accepted here. */
    private boolean unsettled;

    MessageLog(Retention retention, DeliveryPolicy delivery, boolean conflates, int shards, HubTimer timer) {
        this.retention = retention;
        this.timer = timer;
        this.excludesSender = delivery.excludesSender();
        this.ring = new LogBuffer(retention, conflates);
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

    /** {@return the position of an entry} */
    Position position(long slot) {
        return ring.runs().at(slot).position(slot);
    }

    /** {@return the sequence of an entry} */
    long sequence(long slot) {
        return ring.runs().at(slot).sequence(slot);
    }

    /** {@return the position before that of an entry, which may be one to come} */
    Position positionBefore(long slot) {
        return ring.runs().at(slot).before(slot);
    }

    /** {@return the run that the position of an entry belongs to, which may be one to come} */
    PositionRun run(long slot) {
        return ring.runs().at(slot);
    }

    /** {@return the run that the next entry will belong to} */
    PositionRun newestRun() {
        return ring.runs().newest();
    }

    /** {@return the slot of the next broadcast} */
    long head() {
        return ring.head();
    }

    long tail() {
        return ring.tail();
    }

    /** {@return whether a newer message of a key replaces the older ones} */
    boolean conflates() {
        return ring.conflates();
    }

    // What publishers do.

    /** {@return why the log can never take a message, or null if it can} */
    @Nullable String refusal(Message message, @Nullable String key) {
        long charge = EntryNotes.charge(message, key);
        return charge <= retention.bytes() ? null : "message must fit in the log, retention.bytes "
                + retention.bytes() + ": it is charged " + charge + " bytes";
    }

    private long checkedCharge(Message message, @Nullable String key) {
        String refusal = refusal(message, key);
        if (refusal != null) {
            throw new IllegalArgumentException(refusal);
        }
        return EntryNotes.charge(message, key);
    }

    /**
     * Appends what the host application says to everyone.
     *
     * @param key what it is about; null if it has no key
     * @param expiresAt until when it is delivered; {@link EntryNotes#NEVER} if at any time
     * @param except who is not to get it, each once
     * @param wait for how long to wait for room if the hub is saturated
     * @return the sequence; {@link #REFUSED} if the log is sealed, or there is no room and the wait is over
     */
    long append(Message message, @Nullable String key, long expiresAt, PeerCursor[] except, RoomWait wait,
            Publisher publisher) {
        long charge = checkedCharge(message, key);
        boolean noted = key != null || expiresAt != EntryNotes.NEVER;
        long now = timer.nanoTime(); // not under the lock: the timer may be foreign
        return publish(() -> makeRoom(charge, marks.hostLimit(), now)
                ? put(message, notes(except, key, expiresAt, noted, now), now) : REFUSED, wait, publisher);
    }

    private static @Nullable EntryNotes notes(PeerCursor[] except, @Nullable String key, long expiresAt, boolean noted,
            long now) {
        if (noted) {
            return new EntryNotes(excluded(except), key, expiresAt, now);
        }
        if (except.length < 2) {
            return except.length == 0 ? null : excludedAlone(except[0]);
        }
        return new EntryNotes(excluded(except), null, EntryNotes.NEVER, now);
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

    private long put(Message message, @Nullable EntryNotes notes, long now) {
        appends++;
        long sequence = ring.put(message, notes, now);
        if (notes != null) {
            for (ExcludedMessages each : notes.excluded) {
                each.appended = each.appended + 1;
                each.last = sequence;
            }
        }
        return sequence;
    }

    private static ExcludedMessages[] excluded(PeerCursor[] peers) {
        if (peers.length == 0) {
            return EntryNotes.EVERYONE;
        }
        ExcludedMessages[] all = new ExcludedMessages[peers.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = excluded(peers[i]);
        }
        return all;
    }

    private static ExcludedMessages excluded(PeerCursor peer) {
        return excludedAlone(peer).excluded[0];
    }

    private static EntryNotes excludedAlone(PeerCursor peer) {
        EntryNotes known = peer.excludedAlone;
        if (known == null) {
            ExcludedMessages mine = new ExcludedMessages();
            known = new EntryNotes(new ExcludedMessages[] {mine}, null, EntryNotes.NEVER, 0);
            peer.excludedAlone = known;
            peer.excluded = mine;
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
    boolean send(Publication message, PeerCursor[] to, RoomWait wait, Publisher publisher) {
        checkedCharge(message.message(), message.key());
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
        private final Publication message;
        private final PeerCursor[] to;
        private final long now = timer.nanoTime(); // not under the lock
        private AddressedLane.@Nullable Addressed addressed;
        private int linked;

        Sending(Publication message, PeerCursor[] to) {
            this.message = message;
            this.to = to;
        }

        @Override
        public long getAsLong() {
            while (barrier != NO_BARRIER && !sealed) { // not for long: that one waits for nothing
                awaitRoom(RoomWait.UNLIMITED);
            }
            if (sealed || to.length > 0 && !makeRoomInLane(message, to.length, now)) {
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
    long receive(Message message, @Nullable String key, long expiresAt, PeerCursor from) {
        long charge = checkedCharge(message, key);
        long now = timer.nanoTime();
        lock.lock();
        try {
            if (sealed) {
                return REFUSED;
            }
            if (parked.isEmpty() && makeRoom(charge, marks.peerLimit(), now)) {
                return relay(message, key, expiresAt, from, now);
            }
            if (from.departed()) {
                return REFUSED;
            }
            from.parked = new Publication(message, key, expiresAt);
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

    private boolean makeRoom(long charge, long limit, long now) {
        while (!ring.hasRoom(charge)) {
            if (ring.tail() >= limit) {
                return false;
            }
            ring.evict(now);
        }
        while (ring.isTailTooOld(now) && ring.tail() < limit) {
            ring.evict(now);
        }
        return true;
    }

    private boolean makeRoomInLane(Publication message, int receivers, long now) {
        while (!lane.hasRoom(message, receivers)) {
            PeerCursor receiver = lane.oldestReceiver();
            boolean lapsed = receiver != null && lane.isOldestExpired(now);
            if (receiver == null || !lapsed && !receiver.departed() && !receiver.isStalled()) {
                return false;
            }
            lane.take(receiver);
            if (!receiver.departed()) {
                if (lapsed) {
                    receiver.lapsedAddressed = receiver.lapsedAddressed + 1;
                } else {
                    receiver.lostAddressed = receiver.lostAddressed + 1;
                }
                marks.call(receiver);
            }
        }
        return true;
    }

    private long relay(Message message, @Nullable String key, long expiresAt, PeerCursor from, long now) {
        if (key == null && expiresAt == EntryNotes.NEVER) {
            return put(message, excludesSender ? excludedAlone(from) : null, now);
        }
        ExcludedMessages[] except = excludesSender ? excludedAlone(from).excluded : EntryNotes.EVERYONE;
        return put(message, new EntryNotes(except, key, expiresAt, now), now);
    }

    // What shards do.

    /** What a shard is told when it begins a round. */
    static final class RoundStart {
        /** Up to where to read. */
        long head;
        /** The run of positions at the head of the log. */
        @Nullable PositionRun run;
        /** Whether someone waits for room. */
        boolean isAwaited;
        /** The first of the peers that the shard is called for. */
        @Nullable PeerCursor called;
    }

    /**
     * Lets a peer join: it will be given what a replay says, and all that is appended from now on.
     *
     * @param prelude what is to come before the log, to be filled in; null if the peer needs none
     * @param hasSnapshots whether the host says what comes first, unless the peer goes on where it was
     * @param onJoin called if the log is not sealed, before the shard can know the peer; under the lock, so it must not
     *     wait for anything
     * @return where the peer begins; null if the log is sealed
     */
    @Nullable ReplayStart join(PeerCursor cursor, Replay replay, @Nullable Prelude prelude, boolean hasSnapshots,
            Runnable onJoin) {
        long now = timer.nanoTime();
        lock.lock();
        try {
            if (sealed) {
                return null;
            }
            ReplayStart start = ReplayStart.of(replay, ring, now);
            if (prelude != null) {
                start.fill(prelude, cursor.knowsPositions);
                prelude.unkeyedBelow = start.latestBelow() == 0 ? 0 : ring.unkeyedBefore(start.latestBelow());
                prelude.awaitsSnapshot = hasSnapshots && !start.recovered();
                cursor.prelude = prelude.isOver(start.next()) ? null : prelude;
                if (prelude.awaitsSnapshot) {
                    cursor.setWritable(false);
                }
            }
            cursor.unkeyedBefore = ring.unkeyedBefore(start.next());
            cursor.move(start.next(), 0, 0, 0, 0);
            cursor.run = ring.runs().at(cursor.place());
            marks.join(cursor, onJoin);
            if (cursor.prelude != null || start.next() < ring.head()) {
                marks.call(cursor); // so that the round which adopts it serves it, or has it behind
            }
            return start;
        } finally {
            lock.unlock();
        }
    }

    /** Begins a round of a shard: moves those who have joined to {@code peers}, and fills in the turn. */
    void begin(int shard, List<PeerCursor> peers, RoundStart turn) {
        lock.lock();
        try {
            turn.called = marks.begin(shard, peers);
            turn.head = Math.min(ring.head(), barrier);
            turn.run = ring.runs().newest();
            turn.isAwaited = waiting > 0 || !parked.isEmpty() || followerWaits;
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
        long now = timer.nanoTime();
        boolean awaited = false;
        lock.lock();
        try {
            marks.move(shard, vacant, offered, graced);
            wakeWaiting();
            awaited = followerWaits;
            followerWaits = false;
            return parked.isEmpty() ? List.of() : admit(now);
        } finally {
            lock.unlock();
            if (awaited) {
                follower.run();
            }
        }
    }

    // What the backplane does.

    /**
     * Says that what is appended comes from a shared log.
     *
     * @param wake called, without the lock, by a shard whose round has ended after {@link #follow} found no room
     */
    void follows(Runnable wake) {
        lock.lock();
        try {
            follower = wake;
            unsettled = true;
        } finally {
            lock.unlock();
        }
    }

    /** Says that all that was accepted here has come back, or is given up. */
    void settle() {
        lock.lock();
        try {
            unsettled = false;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Appends what comes from a shared log, also if the log is sealed.
     *
     * @param appendedAt when it was appended there, by the timer of this hub
     * @return the slot; {@link #REFUSED} if there is no room now
     */
    long follow(Message message, @Nullable String key, long expiresAt, PeerCursor[] except, long appendedAt) {
        long charge = EntryNotes.charge(message, key);
        boolean noted = key != null || expiresAt != EntryNotes.NEVER;
        long now = timer.nanoTime();
        lock.lock();
        try {
            if (!makeRoom(charge, marks.hostLimit(), now)) {
                followerWaits = true;
                return REFUSED;
            }
            return put(message, notes(except, key, expiresAt, noted, appendedAt), appendedAt);
        } finally {
            lock.unlock();
        }
    }

    /** Says that what is appended from now on follows another position than that of the last entry. */
    void breakOff(Position before) {
        lock.lock();
        try {
            ring.breakOff(before);
        } finally {
            lock.unlock();
        }
    }

    private List<Admitted> admit(long now) {
        List<Admitted> admitted = new ArrayList<>();
        try {
            for (var each = parked.iterator(); each.hasNext();) {
                PeerCursor from = each.next();
                Publication waited = from.parked;
                if (!makeRoom(waited.charge(), marks.peerLimit(), now)) {
                    break;
                }
                admitted.add(new Admitted(from, waited.message(), ring.head()));
                relay(waited.message(), waited.key(), waited.expiresAt(), from, now);
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
            if (cursor.isWithin(ring.lastLost(cursor.excluded), ring.head())) {
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
            return parked.isEmpty() && barrier == NO_BARRIER && !unsettled;
        } finally {
            lock.unlock();
        }
    }

    /** {@return a run of entries for all who stand at a slot; null if it is no longer kept} */
    @Nullable LogBatch read(long from, long until) {
        long now = timer.nanoTime();
        lock.lock();
        try {
            return reader.read(from, until, now);
        } finally {
            lock.unlock();
        }
    }

    /** {@return a run of what is for one peer, as {@link LogReader#read} says} What is addressed to it is taken. */
    @Nullable LogBatch read(PeerCursor viewer, long until, long latestBelow, @Nullable LogBatch like) {
        long now = timer.nanoTime();
        lock.lock();
        try {
            return reader.read(viewer, until, latestBelow, now, like);
        } finally {
            lock.unlock();
        }
    }

    /** {@return a run of what is kept of keys, as {@link LogReader#readKeys} says} */
    @Nullable LogBatch readKeys(@Nullable ExcludedMessages viewer, long from, long to) {
        long now = timer.nanoTime();
        lock.lock();
        try {
            return reader.readKeys(viewer, from, to, now);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets a cursor go on that fell off the tail, or that something addressed to it, or kept for it of keys, fell away
     * from: at the oldest entry kept, and with what is kept of keys since it fell, if the log conflates.
     *
     * @param loss filled in with what was lost by that, perhaps nothing
     */
    void skip(PeerCursor cursor, Loss loss) {
        lock.lock();
        try {
            long from = cursor.next;
            long tail = Math.max(ring.tail(), from);
            ExcludedMessages not = cursor.excluded;
            long excluded = not == null ? 0 : Math.max(0, not.evicted - cursor.excludedPassed());
            long excludedKeyed = not == null ? 0 : Math.max(0, not.evictedKeyed - cursor.excludedKeyedPassed);
            long addressed = cursor.lostAddressed;
            long lapsed = cursor.lapsedAddressed;
            countLost(cursor, tail, ring.conflates() ? excluded - excludedKeyed : excluded, loss);
            loss.count += addressed;
            loss.exact &= addressed == 0;
            loss.expired = lapsed;
            Prelude prelude = goOnWithKeys(cursor, from, tail);
            loss.next = prelude != null && prelude.hasKeysLeft() ? prelude.keysFrom : tail;
            cursor.lostAddressed = 0;
            cursor.lapsedAddressed = 0;
            cursor.unkeyedBefore = ring.unkeyedBefore(tail);
            cursor.excludedKeyedPassed += excludedKeyed;
            cursor.move(tail, 0, loss.count, excluded, addressed + lapsed);
        } finally {
            lock.unlock();
        }
    }

    /** Adds what is kept of keys of what fell off the tail, as far as the peer is to get it. */
    private @Nullable Prelude goOnWithKeys(PeerCursor cursor, long from, long tail) {
        Prelude prelude = cursor.prelude;
        long below = ring.conflates() ? tail : prelude == null ? 0 : Math.min(tail, prelude.latestBelow);
        if (below > from) {
            prelude = cursor.beginPrelude();
            prelude.addKeys(from, below);
        }
        if (prelude != null) {
            prelude.keysFrom = Math.max(prelude.keysFrom, ring.forgottenTo() + 1);
        }
        return prelude;
    }

    /** Counts the broadcasts that a peer has lost that goes on at the tail. */
    private void countLost(PeerCursor cursor, long tail, long excluded, Loss loss) {
        long from = cursor.next;
        Prelude prelude = cursor.prelude;
        long owed = prelude == null ? from : Math.max(from, Math.min(tail, prelude.latestBelow));
        long keysFrom = prelude != null && prelude.hasKeysLeft() ? prelude.keysFrom : from;
        boolean isForgotten = ring.lastForgotten(cursor.excluded) >= keysFrom;
        loss.count = 0;
        loss.exact = ring.lastSpared() < from && !isForgotten;
        if (tail > from && ring.lastLost(cursor.excluded) >= owed) {
            long before = Math.max(cursor.unkeyedBefore, prelude == null ? 0 : prelude.unkeyedBelow);
            long gone = ring.conflates() ? ring.unkeyedEvictedSince(before) : tail - owed;
            loss.count = Math.max(1, gone - excluded);
        } else if (isForgotten) {
            loss.count = 1;
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
            long retainedBytes, int addressedMessages, long addressedBytes, int keys, long keyBytes,
            long forgottenKeys) {
        static final Figures NONE = new Figures(0, null, 0, 0, 0, 0, 0, 0, 0, 0, 0);

        Figures plus(Figures more) {
            return new Figures(messages + more.messages, null, bytes + more.bytes, waits + more.waits,
                    retainedMessages + more.retainedMessages, retainedBytes + more.retainedBytes,
                    addressedMessages + more.addressedMessages, addressedBytes + more.addressedBytes,
                    keys + more.keys, keyBytes + more.keyBytes, forgottenKeys + more.forgottenKeys);
        }

        /** {@return what is left of them when the log is gone} */
        Figures past() {
            return new Figures(messages, null, bytes, waits, 0, 0, 0, 0, 0, 0, forgottenKeys);
        }
    }

    Figures figures() {
        lock.lock();
        try {
            long last = ring.head() - 1;
            return new Figures(last, ring.runs().newest().before(ring.head()), ring.totalBytes(), waits,
                    (int) (ring.head() - ring.tail()),
                    ring.retainedBytes(), lane.retainedMessages(), lane.retainedBytes(), ring.keyed().kept(),
                    ring.keyed().keptBytes(), ring.keyed().forgotten());
        } finally {
            lock.unlock();
        }
    }
}
