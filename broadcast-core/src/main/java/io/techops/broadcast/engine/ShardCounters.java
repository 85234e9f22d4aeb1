package io.techops.broadcast.engine;

import io.techops.broadcast.Retention;

/** The counters of a shard. Its task counts, and publishes the counters once a round, for any thread to read. */
final class ShardCounters {

    /** The counters of a shard, at one moment. */
    record Figures(long deliveries, long batches, long stalls, long conflated, long expired, long encodings) {
        static final Figures NONE = new Figures(0, 0, 0, 0, 0, 0);

        Figures plus(Figures more) {
            return new Figures(deliveries + more.deliveries, batches + more.batches, stalls + more.stalls,
                    conflated + more.conflated, expired + more.expired, encodings + more.encodings);
        }
    }

    private final JfrEvents.Pass pass = new JfrEvents.Pass();

    /** All of these are owned by the task. */
    private long taken;
    private long batchesTaken;
    private long charged;
    private long leftConflated;
    private long leftExpired;

    /** The same counters as they were at the end of the last round. Written by the task. */
    private volatile long delivered;
    private volatile long written;
    private volatile long conflated;
    private volatile long expired;
    private volatile long encodings;

    ShardCounters(String hub, int shard) {
        pass.hub = hub;
        pass.shard = shard;
    }

    /** Begins a round. */
    void begin() {
        pass.begin();
    }

    /** Counts a batch that a transport has taken. */
    void took(LogBatch batch) {
        taken += batch.size();
        batchesTaken++;
        charged += batch.bytes() + (long) Retention.OVERHEAD_BYTES * batch.size();
    }

    /** Counts the messages that a peer has passed over. */
    void passed(LogBatch.LeftOut left) {
        leftConflated += left.conflated();
        leftExpired += left.expired();
    }

    /** Counts messages that had expired before a peer could be given them. */
    void lapsed(long count) {
        leftExpired += count;
    }

    /** Adds to the charge. */
    void charge(long bytes) {
        charged += bytes;
    }

    /** {@return how many bytes were written so far, as {@link Retention} charges them, with all additions} */
    long charged() {
        return charged;
    }

    /**
     * Publishes the counters at the end of a round.
     *
     * @param peers how many peers the shard has
     * @param encoded how many encodings there were so far
     */
    void publish(int peers, long encoded) {
        pass.end();
        if (batchesTaken > written) {
            if (pass.shouldCommit()) {
                pass.peers = peers;
                pass.batches = batchesTaken - written;
                pass.messages = taken - delivered;
                pass.encodings = encoded - encodings;
                pass.conflated = leftConflated - conflated;
                pass.expired = leftExpired - expired;
                pass.commit();
            }
            written = batchesTaken;
            delivered = taken;
            encodings = encoded;
        }
        if (conflated != leftConflated || expired != leftExpired) {
            conflated = leftConflated;
            expired = leftExpired;
        }
    }

    /** {@return the counters that were published last} For any thread. */
    Figures figures(long stalls) {
        return new Figures(delivered, written, stalls, conflated, expired, encodings);
    }
}
