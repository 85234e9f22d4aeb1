package io.techops.broadcast.engine;

import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Message;
import io.techops.broadcast.Retention;
import org.jspecify.annotations.Nullable;

/*
 * The order of what one peer is to get: an entry of the lane comes before the entry of the ring at its place ("at"). So
 * the broadcasts before that place come first, then the lane's message, then the other broadcasts. Passed over are
 * entries that exclude the peer, entries that have expired, and, in a buffer that conflates, entries that have a newer
 * one of their key before "until". (The newest one anywhere does not count: the peer would never get a message of a key
 * that changes all the time.) Each entry that is looked at is charged something, so that a step looks at a bounded
 * number of entries. A batch is of one run of positions: it stops where the next one begins.
 *
 * The messages of keys that are kept beside the ring are merged with those of the lane in the same order (KeptRun).
 *
 * The entries are walked twice: to count, and to copy. In between they do not change, because the log's lock is held.
 */

/** Reads runs of entries from the ring, the lane and the keys. Safe for use by any number of threads. */
final class LogReader {

    private final MemorySafeLock lock;
    private final LogBuffer ring;
    private final AddressedLane lane;
    private final HubTimer timer;

    /** The state of one read; all of these fields are guarded by the lock of the log. */
    private @Nullable ExcludedMessages viewer;
    private long latestBelow;
    private long until;
    private long now;
    private PositionRun run;
    /** Where to stop at the latest: at "until", or where the next run of positions begins. */
    private long stop;

    /** Where the walk is, and what it has passed. */
    private long slot;
    private int entry;
    private int size;
    private int excluded;
    private int excludedKeyed;
    private int addressed;
    private int conflated;
    private int expired;
    private boolean hasKeys;

    /** The message at the place of the walk; null if it is not for the peer. */
    private @Nullable Message message;
    private @Nullable String key;

    LogReader(MemorySafeLock lock, LogBuffer ring, AddressedLane lane, HubTimer timer) {
        this.lock = lock;
        this.ring = ring;
        this.lane = lane;
        this.timer = timer;
        this.run = ring.runs().newest();
    }

    /** {@return whether a newer message of a key replaces the older ones} */
    boolean conflates() {
        return ring.conflates();
    }

    /** {@return the run that the next entry will belong to} */
    PositionRun newestRun() {
        return ring.runs().newest();
    }

    /** {@return a batch for all peers whose cursor is at a slot; null if that slot is no longer kept} */
    @Nullable LogBatch read(long from, long to) {
        long time = timer.nanoTime();
        lock.lock();
        try {
            return readForAll(from, to, time);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable LogBatch readForAll(long from, long to, long time) {
        if (from < ring.tail()) {
            return null;
        }
        if (ring.hasNotes()) {
            prepare(null, 0, from, to, time);
            count(from, AddressedLane.NONE, null);
            return copy(from, AddressedLane.NONE);
        }
        long charged = 0;
        long end = from;
        long last = Math.min(to, ring.runs().end(from));
        for (; end < last; end++) {
            charged += EntryNotes.charge(ring.message(end), null);
            if (end > from && charged > LogBuffer.MAX_BATCH_BYTES) {
                break;
            }
        }
        Message[] messages = new Message[(int) (end - from)];
        for (int i = 0; i < messages.length; i++) {
            messages[i] = ring.message(from + i);
        }
        return new LogBatch(ring.runs().at(from), from, end, messages, null, null, LogBatch.LeftOut.NOTHING,
                ring.unkeyedBefore(end));
    }

    /**
     * Reads a batch for one peer from its cursor, and takes the lane's entries for it.
     *
     * @param to the slot to stop before, at most the head
     * @param below from where on the peer gets everything; of what is before, it gets an entry only if that is the
     *     newest of its key below this slot
     * @param like a batch that was read for another peer, which is returned if the new one would be the same
     * @return the batch, perhaps without a message; null if its first entry is no longer kept
     */
    @Nullable LogBatch read(PeerCursor peer, long to, long below, @Nullable LogBatch like) {
        long time = timer.nanoTime();
        lock.lock();
        try {
            return readFor(peer, to, below, time, like);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable LogBatch readFor(PeerCursor peer, long to, long below, long time, @Nullable LogBatch like) {
        if (peer.next < ring.tail()) {
            return null;
        }
        prepare(peer.excluded, below, peer.next, to, time);
        boolean same = count(peer.next, peer.firstAddressed, like);
        LogBatch batch = same && like.to == slot && like.size() == size && hasLeftOutAs(like.left)
                ? like : copy(peer.next, peer.firstAddressed);
        for (int i = 0; i < batch.left.addressed(); i++) {
            lane.take(peer);
        }
        return batch;
    }

    /**
     * Reads the newest messages of keys that are kept beside the ring for one peer, and takes what is addressed to it
     * in between.
     *
     * @param from the first slot
     * @param to the slot to stop before
     * @return the batch, perhaps without a message; its end is {@code to} if nothing is left; null if a key was given
     *     up that the peer has lost by that
     */
    @Nullable LogBatch readKeys(PeerCursor peer, long from, long to) {
        long time = timer.nanoTime();
        lock.lock();
        try {
            if (ring.lastForgotten(peer.excluded) >= from) {
                return null;
            }
            PositionRun its = ring.runs().at(from);
            long end = Math.min(to, ring.runs().end(from));
            KeptRun kept = new KeptRun(its, end, peer, lane, time);
            ring.keyed().visit(from, end, kept);
            LogBatch batch = kept.batch(from);
            for (int i = 0; i < batch.left.addressed(); i++) {
                lane.take(peer);
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void prepare(@Nullable ExcludedMessages reader, long below, long from, long to, long time) {
        viewer = reader;
        latestBelow = below;
        until = to;
        now = time;
        run = ring.runs().at(from);
        stop = Math.min(to, ring.runs().end(from));
    }

    private void begin(long from, int firstAddressed) {
        slot = from;
        entry = firstAddressed;
        size = 0;
        excluded = 0;
        excludedKeyed = 0;
        addressed = 0;
        conflated = 0;
        expired = 0;
        hasKeys = false;
    }

    /** {@return whether the walk begins as {@code like} does, as far as it goes} */
    private boolean count(long from, int firstAddressed, @Nullable LogBatch like) {
        begin(from, firstAddressed);
        boolean same = like != null && like.from == from;
        long charged = 0;
        while (slot < stop || isAddressedHere()) {
            int before = size;
            look();
            charged += message == null ? Retention.OVERHEAD_BYTES : EntryNotes.charge(message, key);
            if (charged > LogBuffer.MAX_BATCH_BYTES && (before > 0 || message == null)) {
                break;
            }
            same = same && (message == null || before < like.size() && like.message(before) == message
                    && like.sequence(before) == sequence());
            step();
        }
        return same;
    }

    private boolean hasLeftOutAs(LogBatch.LeftOut other) {
        return other.excluded() == excluded && other.excludedKeyed() == excludedKeyed && other.addressed() == addressed
                && other.conflated() == conflated && other.expired() == expired;
    }

    private LogBatch copy(long from, int firstAddressed) {
        long to = slot;
        int sent = addressed;
        LogBatch.LeftOut left = new LogBatch.LeftOut(excluded, excludedKeyed, addressed, conflated, expired);
        Message[] messages = new Message[size];
        long[] sequences = size == to - from && sent == 0 ? null : new long[size];
        String[] keys = hasKeys ? new String[size] : null;
        begin(from, firstAddressed);
        while (slot < to || addressed < sent) {
            look();
            if (message != null) {
                messages[size] = message;
                if (sequences != null) {
                    sequences[size] = sequence();
                }
                if (keys != null) {
                    keys[size] = key;
                }
            }
            step();
        }
        return new LogBatch(run, from, to, messages, sequences, keys, left, ring.unkeyedBefore(to));
    }

    private boolean isAddressedHere() {
        return entry != AddressedLane.NONE && lane.message(entry).at <= slot;
    }

    private long sequence() {
        return isAddressedHere() ? LogBatch.UNNUMBERED : run.sequence(slot);
    }

    /** Looks up the message at the place of the walk. */
    private void look() {
        if (isAddressedHere()) {
            AddressedLane.Addressed sent = lane.message(entry);
            message = EntryNotes.isOver(sent.expiresAt, now) ? null : sent.message;
            key = sent.key;
            return;
        }
        EntryNotes notes = ring.notes(slot);
        message = isLeftOut(notes) ? null : ring.message(slot);
        key = notes == null ? null : notes.key;
    }

    private boolean isLeftOut(@Nullable EntryNotes notes) {
        if (notes == null) {
            return slot < latestBelow;
        }
        return notes.excludes(viewer) || notes.isExpired(now) || isReplaced(notes)
                || slot < latestBelow && (notes.key == null || notes.newer > 0 && notes.newer < latestBelow);
    }

    private boolean isReplaced(EntryNotes notes) {
        return ring.conflates() && notes.newer > 0 && notes.newer < until;
    }

    private void step() {
        if (isAddressedHere()) {
            addressed++;
            expired += message == null ? 1 : 0;
            size += message == null ? 0 : 1;
            hasKeys |= message != null && key != null;
            entry = lane.next(entry);
            return;
        }
        if (message == null) {
            passOver(ring.notes(slot));
        } else {
            size++;
            hasKeys |= key != null;
        }
        slot++;
    }

    private void passOver(@Nullable EntryNotes notes) {
        if (notes == null) {
            return;
        }
        if (notes.excludes(viewer)) {
            excluded++;
            excludedKeyed += notes.key == null ? 0 : 1;
        } else if (slot < latestBelow) {
            return; // the peer was never to get this entry
        } else if (notes.isExpired(now)) {
            expired++;
        } else if (isReplaced(notes)) {
            conflated++;
        }
    }
}
