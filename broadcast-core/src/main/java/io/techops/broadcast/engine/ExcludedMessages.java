package io.techops.broadcast.engine;

/**
 * What a hub remembers about the broadcasts that one peer is not to get: its own ones if they are not delivered to
 * their sender, and those that it is excluded from. It is what an entry of the log refers to, so that an entry does not
 * keep a peer that has gone.
 */
final class ExcludedMessages {

    /** Guarded by the log's lock; volatile for readers who can live with an old value: how many there were. */
    volatile long appended;

    /** Guarded by the log's lock: how many were evicted. */
    long evicted;

    /** Guarded by the log's lock; volatile for the shard: the slot of the last one. */
    volatile long last;

    /**
     * Guarded by the log's lock: the last entry that was lost for others when it was evicted and is not for this peer,
     * and the last one before it that was lost for this peer, too.
     */
    private long lostForOthers;
    private long lostBefore;

    /**
     * Takes note of an entry that is evicted, is lost for those who have not got it, and is not for this peer.
     *
     * @param before the last entry before it that was lost
     */
    void lostForOthers(long slot, long before) {
        if (before != lostForOthers) {
            lostBefore = before;
        }
        lostForOthers = slot;
    }

    /**
     * {@return the last entry that is lost for this peer if it has not got it}
     *
     * @param last the last one that was lost for anyone
     */
    long lastLost(long last) {
        return last == lostForOthers ? lostBefore : last;
    }
}
