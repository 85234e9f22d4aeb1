package io.techops.broadcast.spi;

import io.techops.broadcast.Backplane;

/**
 * An engine that keeps the logs which the hubs of many nodes share. A hub with a backplane does not append to its own
 * log directly: it appends a message to the shared log, and delivers it when it reads it back with its position, as
 * every other node does. One backplane serves any number of hubs of a process. Safe for use by any number of threads.
 *
 * <pre>{@code
 * SharedLog log = backplane.open("prices", () -> readAgain());         // one for each hub
 * log.read(null, 4_096, 8 << 20).thenAccept(page -> …);                  // the tail, to begin with
 * log.append(page.after().epoch(), "node-7f3a", 1, records);            // then: one append at a time, and what follows
 * log.read(last, 4_096, 8 << 20).thenAccept(page -> …);
 * }</pre>
 *
 * <h2>What an engine needs</h2>
 *
 * <p>An ordered log that can be read from a position on, and to which a batch is appended atomically, and only if two
 * conditions hold: the epoch is the given one, and the producer's number follows its last one. For example, Redis has
 * streams, and scripts for the conditions. In PostgreSQL it would be a table and a transaction, with {@code LISTEN} for
 * the notification of changes; in Kafka, a topic with one partition and idempotent, fenced producers, where the
 * sequence is the offset minus the offset at which the epoch began; in NATS JetStream, a stream with one subject, and
 * the header for the expected last sequence.
 *
 * <h2>What the hub does</h2>
 *
 * <p>The hub reads when {@code changed} is called, and once a second in any case: a call of {@code changed} that is
 * lost, late, repeated or needless may cost time, but never a message. Any call may fail; the hub repeats it, after a
 * pause that grows each time. For each log there is at most one append and one read in flight, so that appends never
 * overtake each other.
 */
public interface SharedLogs extends Backplane {

    /**
     * Opens a shared log, which is created if it does not exist. Does not wait for the engine, and does not fail if the
     * engine is away: the calls of the log then fail.
     *
     * @param name the name of the log, by default that of the topic or of the hub; 1 to 256 characters. A log may be
     *     open more than once at the same time, as when a new instance of a topic is created while the last one is
     *     closing
     * @param changed called when there may be new records to read; by any thread, at any time until the log is closed,
     *     and perhaps once more during that call; returns at once and never throws
     * @return the log
     * @throws IllegalStateException if the backplane is closed
     */
    SharedLog open(String name, Runnable changed);

    /**
     * Frees all resources of the backplane; calls that are in flight fail. Waits for its threads for 5 seconds at most.
     */
    @Override
    void close();
}
