package io.techops.broadcast.engine;

import io.techops.broadcast.Message;
import io.techops.broadcast.Retention;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 * The log is for everyone; the lane beside it holds what was sent to one peer or to some peers. A message for n
 * receivers is n entries that share the message. An entry holds the message's place in the log ("at": the head when the
 * message was sent) and the index of the same receiver's next entry, so that a receiver needs to know only its first
 * and its last entry. An entry is freed when its message was delivered, when its receiver has gone, or when it was
 * evicted to make room.
 *
 * The entries are in arrays. The entries in use are linked by age, the free ones among each other. Each step takes
 * constant time, apart from growing the arrays, as in the ring.
 *
 * Bounds: those of the retention, counted apart from the log's entries. A message counts once, and is charged its
 * payload once, however many receivers it has, and RECEIVER bytes for each receiver but the first. One message alone
 * always fits, whatever it is charged.
 */

/** The messages that were sent to some peers and have not been delivered. Guarded by the lock of the log. */
final class AddressedLane {

    /** No entry. */
    static final int NONE = PeerCursor.NO_ENTRY;

    /** What is charged for each receiver but the first, in bytes. */
    private static final int RECEIVER = 32;

    private static final int INITIAL_CAPACITY = 16;
    /** Shared empty arrays, so that releasing the arrays needs no memory. */
    private static final Addressed[] NO_MESSAGES = new Addressed[0];
    private static final PeerCursor[] NO_RECEIVERS = new PeerCursor[0];
    private static final int[] NO_LINKS = new int[0];
    /** Arrays larger than this are released once they are empty. */
    private static final int KEPT_CAPACITY = 1 << 14;

    /** A message on its way to some peers. */
    static final class Addressed {
        final Message message;
        final @Nullable String key;
        final long expiresAt;
        final long at;
        /** How many receivers it has neither reached nor been given up for. */
        private int left;

        private Addressed(Publication sent, long at, int receivers) {
            this.message = sent.message();
            this.key = sent.key();
            this.expiresAt = sent.expiresAt();
            this.at = at;
            this.left = receivers;
        }
    }

    private final Retention retention;
    private @Nullable Addressed[] messages = NO_MESSAGES;
    private @Nullable PeerCursor[] receivers = NO_RECEIVERS;
    /** The next entry of the same receiver, or the next free one. */
    private int[] next = NO_LINKS;
    private int[] older = NO_LINKS;
    private int[] newer = NO_LINKS;
    private int free = NONE;
    private int oldest = NONE;
    private int newest = NONE;
    private int retainedMessages;
    private long retainedBytes;

    AddressedLane(Retention retention) {
        this.retention = retention;
    }

    int retainedMessages() {
        return retainedMessages;
    }

    long retainedBytes() {
        return retainedBytes;
    }

    private static long charge(Publication message, int receivers) {
        return message.charge() + (long) RECEIVER * (receivers - 1);
    }

    /** {@return whether there is room for a message without evicting any} */
    boolean hasRoom(Publication message, int receivers) {
        return retainedMessages == 0 || retainedMessages < retention.messages()
                && charge(message, receivers) <= retention.bytes() - retainedBytes;
    }

    /** Starts sending a message: each receiver is then {@linkplain #link linked} or {@linkplain #spare left out}. */
    Addressed begin(Publication message, long at, int receivers) {
        Addressed begun = new Addressed(message, at, receivers);
        retainedMessages++;
        retainedBytes += charge(message, receivers);
        return begun;
    }

    /** Adds an entry for one receiver of a message, behind all other entries of this receiver. */
    void link(Addressed message, PeerCursor to) {
        if (free == NONE) {
            grow();
        }
        int entry = free;
        free = next[entry];
        messages[entry] = message;
        receivers[entry] = to;
        next[entry] = NONE;
        older[entry] = newest;
        newer[entry] = NONE;
        if (newest == NONE) {
            oldest = entry;
        } else {
            newer[newest] = entry;
        }
        newest = entry;
        if (to.firstAddressed == NONE) {
            to.firstAddressed = entry;
            to.addressedFrom = message.at;
        } else {
            next[to.lastAddressed] = entry;
        }
        to.lastAddressed = entry;
        to.addressed = to.addressed + 1;
    }

    /** Reduces the number of receivers that a message still has. */
    void spare(Addressed message, int count) {
        for (int i = 0; i < count; i++) {
            settle(message);
        }
    }

    private void grow() {
        int before = next.length;
        int capacity = Math.max(INITIAL_CAPACITY, before * 2);
        @Nullable Addressed[] newMessages = Arrays.copyOf(messages, capacity);
        @Nullable PeerCursor[] newReceivers = Arrays.copyOf(receivers, capacity);
        int[] newNext = Arrays.copyOf(next, capacity);
        int[] newOlder = Arrays.copyOf(older, capacity);
        newer = Arrays.copyOf(newer, capacity);
        messages = newMessages;
        receivers = newReceivers;
        older = newOlder;
        for (int i = before; i < capacity; i++) {
            newNext[i] = i + 1 < capacity ? i + 1 : NONE;
        }
        next = newNext;
        free = before;
    }

    /** {@return the receiver of the oldest entry; null if there is no entry} */
    @Nullable PeerCursor oldestReceiver() {
        return oldest == NONE ? null : receivers[oldest];
    }

    /** {@return whether the oldest entry has expired} There must be an entry. */
    boolean isOldestExpired(long now) {
        return EntryNotes.isOver(messages[oldest].expiresAt, now);
    }

    /** {@return the same receiver's next entry} */
    int next(int entry) {
        return next[entry];
    }

    /** {@return the message of an entry} */
    Addressed message(int entry) {
        return messages[entry];
    }

    /** Frees the first entry of a receiver, delivered or not. {@return false if the receiver has no entry} */
    boolean take(PeerCursor receiver) {
        int entry = receiver.firstAddressed;
        if (entry == NONE) {
            return false;
        }
        Addressed message = messages[entry];
        receiver.firstAddressed = next[entry];
        if (next[entry] == NONE) {
            receiver.lastAddressed = NONE;
            receiver.addressedFrom = PeerCursor.NOWHERE;
        } else {
            receiver.addressedFrom = messages[next[entry]].at;
        }
        unlink(entry);
        settle(message);
        return true;
    }

    private void unlink(int entry) {
        if (older[entry] == NONE) {
            oldest = newer[entry];
        } else {
            newer[older[entry]] = newer[entry];
        }
        if (newer[entry] == NONE) {
            newest = older[entry];
        } else {
            older[newer[entry]] = older[entry];
        }
        messages[entry] = null;
        receivers[entry] = null;
        next[entry] = free;
        free = entry;
        if (oldest == NONE && next.length > KEPT_CAPACITY) {
            free = NONE;
            messages = NO_MESSAGES;
            receivers = NO_RECEIVERS;
            next = NO_LINKS;
            older = NO_LINKS;
            newer = NO_LINKS;
        }
    }

    private void settle(Addressed message) {
        message.left--;
        if (message.left > 0) {
            retainedBytes -= RECEIVER;
        } else {
            retainedBytes -= EntryNotes.charge(message.message, message.key);
            retainedMessages--;
        }
    }
}
