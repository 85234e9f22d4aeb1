package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubStats;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.RefusedException;
import io.techops.broadcast.Topics;
import io.techops.broadcast.TopicsStats;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.SafeLog;
import io.techops.broadcast.spi.BlockingTasks;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/*
 * A topic is in the map if and only if it is not gone, whenever the lock is free. To enter one that is there needs no
 * lock; who finds it gone, or not there, looks again under the lock, and then it is one of the two. So a peer is either
 * one of a life that cannot end without the host, or the first of the next.
 *
 * What is done under the lock does not grow with the number of topics: strangers can choose names, and so make it run.
 *
 * A topic is alive from its begin until its hub has ended, when its figures join those of the past, and it is given the
 * number of its end. Who adds up the figures looks at those alive first and at the past then: whatever ended meanwhile
 * has a number that tells whether it is in that past.
 *
 * What fails for want of memory while a topic becomes idle or ends is done again by the task "settling", for all that
 * are alive: a topic that is gone and whose end has not begun says so (toFinish); one that is idle is watched.
 */

/** Begins the lives of topics, and ends them. Safe for use by any number of threads. */
final class TopicRegistry implements TopicInstance.Lives {

    private static final SafeLog LOG = SafeLog.of(Topics.class);
    private static final Duration LONGEST = Duration.ofDays(365);
    private static final CompletableFuture<Void> NO_HUB = CompletableFuture.completedFuture(null);
    /** How much longer than its limit {@link #close} waits, as that of a hub does. */
    private static final Duration MARGIN = Duration.ofSeconds(1);
    /** How many topics that are not idle any more are passed over before the lock is free for others. */
    private static final int STEPS = 32;
    /** How often {@link #names} looks for names that were there at one moment. */
    private static final int TRIES = 32;

    private final Topics.Recipe recipe;
    private final int limit;
    private final Duration linger;
    private final HubExecutors threads;
    private final @Nullable Executor executor;
    private final ForeignTimer timer;
    private final RefusalCounts refusals = new RefusalCounts("topics", true);
    private final LogRateLimiter failures;
    private final SerialTask settling;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /**
     * Read by anyone, changed under the lock, as all that follows {@link #idle} is. Nothing foreign runs while it is
     * held.
     */
    private final Map<String, TopicInstance> present = new ConcurrentHashMap<>();
    private final Set<TopicInstance> alive = ConcurrentHashMap.newKeySet();
    /** Those that were idle, longest first; changed by any thread. */
    private final ConcurrentSkipListSet<TopicInstance.Stamp> idle = new ConcurrentSkipListSet<>();
    private final SureLock lock = new SureLock();
    private HubFigures past = HubFigures.NONE;
    /** How many are present. */
    private int count;
    /** How often a topic came or went: written under the lock, read by anyone. */
    private volatile long changes;
    private long begun;
    private long forgotten;
    private volatile boolean closed;
    /** Whether {@link #shutdown} was called, and did not fail. */
    private boolean ends;

    TopicRegistry(TopicsSettings settings) {
        recipe = settings.recipe;
        limit = settings.limit;
        linger = settings.linger;
        threads = HubExecutors.ofManyHubs("broadcast-topics");
        executor = settings.executor;
        timer = ForeignTimer.of(settings.timer != null ? settings.timer : threads);
        failures = new LogRateLimiter(timer::nanoTime);
        settling = new SerialTask(executor != null ? executor : threads.shards(), timer, this::settle);
    }

    Set<String> names() {
        for (int i = 0; i < TRIES; i++) {
            long before = changes;
            Set<String> names = new TreeSet<>(present.keySet());
            if (changes == before) {
                return names;
            }
        }
        return new TreeSet<>(present.keySet()); // there are many, or they change all the time
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
            try {
                topic.hub();
                return topic;
            } catch (CompletionException e) { // another thread's recipe threw: this one tries itself
                topic.leave();
            } catch (IllegalStateException e) {
                topic.leave();
                throw e;
            }
        }
    }

    private TopicInstance enterOrBegin(String name) {
        while (true) {
            TopicInstance topic = null;
            TopicInstance displaced = null;
            lock.lock();
            try {
                if (closed) {
                    throw new RefusedException(RefusalCause.CLOSED, "the topics are closed: build new ones");
                }
                TopicInstance other = present.get(name);
                if (other != null && other.enter()) {
                    return other;
                }
                if (count >= limit) {
                    displaced = displace();
                }
                if (count < limit) {
                    topic = begin(name);
                }
            } finally {
                lock.unlock();
            }
            if (displaced != null) {
                finish(displaced, Duration.ZERO);
            }
            if (topic != null) {
                build(topic);
                return topic;
            }
        }
    }

    /** Under the lock. */
    private TopicInstance begin(String name) {
        TopicInstance topic = new TopicInstance(name, linger, timer, this);
        try {
            alive.add(topic);
            present.put(name, topic);
        } catch (Throwable noMemory) { // it may be there all the same
            present.remove(name);
            alive.remove(topic);
            throw noMemory;
        }
        changes = changes + 1;
        count++;
        begun++;
        return topic;
    }

    private void build(TopicInstance topic) {
        try {
            HubBuilder hub = new HubBuilder().topic(topic.name(), threads, topic::leave).name(topic.name()).shards(1)
                    .timer(timer);
            if (executor != null) {
                hub.executor(executor);
            }
            recipe.prepare(topic.name(), hub);
            topic.build(new LogHub(hub.settings()));
        } catch (Throwable thrown) {
            try {
                dropFailed(topic);
            } catch (Throwable noMemory) {
                unsettled();
            } finally {
                topic.build(null);
            }
            ForeignCode.returned();
            // An adapter may be able to tell it to a stranger only.
            LOG.warn(failures, "Topic {} could not begin: its recipe failed", topic.name(), thrown);
            throw thrown;
        }
        ForeignCode.returned();
        LOG.debug("Topic {} begins", topic.name());
    }

    private void dropFailed(TopicInstance topic) {
        lock.lock();
        try {
            if (topic.go()) {
                remove(topic);
                alive.remove(topic);
            }
        } finally {
            lock.unlock();
        }
        topic.over().complete(null);
    }

    // The end.

    @Override
    public void idle(TopicInstance.Stamp stamp) {
        idle.add(stamp);
    }

    @Override
    public void notIdle(TopicInstance.Stamp stamp) {
        idle.remove(stamp);
    }

    /**
     * Under the lock: ends the topic that has been idle for longest, for {@link #finish} to finish.
     *
     * @return null if it is not among the first that were looked at, so that the lock is to be given to others first
     */
    private @Nullable TopicInstance displace() {
        for (int i = 0; i < STEPS; i++) {
            TopicInstance.Stamp longest = idle.pollFirst();
            if (longest == null) {
                throw new RefusedException(RefusalCause.TOPICS,
                        "there may be " + limit + " topics, and all of them are in use: the setting is limit");
            }
            TopicInstance topic = longest.topic();
            if (topic.isStill(longest) && topic.goIfIdle()) {
                remove(topic);
                return topic;
            }
        }
        return null;
    }

    /** Under the lock. */
    private void remove(TopicInstance gone) {
        changes = changes + 1;
        present.remove(gone.name());
        count--;
    }

    @Override
    public void expire(TopicInstance topic) {
        lock.lock();
        try {
            if (!topic.goIfIdle()) {
                return;
            }
            remove(topic);
        } finally {
            lock.unlock();
        }
        finish(topic, Duration.ZERO);
    }

    /** Ends an instance, also if it is used. {@return its hub, or null if there is none of that name} */
    @Nullable BroadcastHub end(String name, Duration within) {
        TopicInstance topic;
        lock.lock();
        try {
            topic = present.get(name);
            if (topic == null || topic.hubIfMade() == null || !topic.go()) {
                return null;
            }
            remove(topic);
        } finally {
            lock.unlock();
        }
        finish(topic, within);
        return topic.hub();
    }

    /** Lets the hub of a topic that is gone end. Never throws. */
    private void finish(TopicInstance gone, Duration within) {
        LOG.debug("Topic {} goes", gone.name());
        gone.toFinish(within);
        try {
            finish(gone);
        } catch (Throwable noMemory) {
            unsettled();
        }
    }

    private void finish(TopicInstance gone) {
        Duration within = gone.takeToFinish();
        if (within == null) {
            return;
        }
        try {
            gone.unwatch();
            gone.made().thenCompose(hub -> hub == null ? NO_HUB : hub.shutdown(within))
                    .whenComplete((done, failed) -> hasFinished(gone, within, failed == null));
        } catch (Throwable noMemory) {
            gone.toFinish(within);
            throw noMemory;
        }
    }

    private void hasFinished(TopicInstance gone, Duration within, boolean ended) {
        boolean over = false;
        try {
            if (ended) {
                forget(gone);
                over = true;
            }
        } finally {
            if (over) {
                gone.over().complete(null);
            } else { // no memory
                gone.toFinish(within);
                unsettled();
            }
        }
    }

    private void forget(TopicInstance gone) {
        HubFigures last = stats(gone).past();
        lock.lock();
        try {
            HubFigures sum = past.plus(last);
            if (alive.remove(gone)) { // it may have been told twice
                past = sum;
                gone.forgotten(++forgotten);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void unsettled() {
        settling.wake();
    }

    private boolean settle() {
        for (TopicInstance topic : alive) {
            if (topic.hasFailed()) {
                dropFailed(topic);
            }
            finish(topic);
            topic.settle();
        }
        return false;
    }

    CompletionStage<Void> shutdown(Duration within) {
        if (within.isNegative()) {
            throw new IllegalArgumentException("limit must not be negative: " + within);
        }
        if (!closes()) {
            return ended.minimalCompletionStage();
        }
        boolean done = false;
        try {
            end(within);
            done = true;
        } finally {
            if (!done) { // no memory: the next call begins again
                lock.lock();
                ends = false;
                lock.unlock();
            }
        }
        return ended.minimalCompletionStage();
    }

    private void end(Duration within) {
        for (TopicInstance topic : present.values()) { // from now on there are only fewer
            if (goes(topic)) {
                finish(topic, within);
            }
        }
        CompletableFuture<?>[] overs = alive.stream().map(TopicInstance::over).toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(overs).thenRun(() -> {
            settling.end();
            threads.shutdown();
            timer.end();
            ended.complete(null);
        });
    }

    /** {@return whether this is the first call} */
    private boolean closes() {
        lock.lock();
        try {
            boolean first = !ends;
            ends = true;
            closed = true;
            return first;
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether the topic was not gone yet, and is now} */
    private boolean goes(TopicInstance topic) {
        lock.lock();
        try {
            boolean goes = topic.go();
            if (goes) {
                remove(topic);
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
        long until = System.nanoTime() + (within.compareTo(LONGEST) < 0 ? within : LONGEST).plus(MARGIN).toNanos();
        try {
            ended.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            threads.awaitEnd(Math.min(until - System.nanoTime(), MARGIN.toNanos()));
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

    // What others may know.

    TopicsStats stats() {
        Map<TopicInstance, HubFigures> living = new HashMap<>();
        Map<String, HubStats> hubs = new HashMap<>();
        for (TopicInstance topic : alive) {
            HubFigures its = stats(topic);
            living.put(topic, its);
            if (!topic.isGone()) {
                hubs.put(topic.name(), its);
            }
        }
        HubFigures total;
        long lives;
        long inPast;
        lock.lock();
        try {
            total = past;
            lives = begun;
            inPast = forgotten;
        } finally {
            lock.unlock();
        }
        for (var each : living.entrySet()) {
            long end = each.getKey().forgotten();
            if (end == 0 || end > inPast) {
                total = total.plus(each.getValue());
            }
        }
        return new TopicFigures(hubs, lives, total.plus(HubFigures.ofRefusals(refusals.sums())));
    }

    private static HubFigures stats(TopicInstance topic) {
        LogHub hub = topic.hubIfMade();
        return hub == null ? HubFigures.NONE : hub.stats();
    }
}
