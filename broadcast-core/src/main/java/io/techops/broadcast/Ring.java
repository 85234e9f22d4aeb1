package io.techops.broadcast;

import org.jspecify.annotations.Nullable;

/*
 * An entry lives in a slot; slots are numbered from 0 and never reused as numbers. A broadcast also has a sequence, the
 * number of broadcasts before it; a message to one peer alone has a slot but no sequence of its own. An entry's route
 * says who it is for: 0 everyone, +id that peer alone, -id everyone but that peer.
 *
 * Invariants, whenever the log's lock is free:
 *   tail <= head; the entries [tail, head) are in the arrays, at slot modulo capacity;
 *   sequences[slot] is the number of broadcasts before the slot, nextSequence that before head;
 *   the charges of all entries add up to retainedBytes, and both bounds of the retention hold.
 */

/**
 * The entries of a log: a ring between a tail and a head. Guarded by the lock of the log; only {@link #head},
 * {@link #tail} and {@link #nextSequence} may be called without it, by those who can live with an old value.
 */
final class Ring {

    /** The most bytes that a batch is charged, unless a single message is charged more. */
    static final int MAX_BATCH_BYTES = 320 << 10;

    /** The route of what everyone gets. */
    static final long EVERYONE = 0;

    private static final int INITIAL_CAPACITY = 64;

    private final Retention retention;
    private @Nullable Message[] messages = new Message[INITIAL_CAPACITY];
    private long[] sequences = new long[INITIAL_CAPACITY];
    private long[] routes = new long[INITIAL_CAPACITY];
    private volatile long tail;
    private volatile long head;
    private volatile long nextSequence;
    private long retainedBytes;
    private long totalBytes;

    Ring(Retention retention) {
        this.retention = retention;
    }

    /** {@return the route to a peer alone} */
    static long only(PeerCursor peer) {
        return peer.id;
    }

    /** {@return the route to everyone but a peer} */
    static long allBut(PeerCursor peer) {
        return -peer.id;
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

    /** {@return the number of broadcasts before the tail} */
    long tailSequence() {
        return sequenceAt(tail);
    }

    long retainedBytes() {
        return retainedBytes;
    }

    /** {@return the payload of all broadcasts there ever were} */
    long totalBytes() {
        return totalBytes;
    }

    /** {@return whether there is room for a message without evicting any} */
    boolean hasRoom(long charge) {
        return head - tail < retention.messages() && charge <= retention.bytes() - retainedBytes;
    }

    /** Evicts the oldest entry. */
    void evict() {
        int index = index(tail);
        retainedBytes -= Retention.charge(messages[index]);
        messages[index] = null;
        tail = tail + 1;
    }

    /** Appends an entry. {@return the number of broadcasts before it} */
    long put(Message message, long route) {
        if (head - tail == messages.length) {
            grow();
        }
        int index = index(head);
        long sequence = nextSequence;
        messages[index] = message;
        sequences[index] = sequence;
        routes[index] = route;
        retainedBytes += Retention.charge(message);
        if (route <= EVERYONE) {
            totalBytes += message.size();
            nextSequence = sequence + 1;
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

    private long sequenceAt(long slot) {
        return slot < head ? sequences[index(slot)] : nextSequence;
    }

    /** {@return how many entries of a route there are} */
    long count(long route) {
        long count = 0;
        for (long slot = tail; slot < head; slot++) {
            count += routes[index(slot)] == route ? 1 : 0;
        }
        return count;
    }

    /**
     * Reads a run of entries that begins at a slot.
     *
     * @param until the slot to stop before, at most the head
     * @param id of whom to leave out what is not for it, and to include what is for it alone; 0 for a run that all may
     *     share to whom nothing in it is specially routed
     * @return the run, perhaps without a message; null if its first entry is no longer kept
     */
    @Nullable Batch read(long from, long until, long id) {
        if (from < tail) {
            return null;
        }
        int size = 0;
        int addressed = 0;
        int excluded = 0;
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
                addressed += route > EVERYONE ? 1 : 0;
            } else {
                excluded += route < EVERYONE ? 1 : 0;
            }
        }
        return copy(from, to, id, size, excluded, addressed);
    }

    private Batch copy(long from, long to, long id, int size, int excluded, int addressed) {
        Message[] run = new Message[size];
        long[] numbers = new long[size];
        long bytes = 0;
        int i = 0;
        for (long slot = from; slot < to; slot++) {
            int index = index(slot);
            if (concerns(routes[index], id)) {
                run[i] = messages[index];
                numbers[i] = routes[index] > EVERYONE ? Batch.UNNUMBERED : sequences[index];
                bytes += run[i].size();
                i++;
            }
        }
        return new Batch(from, to, sequenceAt(to), excluded, addressed, bytes, run, numbers);
    }

    private static boolean concerns(long route, long id) {
        return route == EVERYONE || (route > EVERYONE ? route == id : -route != id);
    }
}
