package io.techops.broadcast.engine;

import io.techops.broadcast.Position;
import io.techops.broadcast.spi.SharedRecord;
import org.jspecify.annotations.Nullable;

/**
 * The batches that were, or may have been, appended and that the follower has not read back, in order: kept until the
 * follower has passed them, so that it recognises their records. They are linked through a field of each batch, so that
 * no step needs memory. Owned by the task of the backplane.
 */
final class AppendedBatches {

    private @Nullable SentBatch first;
    private @Nullable SentBatch last;

    void add(SentBatch batch) {
        if (last == null) {
            first = batch;
        } else {
            last.next = batch;
        }
        last = batch;
    }

    /** {@return the batch that a record was appended with; null if there is none} */
    @Nullable SentBatch find(SharedRecord record) {
        for (SentBatch each = first; each != null; each = each.next) {
            if (each.isOf(record)) {
                return each;
            }
        }
        return null;
    }

    /** The follower has read a record. */
    void followed(SharedRecord record) {
        SentBatch its = find(record);
        if (its != null) {
            its.followed++;
        }
    }

    /** {@return the first batch if the follower has passed it or its epoch is over; otherwise null} */
    @Nullable SentBatch pollPassed(Position here) {
        SentBatch passed = first;
        if (passed == null || passed.isAheadOf(here)) {
            return null;
        }
        first = passed.next;
        last = first == null ? null : last;
        return passed;
    }
}
