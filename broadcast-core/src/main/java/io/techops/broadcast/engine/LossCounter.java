package io.techops.broadcast.engine;

import org.jspecify.annotations.Nullable;

/**
 * Moves a cursor that fell off the tail to where it can go on, and counts what its peer has lost by that. The lock of
 * the log guards the step; the counts belong to one shard.
 */
final class LossCounter {

    private final MemorySafeLock lock;
    private final LogBuffer ring;
    private long count;
    private boolean exact;
    private long expired;
    private long next;

    LossCounter(MemorySafeLock lock, LogBuffer ring) {
        this.lock = lock;
        this.ring = ring;
    }

    /**
     * {@return how many messages were lost} If not exact, expired messages count too, and all keys that were given up
     * count as one.
     */
    long count() {
        return count;
    }

    boolean isExact() {
        return exact;
    }

    /** {@return how many messages addressed to the peer had expired} */
    long expired() {
        return expired;
    }

    /** {@return the slot from which the peer goes on} */
    long next() {
        return next;
    }

    /**
     * Moves a cursor whose next entry, or an entry of the lane or a kept key that its peer was to get, was evicted: to
     * the oldest kept entry, and, if the log conflates, with the keys that are kept from what fell off the tail.
     * Perhaps nothing was lost by that.
     */
    void skip(PeerCursor cursor) {
        lock.lock();
        try {
            long from = cursor.next;
            long tail = Math.max(ring.tail(), from);
            ExcludedMessages not = cursor.excluded;
            long excluded = not == null ? 0 : Math.max(0, not.evicted - cursor.excludedPassed());
            long excludedKeyed = not == null ? 0 : Math.max(0, not.evictedKeyed - cursor.excludedKeyedPassed);
            long addressed = cursor.lostAddressed;
            long lapsed = cursor.lapsedAddressed;
            countLost(cursor, tail, ring.conflates() ? excluded - excludedKeyed : excluded);
            count += addressed;
            exact &= addressed == 0;
            expired = lapsed;
            Prelude prelude = goOnWithKeys(cursor, from, tail);
            next = prelude != null && prelude.hasKeysLeft() ? prelude.keysFrom : tail;
            cursor.lostAddressed = 0;
            cursor.lapsedAddressed = 0;
            cursor.unkeyedBefore = ring.unkeyedBefore(tail);
            cursor.excludedKeyedPassed += excludedKeyed;
            cursor.move(tail, 0, count, excluded, addressed + lapsed);
        } finally {
            lock.unlock();
        }
    }

    /** Adds the keys that are kept from what fell off the tail, as far as the peer is to get them. */
    private @Nullable Prelude goOnWithKeys(PeerCursor cursor, long from, long tail) {
        Prelude prelude = cursor.prelude;
        long below = ring.conflates() ? tail : prelude == null ? 0 : Math.min(tail, prelude.latestBelow);
        if (below > from) {
            prelude = cursor.beginPrelude();
            prelude.addKeys(from, below);
        }
        if (prelude != null) {
            prelude.keysFrom = Math.max(prelude.keysFrom, ring.forgottenTo() + 1);
        }
        return prelude;
    }

    /** Counts the broadcasts that a peer has lost when it goes on at the tail. */
    private void countLost(PeerCursor cursor, long tail, long excluded) {
        long from = cursor.next;
        Prelude prelude = cursor.prelude;
        long owed = prelude == null ? from : Math.max(from, Math.min(tail, prelude.latestBelow));
        long keysFrom = prelude != null && prelude.hasKeysLeft() ? prelude.keysFrom : from;
        boolean getsKeys = ring.conflates() || prelude != null && (prelude.hasKeysLeft() || from < prelude.latestBelow);
        boolean isForgotten = getsKeys && ring.lastForgotten(cursor.excluded) >= keysFrom;
        count = 0;
        exact = ring.lastSpared() < from && !isForgotten;
        if (tail > from && ring.lastLost(cursor.excluded) >= owed) {
            long before = Math.max(cursor.unkeyedBefore, prelude == null ? 0 : prelude.unkeyedBelow);
            long gone = ring.conflates() ? ring.unkeyedEvictedSince(before) : tail - owed;
            count = Math.max(1, gone - excluded);
        } else if (isForgotten) {
            count = 1;
        }
    }
}
