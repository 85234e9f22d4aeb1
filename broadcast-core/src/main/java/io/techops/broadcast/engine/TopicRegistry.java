package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.RefusedException;
import io.techops.broadcast.Topics;
import io.techops.broadcast.TopicsStats;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.SafeLog;
import io.techops.broadcast.spi.BlockingTasks;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/*
 * A topic is in the map if and only if it is not gone, whenever the lock is free. Entering a topic in the map needs no
 * lock; a thread that finds it gone, or not in the map, looks again under the lock, where only these two cases exist.
 * So a peer belongs either to a life that cannot end without the host, or to the next one as its first peer.
 *
 * The work under the lock does not grow with the number of topics: strangers can choose names, and so cause that work.
 *
 * The next step for a topic that is alive follows from its state alone, and may be repeated: an idle topic gets a
 * timer; the hub of a topic that is gone is ended; a topic whose hub has ended is forgotten; if the topics are closed,
 * each is ended; and when none is alive then, the threads end. So after any failure for want of memory it is enough
 * that the task "settling" checks all living topics again.
 */

/** Begins the lives of topics, and ends them. Safe for use by any number of threads. */
final class TopicRegistry implements TopicInstance.LifeListener {

    private static final SafeLog LOG = SafeLog.of(Topics.class);

    private final Topics.Recipe recipe;
    private final Duration idleTimeout;
    private final HubExecutors threads;
    private final @Nullable Executor executor;
    private final ForeignTimer timer;
    private final RefusalCounts refusals = new RefusalCounts("topics", true);
    private final LogRateLimiter failures;
    private final SerialTask settling;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /** Guards the fields that follow; no foreign code runs while it is held. */
    private final MemorySafeLock lock = new MemorySafeLock();
    private final PresentTopics present;
    private final LivingTopics alive = new LivingTopics(lock);
    /** How long hubs may take to end once the topics are closed; written before that. */
    private Duration endsWithin = Duration.ZERO;
    private volatile boolean closed;

    TopicRegistry(TopicsSettings settings) {
        FirstUses.make();
        FirstUses.initialize(TopicInstance.Stamp.class);
        recipe = settings.recipe;
        present = new PresentTopics(settings.maxTopics);
        idleTimeout = settings.idleTimeout;
        threads = HubExecutors.ofManyHubs("broadcast-topics");
        executor = settings.executor;
        timer = ForeignTimer.of(settings.timer != null ? settings.timer : threads);
        failures = new LogRateLimiter(timer::nanoTime);
        settling = new SerialTask(executor != null ? executor : threads.shards(), timer, this::settle);
    }

    Set<String> names() {
        return present.names();
    }

    @Nullable TopicInstance present(String name) {
        return present.get(name);
    }

    boolean isClosed() {
        return closed;
    }

    BlockingTasks blockingTasks() {
        return threads.adapters();
    }

    void refused(RefusalCause cause) {
        refusals.count(cause);
    }

    // The begin.

    /** {@return a topic that was entered and has its hub, or null if there can be none now} */
    @Nullable TopicInstance enterIfPossible(String name) {
        try {
            return enter(name);
        } catch (RefusedException e) {
            return null;
        }
    }

    /**
     * {@return a topic that was entered and has its hub}
     *
     * @throws RefusedException if the topics are closed, or as many as there may be
     */
    TopicInstance enter(String name) {
        while (true) {
            TopicInstance topic = present.get(name);
            if (topic == null || !topic.enter()) {
                topic = enterOrBegin(name);
            }
            boolean entered = false;
            try {
                topic.hub();
                entered = true;
                return topic;
            } catch (CompletionException e) {
                // Another thread's recipe threw: this one tries itself.
            } finally {
                if (!entered) {
                    topic.leave();
                }
            }
        }
    }

    private TopicInstance enterOrBegin(String name) {
        while (true) {
            TopicInstance topic = null;
            TopicInstance displaced = null;
            boolean isSettled = true;
            lock.lock();
            try {
                if (closed) {
                    throw new RefusedException(RefusalCause.CLOSED, "the topics are closed: build new ones");
                }
                TopicInstance other = present.get(name);
                if (other != null && other.enter()) {
                    return other;
                }
                if (present.areAtLimit()) {
                    displaced = present.displace();
                }
                if (!present.areAtLimit()) {
                    topic = begin(name);
                }
            } catch (OutOfMemoryError noMemory) {
                isSettled = false;
                throw noMemory;
            } finally {
                lock.unlock();
                if (displaced != null) {
                    hasGone(displaced);
                }
                if (!isSettled) {
                    unsettled();
                }
            }
            if (topic != null) {
                build(topic);
                return topic;
            }
        }
    }

    /** Called with the lock held. */
    private TopicInstance begin(String name) {
        TopicInstance topic = new TopicInstance(name, idleTimeout, timer, this);
        try {
            alive.add(topic);
            present.add(topic);
        } catch (Throwable noMemory) { // may have been added nevertheless
            alive.withdraw(topic);
            throw noMemory;
        }
        alive.begins();
        return topic;
    }

    private void build(TopicInstance topic) {
        try {
            HubBuilder hub = new HubBuilder().topic(topic.name(), threads, topic::leave, () -> finish(topic))
                    .name(topic.name()).shards(1).timer(timer);
            if (executor != null) {
                hub.executor(executor);
            }
            recipe.prepare(topic.name(), hub);
            topic.build(new LogHub(hub.settings()));
        } catch (Throwable thrown) {
            try {
                goes(topic, Duration.ZERO);
            } finally {
                topic.build(null);
                finish(topic);
            }
            ForeignCode.returned();
            // Logged here: an adapter may have only a stranger to report it to.
            LOG.warn(failures, "Topic {} could not begin: its recipe failed", topic.name(), thrown);
            throw thrown;
        }
        ForeignCode.returned();
        if (topic.isGone()) { // the topics were closed meanwhile
            finish(topic);
        }
        tell(topic, true);
    }

    // The end.

    @Override
    public void idle(TopicInstance.Stamp stamp) {
        present.idle(stamp);
    }

    @Override
    public void notIdle(TopicInstance.Stamp stamp) {
        present.notIdle(stamp);
    }

    @Override
    public void expire(TopicInstance topic) {
        lock.lock();
        try {
            if (!topic.goIfIdle()) {
                return;
            }
            present.remove(topic);
        } finally {
            lock.unlock();
        }
        hasGone(topic);
    }

    /** Ends an instance, also if it is used. {@return its hub, or null if there is none of that name} */
    @Nullable BroadcastHub end(String name, Duration within) {
        TopicInstance topic;
        lock.lock();
        try {
            topic = present.get(name);
            if (topic == null || topic.hubIfMade() == null || !topic.go(within)) {
                return null;
            }
            present.remove(topic);
        } finally {
            lock.unlock();
        }
        hasGone(topic);
        return topic.hub();
    }

    /** Takes note that a topic is gone. Never throws. */
    private void hasGone(TopicInstance gone) {
        tell(gone, false);
        finish(gone);
    }

    private static void tell(TopicInstance topic, boolean begins) {
        try {
            LOG.debug(begins ? "Topic {} begins" : "Topic {} goes", topic.name());
        } catch (Throwable noMemory) {
            // Only the log misses it.
        }
    }

    /** Does the next step for a topic that is gone. Never throws: without memory the step is done later. */
    private void finish(TopicInstance gone) {
        try {
            finishOrThrow(gone);
        } catch (Throwable noMemory) {
            unsettled();
        }
    }

    private void finishOrThrow(TopicInstance gone) {
        gone.unwatch();
        LogHub hub = gone.hubIfMade();
        if (hub != null && !hub.hasEnded()) {
            hub.shutdown(gone.endsWithin()); // calls this again when it has ended
        } else if (hub != null || gone.hasFailed()) {
            alive.forget(gone);
            endAfterLast();
        } // otherwise the thread that makes the hub ends it
    }

    /** Ends the threads if the topics are closed and none is alive. */
    private void endAfterLast() {
        lock.lock();
        try {
            if (!closed || !alive.isEmpty()) {
                return;
            }
        } finally {
            lock.unlock();
        }
        settling.end();
        timer.end();
        try {
            threads.shutdown();
        } finally {
            ended.complete(null);
        }
    }

    @Override
    public void unsettled() {
        settling.wake();
    }

    private boolean settle() {
        for (TopicInstance topic : alive) {
            if ((closed || topic.hasFailed()) && goes(topic, endsWithin)) {
                hasGone(topic);
            } else if (topic.isGone()) {
                finishOrThrow(topic);
            } else {
                topic.settle();
            }
        }
        endAfterLast();
        return false;
    }

    CompletionStage<Void> shutdown(Duration within) {
        if (within.isNegative()) {
            throw new IllegalArgumentException("limit must not be negative: " + within);
        }
        CompletionStage<Void> stage = ended.minimalCompletionStage(); // the rest must not fail for want of memory
        lock.lock();
        try {
            if (!closed) {
                endsWithin = within;
                closed = true;
            }
        } finally {
            lock.unlock();
        }
        try {
            settle();
        } catch (Throwable noMemory) {
            unsettled();
        }
        return stage;
    }

    /** {@return whether the topic was not gone yet, and is now} */
    private boolean goes(TopicInstance topic, Duration within) {
        lock.lock();
        try {
            boolean goes = topic.go(within);
            if (goes) {
                present.remove(topic);
            }
            return goes;
        } finally {
            lock.unlock();
        }
    }

    void close(Duration within) {
        shutdown(within);
        if (onOwnThread()) {
            return;
        }
        long until = System.nanoTime() + DurationRules.bound(within).plus(HubShutdown.MARGIN).toNanos();
        try {
            ended.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            threads.awaitEnd(Math.min(until - System.nanoTime(), HubShutdown.MARGIN.toNanos()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("The executor, the timer or a listener of the topics did not end them within {}", within);
        }
    }

    private boolean onOwnThread() {
        if (threads.areThisThread()) {
            return true;
        }
        for (TopicInstance topic : alive) {
            LogHub hub = topic.hubIfMade();
            if (hub != null && hub.onOwnThread()) {
                return true;
            }
        }
        return false;
    }

    TopicsStats stats() {
        return alive.stats(refusals);
    }
}
