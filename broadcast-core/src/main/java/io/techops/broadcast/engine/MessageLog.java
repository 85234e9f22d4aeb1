package io.techops.broadcast.engine;

import io.techops.broadcast.DeliveryPolicy;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.Retention;
import org.jspecify.annotations.Nullable;

/*
 * The log: a ring of entries for everyone, a lane of messages for some, and the marks of the shards, which say what may
 * be evicted; all behind one lock. No step under it depends on how much is kept or how many peers there are, but that
 * the arrays grow, and that an append evicts what makes room for it: each entry is evicted once.
 *
 * What is guarded by the lock is split by what is done with it: LogWriter appends to the ring, LaneWriter to the lane,
 * ParkedMessages keeps what peers sent without room, SharedEntries what a backplane brings, LogReader reads for the
 * shards, and LogRounds are their rounds. RoomGate is where the host waits: it is refused, or waits for room, if the
 * hub is saturated; a peer's message is parked, one a peer.
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

    private final Retention retention;
    private final HubTimer timer;
    private final MemorySafeLock lock = new MemorySafeLock();
    private final RoomGate gate = new RoomGate(lock);

    /** All of these are guarded by the lock. */
    private final LogBuffer ring;
    private final AddressedLane lane;
    private final LogWriter writer;
    private final LaneWriter sends;
    private final ParkedMessages parked;

    private final SharedEntries shared;
    private final LogReader reader;
    private final LogRounds rounds;

    MessageLog(Retention retention, DeliveryPolicy delivery, boolean conflates, int shards, HubTimer timer) {
        this.retention = retention;
        this.timer = timer;
        this.ring = new LogBuffer(retention, conflates);
        this.lane = new AddressedLane(retention);
        ShardPositions marks = new ShardPositions(shards);
        this.writer = new LogWriter(ring, marks, gate, delivery.excludesSender());
        this.sends = new LaneWriter(lock, gate, ring, lane, marks, timer);
        this.parked = new ParkedMessages(writer, gate);
        this.shared = new SharedEntries(lock, ring, writer, timer);
        this.reader = new LogReader(lock, ring, lane, timer);
        this.rounds = new LogRounds(lock, ring, marks, gate, sends, parked, shared, timer);
    }

    /** {@return what shards do with the log} */
    LogRounds rounds() {
        return rounds;
    }

    /** {@return what is read of the log} */
    LogReader reader() {
        return reader;
    }

    /** {@return what a backplane does with the log} */
    SharedEntries shared() {
        return shared;
    }

    /** {@return which positions the entries have} */
    PositionRuns positions() {
        return ring.runs();
    }

    /** {@return what lets the cursors of one shard go on that fell off the tail} */
    LossCounter losses() {
        return new LossCounter(lock, ring);
    }

    /** {@return the slot of the next broadcast} */
    long head() {
        return ring.head();
    }

    /** {@return why the log can never take a message, or null if it can} */
    @Nullable String refusal(Message message, @Nullable String key) {
        long charge = EntryNotes.charge(message, key);
        return charge <= retention.bytes() ? null : "message must fit in the log, retention.bytes "
                + retention.bytes() + ": it is charged " + charge + " bytes";
    }

    private void check(Message message, @Nullable String key) {
        String refusal = refusal(message, key);
        if (refusal != null) {
            throw new IllegalArgumentException(refusal);
        }
    }

    /**
     * Appends what the host application says to everyone.
     *
     * @param key what it is about; null if it has no key
     * @param expiresAt until when it is delivered; {@link EntryNotes#NEVER} if at any time
     * @param except who is not to get it, each once
     * @param wait for how long to wait for room if the hub is saturated
     * @return the slot; {@link RoomGate#REFUSED} if the log is sealed, or there is no room and the wait is over
     */
    long append(Message message, @Nullable String key, long expiresAt, PeerCursor[] except, RoomWait wait,
            RoomGate.Publisher publisher) {
        check(message, key);
        return gate.pass(Append::attempt, new Append(message, key, expiresAt, except), wait, publisher);
    }

    /** What the host application says to everyone. */
    private final class Append {
        private final Message message;
        private final @Nullable String key;
        private final long expiresAt;
        private final PeerCursor[] except;
        private final long now = timer.nanoTime(); // not under the lock: the timer may be foreign

        Append(Message message, @Nullable String key, long expiresAt, PeerCursor[] except) {
            this.message = message;
            this.key = key;
            this.expiresAt = expiresAt;
            this.except = except;
        }

        long attempt() {
            return writer.makeRoomForHost(EntryNotes.charge(message, key), now)
                    ? writer.put(message, key, expiresAt, except, now) : RoomGate.REFUSED;
        }
    }

    /**
     * Sends what the host application says to some peers; those of them that have gone meanwhile are left out.
     *
     * @param to the receivers, each of them once
     * @param wait for how long to wait for room if the hub is saturated
     * @return false if the log is sealed, or there is no room and the wait is over
     */
    boolean send(Publication message, PeerCursor[] to, RoomWait wait, LaneWriter.Sender sender) {
        check(message.message(), message.key());
        return sends.send(message, to, wait, sender);
    }

    /**
     * Appends what a peer sent, or parks it.
     *
     * @return the slot; {@link RoomGate#PARKED} if the message was parked; {@link RoomGate#REFUSED} if the log is
     *     sealed, or the message would have to wait for room and its peer has gone
     */
    long receive(Message message, @Nullable String key, long expiresAt, PeerCursor from) {
        check(message, key);
        long now = timer.nanoTime();
        lock.lock();
        try {
            return parked.receive(message, key, expiresAt, from, now);
        } finally {
            lock.unlock();
        }
    }

    /** Refuses all that is appended from now on; what is parked is still admitted. */
    void seal() {
        gate.seal();
    }

    /** Drops what is parked of a peer that has gone, and what waits for it. {@return whether anything was parked} */
    boolean forget(PeerCursor departed) {
        boolean more = true;
        boolean dropped = false;
        while (more) {
            lock.lock();
            try {
                dropped |= parked.drop(departed);
                more = sends.drop(departed);
                gate.wake();
            } finally {
                lock.unlock();
            }
        }
        return dropped;
    }

    /** {@return what has become of the messages for a peer, at one moment} */
    PeerCursor.Account account(PeerCursor cursor) {
        lock.lock();
        try {
            return cursor.account(cursor.excludedAppended(), ring.head());
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
            return new Figures(last, ring.runs().newest().before(ring.head()), ring.totalBytes(), gate.waits(),
                    (int) (ring.head() - ring.tail()),
                    ring.retainedBytes(), lane.retainedMessages(), lane.retainedBytes(), ring.keyed().kept(),
                    ring.keyed().keptBytes(), ring.keyed().forgotten());
        } finally {
            lock.unlock();
        }
    }
}
