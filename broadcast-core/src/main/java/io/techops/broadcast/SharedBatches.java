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
    private final List<Batch> others = new ArrayList<>();
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
        for (Batch batch : remembered) {
            if (batch.from == from) {
                return batch;
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
        others.forEach(Batch::release);
        others.clear();
        others.add(batch);
    }

    /** Ends the round. */
    void release() {
        remembered.forEach(Batch::release);
        others.forEach(Batch::release);
        remembered.clear();
        others.clear();
        last = null;
    }
}
