package io.techops.broadcast;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The batches of one round, so that all peers at the same position are given the same one. Owned by a shard.
 */
final class SharedBatches {

    /** Positions remembered a round; a peer that lags has one of its own, those that keep up share theirs. */
    private static final int REMEMBERED = 8;

    private final Log log;
    private final List<Batch> remembered = new ArrayList<>(REMEMBERED);
    private @Nullable Batch other;
    private @Nullable Batch last;

    SharedBatches(Log log) {
        this.log = log;
    }

    /** {@return the run from a slot towards {@code head}, or null if the slot is no longer kept} */
    @Nullable Batch get(long from, long head) {
        Batch batch = last;
        if (batch != null && batch.from == from) {
            return batch;
        }
        batch = find(from);
        if (batch == null) {
            batch = log.read(from, head, null);
            if (batch == null) {
                return null;
            }
            remember(batch);
        }
        last = batch;
        return batch;
    }

    private @Nullable Batch find(long from) {
        for (int i = 0; i < remembered.size(); i++) { // without an iterator: a peer asks once a delivery
            if (remembered.get(i).from == from) {
                return remembered.get(i);
            }
        }
        return null;
    }

    private void remember(Batch batch) {
        if (remembered.size() < REMEMBERED) {
            remembered.add(batch);
            return;
        }
        // The one before is done with by now: a shard gives out a batch when it is about to write it.
        releaseOther();
        other = batch;
    }

    /** Ends the round. */
    void release() {
        for (int i = 0; i < remembered.size(); i++) {
            remembered.get(i).release();
        }
        remembered.clear();
        releaseOther();
        last = null;
    }

    private void releaseOther() {
        if (other != null) {
            other.release();
            other = null;
        }
    }
}
