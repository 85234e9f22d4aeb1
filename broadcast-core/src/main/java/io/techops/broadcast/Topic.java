package io.techops.broadcast;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * uses: how many use the topic now, its peers among them, and the flag GONE, which is set once and under the lock of
 * the topics, by which a topic is in their map if and only if it is not gone. Whoever has entered may rely on the hub
 * until he leaves, unless the host application ends the topic. The last to leave sets a timer, one at a time; when it
 * fires the topic goes, if it was idle all the time.
 */

/**
 * One life of a topic: its hub, and who uses it. Safe for use by any number of threads.
 */
final class Topic {

    private static final Logger LOG = LoggerFactory.getLogger(Topics.class);
    private static final long GONE = Long.MIN_VALUE;

    private final String name;
    private final Duration linger;
    private final HubTimer timer;
    /** Ends the topic if nobody uses it. */
    private final Runnable expire;
    private final CompletableFuture<LogHub> hub = new CompletableFuture<>();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final Thread maker = Thread.currentThread();

    private final AtomicLong uses = new AtomicLong(1);
    private final AtomicBoolean watched = new AtomicBoolean();
    /** The timer that was set last. Who sets it then looks whether the topic is gone; who ends the topic looks here. */
    private volatile HubTimer.@Nullable Cancellation watch;
    private volatile long idleSince;

    /** Makes a topic that whoever makes it has entered, and has to {@link #build}. */
    Topic(String name, Duration linger, HubTimer timer, Consumer<Topic> expire) {
        this.name = name;
        this.linger = linger;
        this.timer = timer;
        this.expire = () -> expire.accept(this);
    }

    String name() {
        return name;
    }

    /** Takes the hub, or why there is none, for all who have entered. */
    void build(@Nullable LogHub built, @Nullable Throwable failure) {
        if (built != null) {
            hub.complete(built);
        } else {
            hub.completeExceptionally(failure);
        }
    }

    /**
     * {@return the hub; waits while another thread makes it}
     *
     * @throws java.util.concurrent.CompletionException if it could not be made
     */
    LogHub hub() {
        if (!hub.isDone() && maker == Thread.currentThread()) {
            throw new IllegalStateException("a recipe must not use the topic that it prepares: " + name);
        }
        return hub.join();
    }

    /** {@return the hub, or null if it is not made yet, or could not be} */
    @Nullable LogHub hubIfMade() {
        return hub.isCompletedExceptionally() ? null : hub.getNow(null);
    }

    /** {@return completed when the hub is made, or could not be} */
    CompletionStage<LogHub> made() {
        return hub;
    }

    /** {@return completed when the topic is gone and its hub has ended} */
    CompletableFuture<Void> over() {
        return over;
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
            watch(linger);
        }
    }

    private void watch(Duration delay) {
        if (watched.compareAndSet(false, true)) {
            try {
                HubTimer.Cancellation set = timer.schedule(this::look, delay);
                watch = set;
                if (isGone()) {
                    set.cancel();
                }
            } catch (RuntimeException e) { // refused: the next to leave tries again
                watched.set(false);
                LOG.debug("The timer did not take the end of topic {}", name, e);
            }
        }
    }

    /** Withdraws the timer of a topic that is gone, which would keep its hub until it fires. */
    void unwatch() {
        HubTimer.Cancellation set = watch;
        if (set != null) {
            set.cancel();
        }
    }

    private void look() {
        watched.set(false);
        if (uses.get() != 0) {
            return; // the next to leave sets the timer again
        }
        long left = linger.toNanos() - (timer.nanoTime() - idleSince);
        if (left > 0) {
            watch(Duration.ofNanos(left));
        } else {
            expire.run();
        }
    }

    boolean isIdle() {
        return uses.get() == 0;
    }

    /** {@return when the topic was last left, in the timer's nanoseconds} */
    long idleSince() {
        return idleSince;
    }

    boolean isGone() {
        return uses.get() < 0;
    }

    /** Ends the topic if nobody uses it. Under the lock of the topics. {@return whether this call did} */
    boolean goIfIdle() {
        return uses.compareAndSet(0, GONE);
    }

    /** Ends the topic, whoever uses it. Under the lock of the topics. {@return whether this call did} */
    boolean go() {
        return uses.getAndUpdate(now -> now < 0 ? now : now + GONE) >= 0;
    }
}
