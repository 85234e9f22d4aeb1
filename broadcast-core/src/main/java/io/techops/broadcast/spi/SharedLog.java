package io.techops.broadcast.spi;

import io.techops.broadcast.Position;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One shared log of a {@link SharedLogs}, as a hub of this node uses it. Safe for use by any number of threads.
 *
 * <p>The order of a log is divided into epochs. Within an epoch, sequences begin at 1 and have no holes. An engine that
 * may have lost records after it had confirmed them (an empty restart, a failover to a replica that was behind), or
 * cannot tell whether it has, begins a new epoch before it takes or returns any further record, so that two messages
 * never have the same position.
 *
 * <p>Each stage completes within a time that the implementation documents, a few seconds at most, on any thread. It
 * fails with a {@link BackplaneException}, whose outcome says what the hub may do next.
 */
public interface SharedLog extends AutoCloseable {

    /**
     * Appends records, all or none of them, if the epoch of the log is still {@code epoch}.
     *
     * <p>A call with the same producer and number as a call that has succeeded, such as a call that was repeated
     * because no answer came, appends nothing and returns the same position. The hub repeats only the last number of a
     * producer, makes one append at a time, and uses a new producer in each epoch.
     *
     * @param epoch the epoch that the caller has read
     * @param producer identifies the appending hub: 1 to 64 characters {@code 0-9a-z-}, never used before by another
     *     one
     * @param number 1 for the first append of the producer, and one more for each that follows
     * @param records what to append, at least one
     * @return the position of the last of the records
     */
    CompletionStage<Position> append(String epoch, String producer, long number, List<SharedRecord> records);

    /**
     * Reads the records after a position, or the newest records. A record that was just appended, even by this node,
     * may be missing until {@code changed} is called.
     *
     * @param after the position; if it is of another epoch than the log's, or beyond the newest record, the call reads
     *     from the oldest record of the log on; {@code null} reads the newest records
     * @param messages the most records to return, at least 1
     * @param bytes the most bytes of payload to return, unless the first record alone has more
     * @return the records, without a hole between them; an empty page if there are none; if the record right after
     *     {@code after} is no longer kept, the records from the oldest one on
     */
    CompletionStage<SharedPage> read(@Nullable Position after, int messages, long bytes);

    /**
     * Reports how many peers this node has, and returns what the other nodes have reported. Optional: the default
     * returns {@code null}.
     *
     * <p>The hub calls this method about once a second; it must return at once and not throw. The implementation
     * exchanges the numbers with its server independently, by one small command every few seconds, or less often if
     * there are very many logs. A node that has reported nothing for several such periods is forgotten by the others,
     * and itself forgets what it knew about them. A node that closes its log is forgotten at once if the engine is
     * there. The implementation for Redis uses a hash with a field for each node; PostgreSQL could use a table with a
     * row for each node, NATS a bucket whose keys expire, Kafka a compacted topic with the node as the key.
     *
     * @param peers the number of peers on this node, at least 0
     * @return the numbers of the other nodes; {@code null} if they are unknown, or no longer known
     */
    default @Nullable PeerCensus census(int peers) {
        return null;
    }

    /** Closes the log for this hub; calls that are in flight may fail. Does not wait. */
    @Override
    void close();
}
