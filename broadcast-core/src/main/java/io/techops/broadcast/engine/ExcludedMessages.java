package io.techops.broadcast.engine;

/**
 * What a hub remembers about the broadcasts that one peer is not to get: its own ones if they are not delivered to
 * their sender, and those that it is excluded from. It is what an entry of the log refers to, so that an entry does not
 * keep a peer that has gone.
 */
final class ExcludedMessages {

    /** Guarded by the log's lock; volatile for readers who can live with an old value: how many there were. */
    volatile long appended;

    /** Guarded by the log's lock: how many were evicted, and how many of these had a key. */
    long evicted;
    long evictedKeyed;

    /** Guarded by the log's lock; volatile for the shard: the slot of the last one. */
    volatile long last;

    /** Guarded by the log's lock: of the entries that were evicted, and of those whose keys were given up. */
    final Losses ofTail = new Losses();
    final Losses ofKeys = new Losses();

    /** The last entry that was lost for others and is not for this peer, and the last one before it that it lost. */
    static final class Losses {
        private long forOthers;
        private long before;

        /**
         * Takes note of an entry that is lost for those who have not got it, and is not for this peer.
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
