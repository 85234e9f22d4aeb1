package io.techops.broadcast.engine;

import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.Retention;
import org.jspecify.annotations.Nullable;

/*
 * An entry lives in a slot; slots are numbered from 1, without a hole. PositionRuns knows their positions. An entry
 * that has a key, expires, or is not for some peers has notes.
 *
 * Invariants, whenever the log's lock is free:
 *   tail <= head; the entries [tail, head) are in the arrays, at slot modulo capacity;
 *   the charges of all entries add up to retainedBytes, and both bounds of the retention hold;
 *   lastLost < tail: the newest evicted entry that is a loss for a peer that did not get it. Entries that had expired
 *   are no loss, nor, in a buffer that conflates, those with a key, whose newest entry is in the ring or kept beside
 *   it. A key that is given up is a loss for a peer that was to get its newest entry: lastForgotten, and all kept
 *   entries are behind it.
 *
 * Every step takes constant time, except for growing and for a search in the tree of keys: the arrays double, up to
 * what the retention asks for, so that each entry is copied about once on the average, and never again once the log has
 * been full.
 */

/**
 * The entries of a log: a ring between a tail and a head, and the newest messages of keys that the ring has evicted.
 * Guarded by the lock of the log; only {@link #head} and {@link #tail} may be called without it, where an old value
 * does no harm. Times are those of the hub's timer.
 */
final class LogBuffer {

    /** The highest charge of a batch, in bytes, unless a single message is charged more. */
    static final int MAX_BATCH_BYTES = 320 << 10;

    private static final int INITIAL_CAPACITY = 64;

    private final PositionRuns runs = new PositionRuns();
    private final Retention retention;
    private final boolean conflates;
    private final KeyedMessages keyed;
    private @Nullable Message[] messages = new Message[INITIAL_CAPACITY];
    /** Made for the first entry that has notes. */
    private @Nullable EntryNotes @Nullable [] notes;
    /** When each entry was appended. */
    private long[] times = new long[INITIAL_CAPACITY];
    private long lastTime;
    private final long age;
    /** How many entries without a key there were before each entry; null if the buffer does not conflate. */
    private long @Nullable [] unkeyed;
    private long unkeyedAppended;
    private long unkeyedEvicted;
    private volatile long tail = 1;
    private volatile long head = 1;
    private long lastLost;
    private long lastForgotten;
    private long lastSpared;
    private long retainedBytes;
    private long totalBytes;

    LogBuffer(Retention retention, boolean conflates) {
        this.retention = retention;
        this.conflates = conflates;
        this.keyed = new KeyedMessages(retention, this::forgotten);
        this.age = retention.age() == null ? Long.MAX_VALUE : retention.age().toNanos();
        this.unkeyed = conflates ? new long[INITIAL_CAPACITY] : null;
    }

    /** {@return the positions of the slots} */
    PositionRuns runs() {
        return runs;
    }

    /** Starts a new run: the next entry follows another position than that of the last entry. */
    void breakOff(Position before) {
        runs.begin(head, before, Math.min(tail, keyed.first(0, tail)));
    }

    /** {@return whether a newer entry of a key replaces the older ones} */
    boolean conflates() {
        return conflates;
    }

    KeyedMessages keyed() {
        return keyed;
    }

    /** {@return the slot of the next entry} */
    long head() {
        return head;
    }

    long tail() {
        return tail;
    }

    /** {@return the slot of the newest entry that is lost for a peer that did not get it; 0 if there is none} */
    long lastLost(@Nullable ExcludedMessages viewer) {
        long last = viewer == null ? lastLost : viewer.ofTail.last(lastLost);
        return conflates ? Math.max(last, lastForgotten(viewer)) : last;
    }

    /**
     * {@return the slot of the newest entry that is lost for a peer because its key was given up; 0 if there is none}
     * In a buffer that does not conflate, only for a peer that asked for the newest entry of each key.
     */
    long lastForgotten(@Nullable ExcludedMessages viewer) {
        return viewer == null ? lastForgotten : viewer.ofKeys.last(lastForgotten);
    }

    /** {@return a slot up to which no key's newest entry is kept beside the ring} */
    long forgottenTo() {
        return lastForgotten;
    }

    private void forgotten(long slot, EntryNotes its) {
        for (ExcludedMessages each : its.excluded) {
            each.ofKeys.addForOthers(slot, lastForgotten);
        }
        lastForgotten = slot;
    }

    /** {@return the slot of the newest evicted entry that was no loss for any peer; 0 if there is none} */
    long lastSpared() {
        return lastSpared;
    }

    /** {@return how many entries without a key there were before a slot that is kept, or is the head} */
    long unkeyedBefore(long slot) {
        if (unkeyed == null) {
            return 0;
        }
        return slot >= head ? unkeyedAppended : unkeyed[index(slot)];
    }

    /** {@return the first slot that is not too old for the retention, and less than {@code most} nanoseconds old} */
    long oldest(long now, long most) {
        return younger(now, Math.min(age, most));
    }

    /** {@return the first slot that is not too old to be the newest of its key} */
    long oldestOfKeys(long now) {
        return younger(now, Math.max(age, retention.keyAge() == null ? Long.MAX_VALUE : retention.keyAge().toNanos()));
    }

    private long younger(long now, long bound) {
        long low = tail;
        long high = head;
        while (bound < Long.MAX_VALUE && low < high) {
            long middle = (low + high) >>> 1;
            if (now - times[index(middle)] >= bound) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    long retainedBytes() {
        return retainedBytes;
    }

    /** {@return the payload of all broadcasts so far, in bytes} */
    long totalBytes() {
        return totalBytes;
    }

    /** {@return whether there is room for a message without evicting any} */
    boolean hasRoom(long charge) {
        return head - tail < retention.messages() && charge <= retention.bytes() - retainedBytes;
    }

    /** {@return whether the oldest entry is too old} */
    boolean isTailTooOld(long now) {
        return age < Long.MAX_VALUE && tail < head && now - times[index(tail)] >= age;
    }

    /** {@return whether the next eviction is a loss for a peer that did not get the evicted entry} */
    boolean isTailALoss(long now) {
        EntryNotes its = notes == null ? null : notes[index(tail)];
        return !isSpared(its, now) || !its.isExpired(now) && its.newer == 0 && !keyed.hasRoom(message(tail), its, now);
    }

    private boolean isSpared(@Nullable EntryNotes its, long now) {
        return its != null && (its.isExpired(now) || conflates && its.key != null);
    }

    /** Evicts the oldest entry. If this throws, nothing has changed. */
    void evict(long now) {
        long slot = tail;
        int index = index(slot);
        Message message = messages[index];
        EntryNotes its = notes == null ? null : notes[index];
        if (its != null && its.key != null && its.newer == 0) {
            keyed.evict(slot, message, its, now);
        }
        boolean spared = isSpared(its, now);
        if (its != null) {
            for (ExcludedMessages each : its.excluded) {
                each.evicted++;
                each.evictedKeyed += its.key == null ? 0 : 1;
                if (!spared) {
                    each.ofTail.addForOthers(slot, lastLost);
                }
            }
            notes[index] = null;
        }
        lastLost = spared ? lastLost : slot;
        lastSpared = spared ? slot : lastSpared;
        unkeyedEvicted += its == null || its.key == null ? 1 : 0;
        retainedBytes -= EntryNotes.chargeNoted(message, its);
        messages[index] = null;
        tail = slot + 1;
    }

    /** {@return how many entries without a key were evicted since there were {@code before} of them} */
    long unkeyedEvictedSince(long before) {
        return unkeyedEvicted - before;
    }

    /**
     * Appends an entry. If this throws, nothing has changed.
     *
     * @param its null if there is nothing to note
     * @return its sequence
     */
    long put(Message message, @Nullable EntryNotes its, long now) {
        if (head - tail == messages.length) {
            grow();
        }
        if (its != null && notes == null) {
            notes = new EntryNotes[messages.length];
        }
        long slot = head;
        if (its != null && its.key != null) {
            long older = keyed.append(its.key, slot);
            if (older > 0) {
                notes[index(older)].newer = slot;
            }
        }
        int index = index(slot);
        messages[index] = message;
        if (notes != null) {
            notes[index] = its;
        }
        if (slot == 1 || now - lastTime > 0) {
            lastTime = now; // so that times only grow: a publisher may have waited since it read the clock
        }
        times[index] = lastTime;
        if (unkeyed != null) {
            unkeyed[index] = unkeyedAppended;
        }
        unkeyedAppended += its == null || its.key == null ? 1 : 0;
        retainedBytes += EntryNotes.chargeNoted(message, its);
        totalBytes += message.size();
        head = slot + 1;
        return slot;
    }

    private void grow() {
        int capacity = messages.length * 2;
        @Nullable Message[] newMessages = new Message[capacity];
        @Nullable EntryNotes @Nullable [] newNotes = notes == null ? null : new EntryNotes[capacity];
        long[] newTimes = new long[capacity];
        long @Nullable [] newUnkeyed = unkeyed == null ? null : new long[capacity];
        for (long slot = tail; slot < head; slot++) {
            int from = index(slot);
            int to = (int) (slot & (capacity - 1));
            newMessages[to] = messages[from];
            if (newNotes != null) {
                newNotes[to] = notes[from];
            }
            newTimes[to] = times[from];
            if (newUnkeyed != null) {
                newUnkeyed[to] = unkeyed[from];
            }
        }
        messages = newMessages;
        notes = newNotes;
        times = newTimes;
        unkeyed = newUnkeyed;
    }

    private int index(long slot) {
        return (int) (slot & (messages.length - 1));
    }

    /** {@return the message in a slot that is kept} */
    Message message(long slot) {
        return messages[index(slot)];
    }

    /** {@return the notes of the entry in a slot that is kept; null if it has none} */
    @Nullable EntryNotes notes(long slot) {
        return notes == null ? null : notes[index(slot)];
    }

    /** {@return whether any entry has ever had notes} */
    boolean hasNotes() {
        return notes != null;
    }
}
