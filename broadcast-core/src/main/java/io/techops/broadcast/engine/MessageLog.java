package io.techops.broadcast.engine;

import io.techops.broadcast.DeliveryPolicy;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.Retention;
import org.jspecify.annotations.Nullable;

/*
 * The log is a ring of entries for everyone, a lane of messages for some peers, and the marks of the shards, which say
 * what may be evicted; all behind one lock. The time of a step under the lock does not depend on how much is kept or
 * how many peers there are, except when the arrays grow, and when an append evicts entries: each entry is evicted once.
 *
 * The state that the lock guards is split by its use: LogWriter appends to the ring, LaneWriter to the lane,
 * ParkedMessages keeps what peers sent without room, SharedEntries what a backplane brings, LogReader reads for the
 * shards, and LogRounds keeps their rounds. The host waits at the RoomGate: if the hub is saturated, it is refused or
 * waits for room. A peer's message is parked then, one for each peer.
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
 * shards for a whole round after the last append, so that there is a round that moves the marks.
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

    /** {@return the part of the log that the shards use} */
    LogRounds rounds() {
        return rounds;
    }

    /** {@return the reader of the log} */
    LogReader reader() {
        return reader;
    }

    /** {@return the part of the log that a backplane uses} */
    SharedEntries shared() {
        return shared;
    }

    /** {@return the positions of the entries} */
    PositionRuns positions() {
        return ring.runs();
    }

    /** {@return a loss counter for the cursors of one shard} */
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
     * Appends a message of the host application to everyone.
     *
     * @param key the message's key; null if it has none
     * @param expiresAt when it expires, in the timer's nanoseconds; {@link EntryNotes#NEVER} if it does not
     * @param except the peers that are not to get it, each once
     * @param wait how long to wait for room if the hub is saturated
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
     * Sends a message of the host application to some peers; those that have gone meanwhile are left out.
     *
     * @param to the receivers, each of them once
     * @param wait how long to wait for room if the hub is saturated
     * @return false if the log is sealed, or there is no room and the wait is over
     */
    boolean send(Publication message, PeerCursor[] to, RoomWait wait, LaneWriter.Sender sender) {
        check(message.message(), message.key());
        return sends.send(message, to, wait, sender);
    }

    /**
     * Appends a peer's message, or parks it.
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

    /**
     * Drops the parked message of a peer that has gone, and the entries that wait for it. {@return whether a message
     * was parked}
     */
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

    /** {@return the counts of a peer's messages, at one moment} */
    PeerCursor.Account account(PeerCursor cursor) {
        lock.lock();
        try {
            return cursor.account(cursor.excludedAppended(), ring.head());
        } finally {
            lock.unlock();
        }
    }

    /** The figures of the log, at one moment. */
    record Figures(long messages, @Nullable Position position, long bytes, long waits, int retainedMessages,
            long retainedBytes, int addressedMessages, long addressedBytes, int keys, long keyBytes,
            long evictedKeys) {
        static final Figures NONE = new Figures(0, null, 0, 0, 0, 0, 0, 0, 0, 0, 0);

        Figures plus(Figures more) {
            return new Figures(messages + more.messages, null, bytes + more.bytes, waits + more.waits,
                    retainedMessages + more.retainedMessages, retainedBytes + more.retainedBytes,
                    addressedMessages + more.addressedMessages, addressedBytes + more.addressedBytes,
                    keys + more.keys, keyBytes + more.keyBytes, evictedKeys + more.evictedKeys);
        }

        /** {@return the part of these figures that remains when the log is gone: the counters} */
        Figures past() {
            return new Figures(messages, null, bytes, waits, 0, 0, 0, 0, 0, 0, evictedKeys);
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
