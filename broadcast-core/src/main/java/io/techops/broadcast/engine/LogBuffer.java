package io.techops.broadcast.engine;

import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.Retention;
import org.jspecify.annotations.Nullable;

/*
 * An entry lives in a slot; slots are numbered from 1, and the number of a slot is the sequence of its message. An
 * entry that some peers are not to get has their ExcludedMessages with it.
 *
 * Invariants, whenever the log's lock is free:
 *   tail <= head; the entries [tail, head) are in the arrays, at slot modulo capacity;
 *   the charges of all entries add up to retainedBytes, and both bounds of the retention hold.
 *
 * Every step takes constant time, but for growing: the arrays double, up to what the retention asks for, so that each
 * entry is copied about once on the average, and never again once the log has been full.
 */

/**
 * The entries of a log: a ring between a tail and a head. Guarded by the lock of the log; only {@link #head} and
 * {@link #tail} may be called without it, by those who can live with an old value.
 */
final class LogBuffer {

    /** The most bytes that a batch is charged, unless a single message is charged more. */
    static final int MAX_BATCH_BYTES = 320 << 10;

    private static final int INITIAL_CAPACITY = 64;

    /** Before the first entry. */
    private final Position origin = Epoch.begin();
    private final Retention retention;
    private @Nullable Message[] messages = new Message[INITIAL_CAPACITY];
    /** Of the peers that do not get an entry, null if all get it; made for the first entry that is not for all. */
    private ExcludedMessages @Nullable [] @Nullable [] excluded;
    private volatile long tail = 1;
    private volatile long head = 1;
    private long retainedBytes;
    private long totalBytes;

    LogBuffer(Retention retention) {
        this.retention = retention;
    }

    /** {@return the position of a slot} Any thread may ask. */
    Position position(long slot) {
        return origin.at(slot);
    }

    /** {@return the position before the first entry} Any thread may ask. */
    Position origin() {
        return origin;
    }

    /** {@return the slot of the next entry} */
    long head() {
        return head;
    }

    long tail() {
        return tail;
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
        retainedBytes -= charge(messages[index]);
        messages[index] = null;
        if (excluded != null && excluded[index] != null) {
            for (ExcludedMessages each : excluded[index]) {
                each.evicted++;
            }
            excluded[index] = null;
        }
        tail = tail + 1;
    }

    /**
     * Appends an entry.
     *
     * @param except of the peers that are not to get it; null if all are
     * @return its sequence
     */
    long put(Message message, ExcludedMessages @Nullable [] except) {
        if (head - tail == messages.length) {
            grow();
        }
        if (except != null && excluded == null) {
            excluded = new ExcludedMessages[messages.length][];
        }
        int index = index(head);
        messages[index] = message;
        if (excluded != null) {
            excluded[index] = except;
        }
        retainedBytes += charge(message);
        totalBytes += message.size();
        long sequence = head;
        head = sequence + 1;
        return sequence;
    }

    private void grow() {
        int capacity = messages.length * 2;
        @Nullable Message[] newMessages = new Message[capacity];
        ExcludedMessages @Nullable [] @Nullable [] newExcluded =
                excluded == null ? null : new ExcludedMessages[capacity][];
        for (long slot = tail; slot < head; slot++) {
            int to = (int) (slot & (capacity - 1));
            newMessages[to] = messages[index(slot)];
            if (newExcluded != null) {
                newExcluded[to] = excluded[index(slot)];
            }
        }
        messages = newMessages;
        excluded = newExcluded;
    }

    private int index(long slot) {
        return (int) (slot & (messages.length - 1));
    }

    /** {@return the message in a slot that is kept} */
    Message message(long slot) {
        return messages[index(slot)];
    }

    /** {@return whether the entry in a slot is one that a peer is not to get} */
    boolean isExcluded(long slot, @Nullable ExcludedMessages viewer) {
        if (viewer == null || excluded == null || excluded[index(slot)] == null) {
            return false;
        }
        for (ExcludedMessages each : excluded[index(slot)]) {
            if (each == viewer) {
                return true;
            }
        }
        return false;
    }

    /** {@return a run of entries for all; null if its first entry is no longer kept} */
    @Nullable LogBatch read(long from, long until) {
        if (from < tail) {
            return null;
        }
        long charged = 0;
        long to = from;
        for (; to < until; to++) {
            charged += charge(message(to));
            if (to > from && charged > MAX_BATCH_BYTES) {
                break;
            }
        }
        Message[] run = new Message[(int) (to - from)];
        for (int i = 0; i < run.length; i++) {
            run[i] = message(from + i);
        }
        return new LogBatch(origin, from, to, 0, 0, run, null);
    }

    /** {@return what a message is charged, in bytes, as {@link Retention} counts} */
    static long charge(Message message) {
        return (long) message.size() + Retention.OVERHEAD;
    }
}
