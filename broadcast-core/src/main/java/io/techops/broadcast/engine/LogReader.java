package io.techops.broadcast.engine;

import io.techops.broadcast.Message;
import io.techops.broadcast.Retention;
import org.jspecify.annotations.Nullable;

/*
 * What one peer is to get, in its order: an entry of the lane stands before the entry of the ring that it says (at).
 * Broadcasts before that come first; then the message; then the rest. What the peer is excluded from is passed over.
 * Each entry that is looked at is charged something, so that a step looks at a bounded number of them.
 *
 * A run is walked twice: to count, and to copy. In between it does not change, because the log's lock is held.
 */

/** Reads what is for one peer from the ring and the lane. Guarded by the lock of the log. */
final class LogReader {

    private final LogBuffer ring;
    private final AddressedLane lane;

    /** Where the walk is. */
    private long slot;
    private int entry;
    private int size;
    private int excluded;
    private int addressed;

    LogReader(LogBuffer ring, AddressedLane lane) {
        this.ring = ring;
        this.lane = lane;
    }

    /**
     * Reads what is for one peer from where it stands, and takes what is addressed to it.
     *
     * @param until the slot to stop before, at most the head
     * @param like a batch that was read for another peer, which is returned if the new one would be the same
     * @return the run, perhaps without a message; null if its first entry is no longer kept
     */
    @Nullable LogBatch read(PeerCursor viewer, long until, @Nullable LogBatch like) {
        if (viewer.next < ring.tail()) {
            return null;
        }
        boolean same = count(viewer, until, like);
        LogBatch batch = same && like.to == slot && like.size() == size && like.excluded == excluded
                && like.addressed == addressed ? like : copy(viewer, size, excluded, addressed, slot);
        for (int i = 0; i < batch.addressed; i++) {
            lane.take(viewer);
        }
        return batch;
    }

    private void begin(PeerCursor viewer) {
        slot = viewer.next;
        entry = viewer.firstAddressed;
        size = 0;
        excluded = 0;
        addressed = 0;
    }

    /** {@return whether the walk begins as {@code like} does, as far as it goes} */
    private boolean count(PeerCursor viewer, long until, @Nullable LogBatch like) {
        begin(viewer);
        boolean same = like != null && like.from == slot;
        long charged = 0;
        while (slot < until || isAddressedHere()) {
            Message message = message(viewer);
            charged += message == null ? Retention.OVERHEAD : LogBuffer.charge(message);
            if (charged > LogBuffer.MAX_BATCH_BYTES && (size > 0 || message == null)) {
                break;
            }
            same = same && (message == null || size < like.size() && like.message(size) == message
                    && like.sequence(size) == sequence());
            step(message);
        }
        return same;
    }

    private LogBatch copy(PeerCursor viewer, int messages, int left, int sent, long to) {
        Message[] run = new Message[messages];
        long[] sequences = new long[messages];
        begin(viewer);
        while (slot < to || addressed < sent) {
            Message message = message(viewer);
            if (message != null) {
                run[size] = message;
                sequences[size] = sequence();
            }
            step(message);
        }
        return new LogBatch(ring.origin(), viewer.next, to, left, sent, run, sequences);
    }

    private boolean isAddressedHere() {
        return entry != AddressedLane.NONE && lane.message(entry).at <= slot;
    }

    /** {@return the message that the walk has come to, or null if it is not for the peer} */
    private @Nullable Message message(PeerCursor viewer) {
        if (isAddressedHere()) {
            return lane.message(entry).message;
        }
        return ring.isExcluded(slot, viewer.excluded) ? null : ring.message(slot);
    }

    private long sequence() {
        return isAddressedHere() ? LogBatch.UNNUMBERED : slot;
    }

    private void step(@Nullable Message message) {
        if (message == null) {
            excluded++;
            slot++;
            return;
        }
        size++;
        if (isAddressedHere()) {
            addressed++;
            entry = lane.next(entry);
        } else {
            slot++;
        }
    }
}
