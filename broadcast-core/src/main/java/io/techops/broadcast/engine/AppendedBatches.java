package io.techops.broadcast.engine;

import io.techops.broadcast.Position;
import org.jspecify.annotations.Nullable;

/**
 * The batches that were appended and have not come back, in their order: kept until the follower has come to their end,
 * to know their records again. They are linked through a field of theirs, so that no step needs memory. Owned by the
 * task of the backplane.
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

    /** {@return the last of those with a number; null if there is none} */
    @Nullable SentBatch find(long number) {
        SentBatch found = null;
        for (SentBatch each = first; each != null; each = each.next) {
            found = each.number == number ? each : found;
        }
        return found;
    }

    /** A record of a batch with a number has come back. */
    void followed(long number) {
        for (SentBatch each = first; each != null; each = each.next) {
            each.followed += each.number == number ? 1 : 0;
        }
    }

    /** {@return the first of them, if it lies behind the follower or in an epoch that is over; null if it does not} */
    @Nullable SentBatch pollPassed(Position here) {
        SentBatch passed = first;
        if (passed == null || passed.last != null && passed.last.hasEpochOf(here)
                && passed.last.sequence() > here.sequence()) {
            return null;
        }
        first = passed.next;
        last = first == null ? null : last;
        return passed;
    }
}
