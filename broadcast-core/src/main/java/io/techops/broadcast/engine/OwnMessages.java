package io.techops.broadcast.engine;

/**
 * What a hub that does not deliver messages to their sender remembers about the messages of one peer. It is what an
 * entry of the log refers to, so that an entry does not keep a peer that has gone.
 */
final class OwnMessages {

    /** Guarded by the log's lock; volatile for readers who can live with an old value: how many were appended. */
    volatile long appended;

    /** Guarded by the log's lock: how many were evicted. */
    long evicted;

    /** Guarded by the log's lock; volatile for the shard: the slot of the last one. */
    volatile long last;
}
