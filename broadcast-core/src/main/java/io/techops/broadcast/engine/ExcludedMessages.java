package io.techops.broadcast.engine;

/**
 * The counts of the broadcasts that one peer is not to get: its own if they are not delivered to their sender, and
 * those that exclude it. Entries of the log refer to this object and not to the peer, so that an entry does not keep a
 * peer that has gone in memory.
 */
final class ExcludedMessages {

    /** How many there were. Guarded by the log's lock; volatile for readers to which an old value does no harm. */
    volatile long appended;

    /** How many were evicted, and how many of these had a key. Guarded by the log's lock. */
    long evicted;
    long evictedKeyed;

    /** The slot of the last one. Guarded by the log's lock; volatile for the shard. */
    volatile long last;

    /** The losses by eviction, and those by keys that were given up. Guarded by the log's lock. */
    final Losses ofTail = new Losses();
    final Losses ofKeys = new Losses();

    /** The last lost entry that is not for this peer, and the last lost entry before it. */
    static final class Losses {
        private long forOthers;
        private long before;

        /**
         * Notes an entry that is lost for the peers that did not get it, and that is not for this peer.
         *
         * @param last the last entry before it that was lost
         */
        void addForOthers(long slot, long last) {
            if (last != forOthers) {
                before = last;
            }
            forOthers = slot;
        }

        /**
         * {@return the last entry that is lost for this peer if it has not got it}
         *
         * @param last the last one that was lost for anyone
         */
        long last(long last) {
            return last == forOthers ? before : last;
        }
    }
}
