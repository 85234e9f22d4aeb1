package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubTimer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/*
 * uses: how many use the topic now, its peers among them, and the flag GONE, which is set once and under the lock of
 * the topics, by which a topic is in their map if and only if it is not gone. A caller that has entered may rely on the
 * hub until it leaves, unless the host application ends the topic. The last to leave sets a timer, one at a time; when
 * it fires the topic ends, if it was idle all the time. The last to leave also adds the topic to the idle ones, if it
 * is not there already, by a stamp with the time, which may be out of date.
 */

/**
 * One life of a topic: its hub, and how many use it. Safe for use by any number of threads.
 */
final class TopicInstance {

    private static final long GONE = Long.MIN_VALUE;

    private final String name;
    private final Duration idleTimeout;
    private final HubTimer timer;
    private final LifeListener lives;
    private final CompletableFuture<@Nullable LogHub> hub = new CompletableFuture<>();
    private final Thread maker = Thread.currentThread();

    private final AtomicLong uses = new AtomicLong(1);
    private final AtomicBoolean watched = new AtomicBoolean();
    private final Runnable look = this::look;
    /**
     * The timer that was set last. A thread that sets it checks afterwards whether the topic is gone; the thread that
     * ends the topic checks this field afterwards.
     */
    private volatile HubTimer.@Nullable Cancellation watch;
    private final AtomicReference<@Nullable Stamp> stamp = new AtomicReference<>();
    private volatile long idleSince;
    /** The number of its end among all ends, 0 before; written under the lock of the topics. */
    private volatile long forgotten;
    /**
     * How long its hub may take to end; written before the topic is gone. A topic that ends because it is idle has no
     * peers: its hub only waits for its messages to reach the backplane.
     */
    private volatile Duration endsWithin = BroadcastHub.DEFAULT_CLOSE_LIMIT;

    /** Is told about the life of topics. */
    interface LifeListener {
        /** The topic was not used for its idle timeout: ends it, unless it is used again. */
        void expire(TopicInstance topic);

        /** The topic is idle now, if it was not gone before. */
        void idle(Stamp stamp);

        /** The topic is gone: forgets the stamp of {@link #idle}. */
        void notIdle(Stamp stamp);

        /** There was no memory for a step: calls {@link #settle} later. Never throws. */
        void unsettled();
    }

    /**
     * Marks a topic as idle since a time.
     *
     * @param since since when, in the timer's nanoseconds
     * @param order tells two stamps of the same time apart
     */
    record Stamp(long since, long order, TopicInstance topic) implements Comparable<Stamp> {

        private static final AtomicLong ORDER = new AtomicLong();

        Stamp(TopicInstance topic) {
            this(topic.idleSince, ORDER.incrementAndGet(), topic);
        }

        @Override
        public int compareTo(Stamp other) {
            return since == other.since ? Long.compare(order, other.order) : Long.signum(since - other.since);
        }
    }

    /** Makes a topic that the caller has entered, and has to {@link #build}. */
    TopicInstance(String name, Duration idleTimeout, HubTimer timer, LifeListener lives) {
        this.name = name;
        this.idleTimeout = idleTimeout;
        this.timer = timer;
        this.lives = lives;
    }

    String name() {
        return name;
    }

    /** Sets the hub, or null if there is none, for all callers that have entered. */
    void build(@Nullable LogHub built) {
        hub.complete(built);
    }

    /**
     * {@return the hub; waits while another thread makes it}
     *
     * @throws CompletionException if it could not be made
     */
    LogHub hub() {
        if (!hub.isDone() && maker == Thread.currentThread()) {
            throw new IllegalStateException("a recipe must not use the topic that it prepares: " + name);
        }
        LogHub made = hub.join();
        if (made == null) {
            throw new CompletionException("the recipe of topic " + name + " failed", null);
        }
        return made;
    }

    /** {@return the hub, or null if it is not made yet, or could not be made} */
    @Nullable LogHub hubIfMade() {
        return hub.getNow(null);
    }

    /** {@return whether there is no hub, and none will be made} */
    boolean hasFailed() {
        return hub.isDone() && hub.getNow(null) == null;
    }

    /** {@return false if the topic is gone} */
    boolean enter() {
        long now = uses.get();
        while (now >= 0 && !uses.compareAndSet(now, now + 1)) {
            now = uses.get();
        }
        return now >= 0;
    }

    void leave() {
        idleSince = timer.nanoTime();
        if (uses.decrementAndGet() == 0) {
            settle();
        }
    }

    /** Makes sure that the topic ends if it stays idle, or that this is tried again later. Never throws. */
    void settle() {
        try {
            if (isIdle()) {
                watch(idleTimeout);
                stamp();
            }
        } catch (Throwable noMemory) {
            lives.unsettled();
        }
    }

    private void watch(Duration delay) {
        if (watched.compareAndSet(false, true)) {
            HubTimer.Cancellation set = timer.schedule(look, delay);
            watch = set;
            if (ForeignTimer.isUnset(set)) { // no memory
                watched.set(false);
                lives.unsettled();
            } else if (isGone()) {
                set.cancel();
            }
        }
    }

    private void stamp() {
        if (stamp.get() == null) {
            Stamp now = new Stamp(this);
            if (stamp.compareAndSet(null, now)) {
                try {
                    lives.idle(now);
                } catch (Throwable noMemory) {
                    stamp.set(null);
                    lives.notIdle(now); // may have been added nevertheless
                    throw noMemory;
                }
                if (isGone()) {
                    lives.notIdle(now);
                }
            }
        }
    }

    /**
     * Removes a stamp of this topic. Called with the lock of the topics held: if this throws for want of memory, the
     * topic is to be settled after the lock is released.
     *
     * @return whether the stamp is still true; if not, an idle topic has a newer stamp
     */
    boolean isStill(Stamp taken) {
        stamp.set(null);
        if (!isIdle()) {
            return false; // the last to leave does the rest
        }
        if (taken.since() == idleSince) {
            return true;
        }
        stamp(); // the timer is foreign code: the thread that left has set it
        return false;
    }

    /** Cancels the timer of a topic that is gone, and removes its stamp: both would keep its hub in memory. */
    void unwatch() {
        Stamp left = stamp.get();
        if (left != null) {
            lives.notIdle(left);
        }
        HubTimer.Cancellation set = watch;
        if (set != null) {
            set.cancel();
        }
    }

    private void look() {
        watched.set(false);
        try {
            if (!isIdle()) {
                return; // the next to leave sets the timer again
            }
            long left = idleTimeout.toNanos() - (timer.nanoTime() - idleSince);
            if (left > 0) {
                watch(Duration.ofNanos(left));
            } else {
                lives.expire(this);
            }
        } catch (Throwable noMemory) {
            lives.unsettled();
        }
    }

    /** {@return how long the hub of a topic that is gone may take to end} */
    Duration endsWithin() {
        return endsWithin;
    }

    boolean isIdle() {
        return uses.get() == 0;
    }

    /** {@return the number of the topic's end among all ends, if it is forgotten; 0 if not} */
    long forgotten() {
        return forgotten;
    }

    void forgotten(long number) {
        forgotten = number;
    }

    boolean isGone() {
        return uses.get() < 0;
    }

    /** Ends the topic if it is not used. Called with the lock of the topics held. {@return whether this call did} */
    boolean goIfIdle() {
        return uses.compareAndSet(0, GONE);
    }

    /**
     * Ends the topic, also if it is used. Called with the lock of the topics held.
     *
     * @param within how long its hub may take
     * @return whether this call did
     */
    boolean go(Duration within) {
        if (isGone()) {
            return false;
        }
        endsWithin = within;
        long now = uses.get();
        while (!uses.compareAndSet(now, now + GONE)) {
            now = uses.get();
        }
        return true;
    }
}
