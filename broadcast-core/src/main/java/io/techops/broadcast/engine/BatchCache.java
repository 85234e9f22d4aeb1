package io.techops.broadcast.engine;

import io.techops.broadcast.Message;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The batches of one round: all peers that are to get the same messages are given the same batch. Owned by a shard.
 */
final class BatchCache {

    /**
     * How many batches are remembered in a round. Each peer that lags has its own place, those that keep up share one.
     */
    private static final int REMEMBERED = 8;

    private final LogReader log;
    private final List<LogBatch> remembered = new ArrayList<>(REMEMBERED);
    private @Nullable LogBatch other;
    private @Nullable LogBatch last;
    /** The batch of the last peer that had addressed or excluded messages. */
    private @Nullable LogBatch special;
    /** The last batch of keys that are kept beside the log, and up to where it was read; -1 if it is for one peer. */
    private @Nullable LogBatch keys;
    private long keysTo;
    private long encodings;

    BatchCache(LogReader log) {
        this.log = log;
    }

    /** {@return the peer's next batch towards {@code head}, or null if it is no longer kept} */
    @Nullable LogBatch get(PeerCursor cursor, long head) {
        ExcludedMessages not = cursor.excluded;
        Prelude prelude = cursor.prelude;
        long until = log.conflates() ? cursor.target(head) : head;
        if (cursor.addressedFrom == PeerCursor.NOWHERE && (not == null || not.last < cursor.next) && prelude == null) {
            return forAll(cursor.next, until);
        }
        LogBatch like = special;
        LogBatch batch = log.read(cursor, until, prelude == null ? 0 : prelude.latestBelow, like);
        if (batch != null && batch != like) {
            release(like); // its peers have encoded it by now
            special = batch;
        }
        return batch;
    }

    /** {@return the peer's next batch of the keys that are kept beside the log; null if a part of it is lost} */
    @Nullable LogBatch keys(PeerCursor cursor, Prelude prelude) {
        LogBatch batch = keys;
        boolean isForAll = cursor.excluded == null && cursor.addressedFrom >= prelude.keysTo;
        if (isForAll && batch != null && batch.from == prelude.keysFrom && keysTo == prelude.keysTo) {
            return batch;
        }
        release(batch);
        keys = null;
        batch = log.readKeys(cursor, prelude.keysFrom, prelude.keysTo);
        keys = batch;
        keysTo = isForAll ? prelude.keysTo : -1;
        return batch;
    }

    /** {@return a batch for one peer alone} Releases the one before. */
    LogBatch alone(Message[] messages) {
        release(special);
        special = null;
        LogBatch batch = LogBatch.unnumbered(log.newestRun(), messages);
        special = batch;
        return batch;
    }

    /** {@return how many encodings there were} */
    long encodings() {
        return encodings;
    }

    private @Nullable LogBatch forAll(long from, long until) {
        LogBatch batch = last;
        if (batch != null && batch.from == from && batch.until == until) {
            return batch;
        }
        batch = find(from, until);
        if (batch == null) {
            batch = log.read(from, until);
            if (batch == null) {
                return null;
            }
            batch.until = until;
            remember(batch);
        }
        last = batch;
        return batch;
    }

    private @Nullable LogBatch find(long from, long until) {
        for (int i = 0; i < remembered.size(); i++) { // without an iterator: called once for each delivery
            LogBatch each = remembered.get(i);
            if (each.from == from && each.until == until) {
                return each;
            }
        }
        return null;
    }

    private void remember(LogBatch batch) {
        if (remembered.size() < REMEMBERED) {
            remembered.add(batch);
            return;
        }
        // The one before is no longer used: a shard asks for a batch only when it is about to write it.
        release(other);
        other = batch;
    }

    /** Ends the round. */
    void release() {
        for (int i = 0; i < remembered.size(); i++) {
            release(remembered.get(i));
        }
        remembered.clear();
        release(other);
        release(special);
        release(keys);
        other = null;
        special = null;
        keys = null;
        last = null;
    }

    private void release(@Nullable LogBatch batch) {
        if (batch != null) {
            encodings += batch.encodings();
            batch.release();
        }
    }
}
