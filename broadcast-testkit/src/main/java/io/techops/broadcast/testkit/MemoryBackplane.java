package io.techops.broadcast.testkit;

import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.BackplaneException.Outcome;
import io.techops.broadcast.spi.SharedLog;
import io.techops.broadcast.spi.SharedLogs;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A backplane in memory, for any number of hubs of one process, each of which stands for a node. A test can make it
 * show the faults of a real backplane.
 *
 * <pre>{@code
 * MemoryBackplane backplane = new MemoryBackplane(timer, 42);            // the timer of the hubs, and a seed
 * HubRig here = new HubRig(hub -> hub.backplane(backplane).backplaneStartTimeout(Duration.ZERO));
 * HubRig there = new HubRig(hub -> hub.backplane(backplane).backplaneStartTimeout(Duration.ZERO));
 * backplane.delay(Duration.ofMillis(1), Duration.ofMillis(20)).loseAnswers(0.1).loseHints(0.5);
 * backplane.pause();                                                     // like a stopped process
 * backplane.resume();
 * backplane.loseData();                                                  // a restart without its data: a new epoch
 * }</pre>
 *
 * <p>A call travels to the log, takes effect, and its answer travels back; each direction is delayed as {@link #delay}
 * sets. A call that is lost, or takes longer than 2 seconds, fails 2 seconds after it was made, with {@link
 * Outcome#UNKNOWN}; a late call still takes effect. Without a timer there are no delays, and a lost call fails at once.
 *
 * <p>Each hub reports its number of peers once a second, and is counted for 15 seconds after its last report.
 *
 * <p>Safe for use by any number of threads.
 */
public final class MemoryBackplane implements SharedLogs {

    private final FaultyNetwork network;
    private final LogStore store;

    /** Makes a backplane without delays. */
    public MemoryBackplane() {
        this(null, 0);
    }

    /**
     * Makes a backplane.
     *
     * @param timer the timer for delays; {@code null} for a backplane without delays
     * @param seed the seed of all random choices
     */
    public MemoryBackplane(@Nullable HubTimer timer, long seed) {
        network = new FaultyNetwork(timer, seed);
        store = new LogStore(network);
    }

    // The faults.

    /**
     * Sets the delay of each direction of a call, and of each hint.
     *
     * @param from the shortest delay, not negative
     * @param to the longest delay, at least {@code from}
     * @return this backplane
     * @throws IllegalArgumentException if one of them is too small
     * @throws IllegalStateException if there is no timer
     */
    public MemoryBackplane delay(Duration from, Duration to) {
        network.delay(from, to);
        return this;
    }

    /**
     * Loses some calls on their way to the log; they have no effect.
     *
     * @param share the share of calls or hints that are affected, from 0 to 1
     * @return this backplane
     * @throws IllegalArgumentException if it is not
     */
    public MemoryBackplane loseRequests(double share) {
        network.loseRequests(share);
        return this;
    }

    /**
     * Loses some answers; the calls have taken effect.
     *
     * @param share the share of calls or hints that are affected, from 0 to 1
     * @return this backplane
     * @throws IllegalArgumentException if it is not
     */
    public MemoryBackplane loseAnswers(double share) {
        network.loseAnswers(share);
        return this;
    }

    /**
     * Loses some of the hints, which are the calls of {@code changed}.
     *
     * @param share the share of calls or hints that are affected, from 0 to 1
     * @return this backplane
     * @throws IllegalArgumentException if it is not
     */
    public MemoryBackplane loseHints(double share) {
        network.loseHints(share);
        return this;
    }

    /**
     * Repeats some of the hints.
     *
     * @param share the share of calls or hints that are affected, from 0 to 1
     * @return this backplane
     * @throws IllegalArgumentException if it is not
     */
    public MemoryBackplane doubleHints(double share) {
        network.doubleHints(share);
        return this;
    }

    /**
     * Refuses every append from now on, or accepts appends again. Reads are not affected.
     *
     * @param refuse whether to refuse
     * @return this backplane
     */
    public MemoryBackplane refuse(boolean refuse) {
        store.refuse(refuse);
        return this;
    }

    /**
     * Bounds the size of messages: an append with a larger one fails with {@link Outcome#IMPOSSIBLE}.
     *
     * @param bytes the most bytes of payload, at least 0
     * @return this backplane
     * @throws IllegalArgumentException if it is less
     */
    public MemoryBackplane maxBytes(int bytes) {
        store.maxBytes(bytes);
        return this;
    }

    /**
     * Bounds how many of the newest messages of every log are kept, from now on.
     *
     * @param messages how many, at least 1
     * @return this backplane
     * @throws IllegalArgumentException if it is less
     */
    public MemoryBackplane retaining(int messages) {
        store.retaining(messages);
        return this;
    }

    /**
     * Loses all but the newest messages of every log, once, like a log that is full.
     *
     * @param messages how many are left, at least 0
     * @throws IllegalArgumentException if it is less
     */
    public void trim(int messages) {
        store.trim(messages);
    }

    /** Stops the backplane: calls that arrive wait until {@link #resume}, and take effect then. */
    public void pause() {
        network.pause();
    }

    /** Continues after {@link #pause}. */
    public void resume() {
        network.resume();
    }

    /** Loses all data, as in a restart without data or a failover to a replica that was behind; a new epoch begins. */
    public void loseData() {
        store.restart();
    }

    // What has happened.

    /**
     * {@return all messages that were ever appended to a log, by position, in order, including those that were lost or
     * trimmed; a copy}
     *
     * @param name the log
     */
    public Map<Position, Message> history(String name) {
        return Collections.unmodifiableMap(store.history(Objects.requireNonNull(name, "name")));
    }

    /** {@return how many appends were repetitions, and had no effect} */
    public long repeats() {
        return store.repeats();
    }

    /** {@return how many appends took effect} */
    public long appends() {
        return store.appends();
    }

    /** {@return how many logs are open} */
    public int open() {
        return store.open();
    }

    // Called by the hubs.

    @Override
    public SharedLog open(String name, Runnable changed) {
        return store.open(name, Objects.requireNonNull(changed, "changed"));
    }

    @Override
    public void close() {
        store.close();
    }
}
