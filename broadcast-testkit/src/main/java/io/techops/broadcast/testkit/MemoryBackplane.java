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
 * A backplane in memory, for any number of hubs of one process, each of which stands for a node; and the faults that a
 * real one has, when a test says so.
 *
 * <pre>{@code
 * MemoryBackplane backplane = new MemoryBackplane(timer, 42);            // the timer of the hubs, and a seed
 * HubRig here = new HubRig(hub -> hub.backplane(backplane).backplaneStartTimeout(Duration.ZERO));
 * HubRig there = new HubRig(hub -> hub.backplane(backplane).backplaneStartTimeout(Duration.ZERO));
 * backplane.delay(Duration.ofMillis(1), Duration.ofMillis(20)).loseAnswers(0.1).loseHints(0.5);
 * backplane.standStill();                                                // as a process does that is stopped
 * backplane.goOn();
 * backplane.loseData();                                                  // a restart without its data: a new epoch
 * }</pre>
 *
 * <p>A call goes to the log, takes effect, and is answered; each way takes as long as {@link #delay} says. What is lost
 * on either way fails 2 seconds after the call, with {@link Outcome#UNKNOWN}, and so does what takes longer than that;
 * it may take effect later all the same. Without a timer nothing takes any time, and what is lost fails at once.
 *
 * <p>Each hub tells how many peers it has, once a second. One that tells nothing is counted for 15 seconds more.
 *
 * <p>Safe for use by any number of threads.
 */
public final class MemoryBackplane implements SharedLogs {

    private final FaultyNetwork network;
    private final LogStore store;

    /** Makes a backplane that takes no time. */
    public MemoryBackplane() {
        this(null, 0);
    }

    /**
     * Makes a backplane.
     *
     * @param timer by which time passes; {@code null} for none
     * @param seed of what is left to chance
     */
    public MemoryBackplane(@Nullable HubTimer timer, long seed) {
        network = new FaultyNetwork(timer, seed);
        store = new LogStore(network);
    }

    // The faults.

    /**
     * Sets how long each way of a call takes, and each hint.
     *
     * @param from at least; not negative
     * @param to at most; not less than that
     * @return this backplane
     * @throws IllegalArgumentException if one of them is less
     * @throws IllegalStateException if there is no timer
     */
    public MemoryBackplane delay(Duration from, Duration to) {
        network.delay(from, to);
        return this;
    }

    /**
     * Loses some calls on their way to the log: they have no effect.
     *
     * @param share from 0 to 1
     * @return this backplane
     * @throws IllegalArgumentException if it is not
     */
    public MemoryBackplane loseRequests(double share) {
        network.loseRequests(share);
        return this;
    }

    /**
     * Loses some answers: the calls have taken effect.
     *
     * @param share from 0 to 1
     * @return this backplane
     * @throws IllegalArgumentException if it is not
     */
    public MemoryBackplane loseAnswers(double share) {
        network.loseAnswers(share);
        return this;
    }

    /**
     * Loses some of the hints that something has changed.
     *
     * @param share from 0 to 1
     * @return this backplane
     * @throws IllegalArgumentException if it is not
     */
    public MemoryBackplane loseHints(double share) {
        network.loseHints(share);
        return this;
    }

    /**
     * Gives some of the hints twice.
     *
     * @param share from 0 to 1
     * @return this backplane
     * @throws IllegalArgumentException if it is not
     */
    public MemoryBackplane doubleHints(double share) {
        network.doubleHints(share);
        return this;
    }

    /**
     * Refuses every append from now on, or takes them again. Reads go on.
     *
     * @param refuse whether to refuse
     * @return this backplane
     */
    public MemoryBackplane refuse(boolean refuse) {
        store.refuse(refuse);
        return this;
    }

    /**
     * Takes no message of more bytes: an append with one is {@link Outcome#IMPOSSIBLE}.
     *
     * @param bytes of payload, at least 0
     * @return this backplane
     * @throws IllegalArgumentException if it is less
     */
    public MemoryBackplane maxBytes(int bytes) {
        store.maxBytes(bytes);
        return this;
    }

    /**
     * Keeps no more than so many of the newest messages of every log, from now on.
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
     * Loses all but the newest messages of every log, once, as a log does that is full.
     *
     * @param messages how many are left, at least 0
     * @throws IllegalArgumentException if it is less
     */
    public void trim(int messages) {
        store.trim(messages);
    }

    /** Stands still: what reaches it waits until {@link #goOn}, and takes effect then. */
    public void standStill() {
        network.standStill();
    }

    /** Goes on after {@link #standStill}. */
    public void goOn() {
        network.goOn();
    }

    /** Loses what it has, as by a restart without its data, or a replica that was behind: a new epoch begins. */
    public void loseData() {
        store.restart();
    }

    // What it did.

    /**
     * {@return all that was ever appended to a log, in its order, by position; also what was lost or trimmed; a copy}
     *
     * @param name the log
     */
    public Map<Position, Message> history(String name) {
        return Collections.unmodifiableMap(store.history(Objects.requireNonNull(name, "name")));
    }

    /** {@return how many appends had been made before, and did nothing} */
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

    // As the hubs see it.

    @Override
    public SharedLog open(String name, Runnable changed) {
        return store.open(name, Objects.requireNonNull(changed, "changed"));
    }

    @Override
    public void close() {
        store.close();
    }
}
