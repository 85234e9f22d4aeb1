package io.techops.broadcast.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The batches of one round, so that all peers that are to get the same are given the same one. Owned by a shard.
 */
final class BatchCache {

    /** Positions remembered a round; a peer that lags has one of its own, those that keep up share theirs. */
    private static final int REMEMBERED = 8;

    private final MessageLog log;
    private final List<LogBatch> remembered = new ArrayList<>(REMEMBERED);
    private @Nullable LogBatch other;
    private @Nullable LogBatch last;
    /** What the last peer got that something is addressed to, or that does not get everything. */
    private @Nullable LogBatch special;

    BatchCache(MessageLog log) {
        this.log = log;
    }

    /** {@return what a peer is to get next towards {@code head}, or null if that is no longer kept} */
    @Nullable LogBatch get(PeerCursor cursor, long head) {
        ExcludedMessages not = cursor.excluded;
        if (cursor.addressedFrom == PeerCursor.NOWHERE && (not == null || not.last < cursor.next)) {
            return forAll(cursor.next, head);
        }
        LogBatch like = special;
        LogBatch batch = log.read(cursor, head, like);
        if (batch != null && batch != like) {
            release(like); // those who got it are done with it
            special = batch;
        }
        return batch;
    }

    private @Nullable LogBatch forAll(long from, long head) {
        LogBatch batch = last;
        if (batch != null && batch.from == from) {
            return batch;
        }
        batch = find(from);
        if (batch == null) {
            batch = log.read(from, head);
            if (batch == null) {
                return null;
            }
            remember(batch);
        }
        last = batch;
        return batch;
    }

    private @Nullable LogBatch find(long from) {
        for (int i = 0; i < remembered.size(); i++) { // without an iterator: a peer asks once a delivery
            if (remembered.get(i).from == from) {
                return remembered.get(i);
            }
        }
        return null;
    }

    private void remember(LogBatch batch) {
        if (remembered.size() < REMEMBERED) {
            remembered.add(batch);
            return;
        }
        // The one before is done with by now: a shard gives out a batch when it is about to write it.
        release(other);
        other = batch;
    }

    /** Ends the round. */
    void release() {
        for (int i = 0; i < remembered.size(); i++) {
            remembered.get(i).release();
        }
        remembered.clear();
        release(other);
        release(special);
        other = null;
        special = null;
        last = null;
    }

    private static void release(@Nullable LogBatch batch) {
        if (batch != null) {
            batch.release();
        }
    }
}
