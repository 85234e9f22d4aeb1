package io.techops.broadcast.engine;

import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.SharedRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/*
 * A message counts as in the outbox until it has come back from the shared log, or is given up. The outbox is bounded,
 * so that publishers are no faster than the log is read. While the backplane is away there is no room.
 *
 * Who waits, and who wakes them:
 *   room          a message has come back, or is given up; the backplane is back; sealed;     the gate (RoomGate)
 *                 nothing is parked any more
 *   what is parked, one message a peer, in the order of arrival                                admit(), by each turn
 *                 of the backplane's task, which every one of these wakes
 */

/** The messages for everyone that are on their way to a shared log. Safe for use by any number of threads. */
final class Outbox {

    /**
     * The bounds: the number of messages, and their charges in bytes ({@link EntryNotes#charge}), which one message
     * alone may exceed.
     */
    static final int MAX_MESSAGES = 1_024;
    static final long MAX_BYTES = 4 << 20;

    /** A message on its way. */
    static final class Item {
        final Message message;
        final @Nullable String key;
        final @Nullable Duration timeToLive;
        final PeerCursor[] except;
        final @Nullable PeerCursor from;
        final @Nullable CompletableFuture<Position> told;
        private final long charge;
        /** Guarded by the lock of the outbox. */
        private boolean released;
        private @Nullable Item next;

        /**
         * @param except the peers of this node that are not to get it
         * @param from the peer that sent it; null if the host
         * @param told the publisher's future of the position; null if there is none
         */
        Item(Message message, @Nullable String key, @Nullable Duration timeToLive, PeerCursor[] except,
                @Nullable PeerCursor from, @Nullable CompletableFuture<Position> told) {
            this.message = message;
            this.key = key;
            this.timeToLive = timeToLive;
            this.except = except;
            this.from = from;
            this.told = told;
            this.charge = EntryNotes.charge(message, key);
        }

        SharedRecord record() {
            return SharedRecord.of(message, key, timeToLive);
        }
    }

    private final HubTimer timer;
    private final MemorySafeLock lock = new MemorySafeLock();
    private final RoomGate gate = new RoomGate(lock);
    private final ToLongFunction<Item> adding = this::addIfRoom;

    /** All of these are guarded by the lock. */
    private @Nullable Item first; // linked: needs no memory; a table that cannot grow loses all
    private @Nullable Item last;
    private final Map<PeerCursor, Item> parked = new LinkedHashMap<>();
    private int count;
    private long bytes;
    private boolean closed;

    Outbox(HubTimer timer) {
        this.timer = timer;
    }

    /** {@return a wait of a publisher that gives up after a limit} */
    RoomWait patience(Duration limit) {
        return RoomWait.uninterruptible(limit, timer);
    }

    /** {@return false if the outbox is sealed, or there was no room and the wait is over} */
    boolean offer(Item item, RoomWait wait, RoomGate.Publisher publisher) {
        return gate.pass(adding, item, wait, publisher) != RoomGate.REFUSED;
    }

    /** Called with the lock held. */
    private long addIfRoom(Item item) {
        if (parked.isEmpty() && hasRoom(item)) {
            add(item);
            return 0;
        }
        return RoomGate.REFUSED;
    }

    /** Takes a peer's message, or parks it. {@return 0, or {@link RoomGate#PARKED} or {@link RoomGate#REFUSED}} */
    long receive(Item item, PeerCursor from) {
        lock.lock();
        try {
            if (gate.isSealed()) {
                return RoomGate.REFUSED;
            }
            if (addIfRoom(item) != RoomGate.REFUSED) {
                from.unfollowed = from.unfollowed + 1;
                return 0;
            }
            if (from.departed()) {
                return RoomGate.REFUSED;
            }
            Publication note = new Publication(item.message, item.key, EntryNotes.NEVER);
            try {
                parked.put(from, item);
            } catch (Throwable noMemory) { // may have been added nevertheless
                parked.remove(from);
                throw noMemory;
            }
            from.parked = note;
            from.unfollowed = from.unfollowed + 1;
            from.held = true;
            gate.countWait();
            return RoomGate.PARKED;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasRoom(Item item) {
        return !closed && count < MAX_MESSAGES && (count == 0 || bytes + item.charge <= MAX_BYTES);
    }

    private void add(Item item) {
        if (last == null) {
            first = item;
        } else {
            last.next = item;
        }
        last = item;
        count++;
        bytes += item.charge;
    }

    /** {@return the next peer whose parked message was taken, so that it may be read again; null if there is none} */
    @Nullable PeerCursor admit() {
        lock.lock();
        try {
            if (parked.isEmpty() || closed) {
                return null;
            }
            Item item = parked.values().iterator().next();
            PeerCursor from = item.from;
            if (!hasRoom(item)) {
                return null;
            }
            parked.remove(from);
            add(item);
            from.parked = null;
            if (parked.isEmpty()) {
                gate.wake(); // publishers wait while a message is parked
            }
            return from;
        } finally {
            lock.unlock();
        }
    }

    /** Drops the parked message of a peer that has gone. {@return whether there was one} */
    boolean forget(PeerCursor departed) {
        lock.lock();
        try {
            departed.parked = null;
            boolean dropped = parked.remove(departed) != null;
            if (dropped) {
                gate.wake();
            }
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    /** {@return the messages to append next, in order, at most {@code most}} They still count as in the outbox. */
    List<Item> take(int most) {
        lock.lock();
        try {
            List<Item> taken = new ArrayList<>();
            Item rest = first;
            for (; rest != null && taken.size() < most; rest = rest.next) {
                taken.add(rest);
            }
            first = rest;
            last = rest == null ? null : last;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Puts messages that were taken back to the front. */
    void putBack(List<Item> items) {
        lock.lock();
        try {
            for (int i = items.size() - 1; i >= 0; i--) {
                Item item = items.get(i);
                item.next = first;
                first = item;
                last = last == null ? item : last;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Removes an item that has come back, or is given up. {@return whether its peer waits for it to be closed} */
    boolean release(Item item) {
        lock.lock();
        try {
            if (item.released) {
                return false;
            }
            item.released = true;
            count--;
            bytes -= item.charge;
            gate.wake();
            PeerCursor from = item.from;
            if (from == null) {
                return false;
            }
            from.unfollowed = from.unfollowed - 1;
            return from.unfollowed == 0 && (from.signals() & PeerCursor.ENDING) != 0;
        } finally {
            lock.unlock();
        }
    }

    /** Sets whether the backplane is away. */
    void close(boolean away) {
        lock.lock();
        try {
            closed = away;
            gate.wake();
        } finally {
            lock.unlock();
        }
    }

    /** Refuses all that is offered from now on; what is parked is still admitted. */
    void seal() {
        gate.seal();
    }

    /** {@return whether nothing is on its way} */
    boolean isEmpty() {
        lock.lock();
        try {
            return count == 0 && parked.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    long waits() {
        lock.lock();
        try {
            return gate.waits();
        } finally {
            lock.unlock();
        }
    }
}
