package io.techops.broadcast.spi;

import io.techops.broadcast.Position;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One log of a {@link SharedLogs}, as a hub of this node uses it. Safe for use by any number of threads.
 *
 * <p>The order has epochs. Within one, sequences begin at 1 and are dense. An engine that may have lost what it
 * had answered for (an empty restart, a replica that was behind) begins a new epoch before it takes or shows
 * anything else, so that no position is ever given to two messages; so does an engine that cannot tell.
 *
 * <p>Each stage completes within a time that the implementation chooses and documents, a few seconds at most, by any
 * thread; it fails with a {@link BackplaneException} that says whether the hub may call again.
 */
public interface SharedLog extends AutoCloseable {

    /**
     * Appends records, all or none of them, if the epoch of the log is still {@code epoch}.
     *
     * <p>Repeated with the same producer and number, as after a call of which no answer came, it appends nothing and
     * answers as the first one did. The hub repeats only the last number of a producer, and calls again only when the
     * stage of the last call has completed; it takes a new producer in each epoch.
     *
     * @param epoch the epoch in which the caller reads
     * @param producer who appends, 1 to 64 characters {@code 0-9a-z-}; unique, also among all that were before
     * @param number 1 for the first append of the producer, and one more for each that follows
     * @param records what to append, at least one
     * @return the position of the last of the records
     */
    CompletionStage<Position> append(String epoch, String producer, long number, List<SharedRecord> records);

    /**
     * Reads what follows a position, or the newest records. What was appended a moment ago, by this node too, may be
     * missing until {@code changed} is called.
     *
     * @param after read what follows this one; if it is of another epoch than the log's, or beyond its head, from the
     *     oldest record of the log on; {@code null} for the newest records
     * @param messages the most records to answer with, at least 1
     * @param bytes the most bytes of payload to answer with, unless the first record alone has more
     * @return the records, without a hole between them; none if there are none; if what followed {@code after} is no
     *     longer kept, from the oldest record on
     */
    CompletionStage<SharedPage> read(@Nullable Position after, int messages, long bytes);

    /**
     * Tells how many peers this node has, and asks what the other nodes told. An engine need not have this: the default
     * knows nothing.
     *
     * <p>The hub calls this about once a second. The call returns at once and does not throw; the engine asks in its
     * own time, with one small command every few seconds, which it makes rarer with very many logs. A node that has
     * told nothing for some such periods is forgotten by the others, and forgets what it knew itself; one that closes
     * its log is forgotten at once if the engine is there. Redis has a hash with a field for each node; PostgreSQL
     * would have a table with a row for each, NATS a bucket whose keys expire, Kafka a compacted topic with the node as
     * the key.
     *
     * @param peers how many there are on this node, at least 0
     * @return what the other nodes told; {@code null} if that is not known, or not any more
     */
    default @Nullable PeerCensus census(int peers) {
        return null;
    }

    /** Stops following; calls that are in flight may fail. Does not wait. */
    @Override
    void close();
}
