package io.techops.broadcast.engine;

/**
 * What a hub remembers about the broadcasts that one peer is not to get: its own ones if they are not delivered to
 * their sender, and those that it is excluded from. It is what an entry of the log refers to, so that an entry does not
 * keep a peer that has gone.
 */
final class ExcludedMessages {

    /** This alone: what most entries that are not for everyone refer to. */
    final ExcludedMessages[] alone = {this};

    /** Guarded by the log's lock; volatile for readers who can live with an old value: how many there were. */
    volatile long appended;

    /** Guarded by the log's lock: how many were evicted. */
    long evicted;

    /** Guarded by the log's lock; volatile for the shard: the slot of the last one. */
    volatile long last;
}
