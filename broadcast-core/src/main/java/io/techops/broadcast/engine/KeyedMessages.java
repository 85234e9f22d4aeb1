package io.techops.broadcast.engine;

import io.techops.broadcast.Message;
import io.techops.broadcast.Retention;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/*
 * Invariant, whenever the log's lock is free: every key of an entry in the ring, or kept here, has one Newest, whose
 * slot is that of the newest entry of this key; it is in "kept" if that entry is no longer in the ring.
 *
 * A kept entry stays until a newer entry of its key is appended, until it expires, or until the bounds of the retention
 * need room: then the kept entry in the lowest slot is dropped, and its key with it.
 */

/**
 * The newest message of every key: which entry it is, and the message itself once the ring has evicted it. Guarded by
 * the lock of the log. No step takes longer than a search in a balanced tree.
 */
final class KeyedMessages {

    /** The newest entry of a key. */
    private static final class Newest {
        private final String key;
        private long slot;
        /**
         * The slot as the key in "kept", boxed beforehand, as later there may be no memory for it; null while in the
         * ring.
         */
        private @Nullable Long place;
        private @Nullable Message message;
        private @Nullable EntryNotes notes;

        Newest(String key) {
            this.key = key;
        }
    }

    /** Takes kept entries, each with the slot in which it was. */
    interface Visitor {
        /** {@return whether to go on} */
        boolean visit(long slot, Message message, EntryNotes notes);
    }

    /** Is called with the entries whose keys are given up, in the order of their slots. Must not need memory. */
    interface Forgotten {
        void forgotten(long slot, EntryNotes notes);
    }

    private final Retention retention;
    private final Forgotten observer;
    private final long age;
    private final Map<String, Newest> newest = new HashMap<>();
    private final TreeMap<Long, Newest> kept = new TreeMap<>();
    private long keptBytes;
    private long forgotten;

    KeyedMessages(Retention retention, Forgotten observer) {
        this.retention = retention;
        this.observer = observer;
        this.age = retention.keyAge() == null ? Long.MAX_VALUE : retention.keyAge().toNanos();
    }

    int kept() {
        return kept.size();
    }

    long keptBytes() {
        return keptBytes;
    }

    /** {@return how many keys were given up because of the bounds} */
    long forgotten() {
        return forgotten;
    }

    /**
     * Notes an entry that is about to be put into the ring.
     *
     * @return the slot of the entry in the ring that was the newest of its key; 0 if there is none
     */
    long append(String key, long slot) {
        Newest known = newest.get(key);
        if (known == null) {
            known = new Newest(key);
            try {
                newest.put(key, known);
            } catch (Throwable noMemory) { // may have been added nevertheless
                newest.remove(key);
                throw noMemory;
            }
            known.slot = slot;
            return 0;
        }
        long before = known.place == null ? known.slot : 0;
        drop(known);
        known.slot = slot;
        return before;
    }

    private void drop(Newest known) {
        if (known.place != null) {
            kept.remove(known.place);
            keptBytes -= EntryNotes.charge(known.message, known.key);
            known.place = null;
            known.message = null;
            known.notes = null;
        }
    }

    /** {@return whether an entry that is the newest of its key can be kept without giving up another key} */
    boolean hasRoom(Message message, EntryNotes its, long now) {
        EntryNotes oldest = kept.isEmpty() ? its : kept.get(kept.firstKey()).notes;
        return kept.size() < retention.keys() && !isTooOld(oldest, now)
                && keptBytes + EntryNotes.charge(message, its.key) <= retention.keyBytes();
    }

    /** Keeps the newest entry of a key when the ring evicts it. If this throws, nothing has changed. */
    void evict(long slot, Message message, EntryNotes notes, long now) {
        Newest known = newest.get(notes.key);
        if (notes.isExpired(now)) {
            newest.remove(notes.key);
            return;
        }
        Long place = slot;
        kept.put(place, known);
        known.place = place;
        known.message = message;
        known.notes = notes;
        keptBytes += EntryNotes.charge(message, known.key);
        makeRoom(now);
    }

    private void makeRoom(long now) {
        while (!kept.isEmpty()) {
            Newest oldest = kept.get(kept.firstKey()); // makes no object
            boolean over = oldest.notes.isExpired(now);
            boolean beyond = kept.size() > retention.keys() || keptBytes > retention.keyBytes()
                    || isTooOld(oldest.notes, now);
            if (!over && !beyond) {
                break;
            }
            if (!over) {
                forgotten++;
                observer.forgotten(oldest.slot, oldest.notes);
            }
            newest.remove(oldest.key);
            drop(oldest);
        }
    }

    private boolean isTooOld(EntryNotes notes, long now) {
        return now - notes.appendedAt >= age;
    }

    /** {@return the slot of the first entry kept from a slot on; {@code none} if there is none} */
    long first(long from, long none) {
        Long first = kept.ceilingKey(from);
        return first == null ? none : first;
    }

    /**
     * {@return the slot of the first entry kept that is not too old for the retention, and less than {@code most}
     * nanoseconds old; {@code none}, which is higher than all of them, if there is none}
     */
    long oldest(long now, long most, long none) {
        long bound = Math.min(age, most);
        long low = 0;
        long high = none;
        while (low < high) { // the entries were appended in the order of their slots
            long middle = (low + high) >>> 1;
            var next = kept.ceilingEntry(middle);
            if (next != null && now - next.getValue().notes.appendedAt >= bound) {
                low = next.getKey() + 1;
            } else {
                high = middle;
            }
        }
        return first(low, none);
    }

    /** Visits the entries kept from one slot to before another, in the order of their slots. */
    void visit(long from, long to, Visitor visitor) {
        for (var next = kept.ceilingEntry(from); next != null && next.getKey() < to;
                next = kept.higherEntry(next.getKey())) {
            Newest entry = next.getValue();
            if (!visitor.visit(entry.slot, entry.message, entry.notes)) {
                return;
            }
        }
    }
}
