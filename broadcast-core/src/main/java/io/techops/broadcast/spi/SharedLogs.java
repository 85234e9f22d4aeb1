package io.techops.broadcast.spi;

import io.techops.broadcast.Backplane;

/**
 * An engine that keeps the logs which many nodes share: a hub with a backplane appends nothing by itself. A message
 * goes to the shared log, comes back numbered, and only then is delivered, by every node alike. One backplane serves
 * any number of hubs of a process. Safe for use by any number of threads.
 *
 * <pre>{@code
 * SharedLog log = backplane.open("prices", () -> readAgain());         // one for each hub, topic or not
 * log.read(null, 4_096, 8 << 20).thenAccept(page -> …);                  // the tail, to begin with
 * log.append(page.after().epoch(), "node-7f3a", 1, records);            // then: one append at a time, and what follows
 * log.read(last, 4_096, 8 << 20).thenAccept(page -> …);
 * }</pre>
 *
 * <h2>What an engine has to have</h2>
 *
 * <p>A log with an order, to which a batch is appended atomically and only if two conditions hold (the epoch is the one
 * that is named; the producer's number follows its last one), and which can be read from a position on. Examples:
 * Redis has streams, and scripts for the conditions. PostgreSQL has a table and a transaction, and {@code LISTEN} for
 * the hint that something has changed. Kafka has a topic with one partition; idempotent, fenced producers are the
 * conditions, and the offset is the sequence less what the epoch began with. NATS JetStream has a stream with one
 * subject and the header that names the expected last sequence.
 *
 * <h2>What the hub does</h2>
 *
 * <p>It reads when it is told that something has changed, and once a second anyway: so a hint that is lost, doubled,
 * late or without a cause costs a moment, not a message. Any call may fail; the hub calls again, later each time. It
 * has one append and one read in flight for each log, so that an append never overtakes an earlier one.
 */
public interface SharedLogs extends Backplane {

    /**
     * Opens a shared log, which begins to exist with that if it does not yet. Does not wait for the engine, and does
     * not fail if it is away: the calls of the log do.
     *
     * @param name the topic, or the name of a hub that is none; 1 to 256 characters; may be open more than once at the
     *     same time, as when a topic begins anew while its last life ends
     * @param changed called when there may be something to read that was not there before; by any thread, at any time
     *     until the log is closed, and perhaps once more at that time; returns at once and never throws
     * @return the log
     * @throws IllegalStateException if the backplane is closed
     */
    SharedLog open(String name, Runnable changed);

    /**
     * Frees all that the backplane holds; calls that are in flight fail. Waits for its threads for 5 seconds at most.
     */
    @Override
    void close();
}
