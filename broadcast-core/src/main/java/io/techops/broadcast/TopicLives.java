package io.techops.broadcast;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * A topic is in the map if and only if it is not gone, whenever the lock is free. To enter one that is there needs no
 * lock; who finds it gone, or not there, looks again under the lock, and then it is one of the two. So a peer is either
 * one of a life that cannot end without the host, or the first of the next.
 */

/** Begins the lives of topics, and ends them. Safe for use by any number of threads. */
final class TopicLives {

    private static final Logger LOG = LoggerFactory.getLogger(Topics.class);
    private static final Duration LONGEST = Duration.ofDays(365);
    /** How much longer than its limit {@link #close} waits, as that of a hub does. */
    private static final Duration MARGIN = Duration.ofSeconds(1);

    private final Topics.Recipe recipe;
    private final int limit;
    private final Duration linger;
    private final HubThreads threads;
    private final @Nullable Executor executor;
    private final HubTimer timer;
    private final RefusalCounts refusals = new RefusalCounts("topics");
    private final Bursts failures;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /**
     * Read by anyone, changed under the lock; all that follows is guarded by it. Nothing foreign runs while it is held.
     */
    private final Map<String, Topic> present = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    /** Gone, and their hubs have not ended. */
    private final Set<Topic> ending = new LinkedHashSet<>();
    private HubStats past = HubStats.NONE;
    private long begun;
    private volatile boolean closed;

    TopicLives(Topics.Builder settings) {
        recipe = settings.recipe;
        limit = settings.limit;
        linger = settings.linger;
        threads = HubThreads.ofManyHubs("broadcast-topics");
        executor = settings.executor;
        timer = settings.timer != null ? settings.timer : threads;
        failures = new Bursts(timer);
    }

    Set<String> names() {
        lock.lock();
        try {
            return new TreeSet<>(present.keySet());
        } finally {
            lock.unlock();
        }
    }

    @Nullable Topic present(String name) {
        return present.get(name);
    }

    boolean isClosed() {
        return closed;
    }

    void refused(RefusalCause cause) {
        refusals.count(cause);
    }

    // The begin.

    /** {@return a topic that was entered and has its hub, or null if there can be none now} */
    @Nullable Topic enterIfPossible(String name) {
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
    Topic enter(String name) {
        while (true) {
            Topic topic = present.get(name);
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

    private Topic enterOrBegin(String name) {
        Topic topic;
        Topic displaced = null;
        lock.lock();
        try {
            if (closed) {
                throw new RefusedException(RefusalCause.CLOSED, "the topics are closed: build new ones");
            }
            Topic other = present.get(name);
            if (other != null && other.enter()) {
                return other;
            }
            if (present.size() >= limit) {
                displaced = displace();
            }
            topic = new Topic(name, linger, timer, this::expire);
            present.put(name, topic);
            begun++;
        } finally {
            lock.unlock();
        }
        if (displaced != null) {
            finish(displaced, Duration.ZERO);
        }
        build(topic);
        return topic;
    }

    private void build(Topic topic) {
        try {
            BroadcastHub.Builder settings = BroadcastHub.builder().name(topic.name()).shards(1).timer(timer)
                    .sharing(threads, topic::leave);
            if (executor != null) {
                settings.executor(executor);
            }
            recipe.prepare(topic.name(), settings);
            topic.build(new LogHub(settings), null);
        } catch (Throwable thrown) {
            if (failures.first()) { // an adapter may have nobody to tell but a stranger
                LOG.warn("Topic {} could not begin: its recipe failed; {} more like this were not logged", topic.name(),
                        failures.suppressed(), thrown);
            }
            dropFailed(topic);
            topic.build(null, thrown);
            throw thrown;
        }
        LOG.debug("Topic {} begins", topic.name());
    }

    private void dropFailed(Topic topic) {
        lock.lock();
        try {
            if (topic.go()) {
                present.remove(topic.name());
            }
        } finally {
            lock.unlock();
        }
    }

    // The end.

    /** Under the lock: ends the topic that has been idle for longest, for {@link #finish} to finish. */
    private Topic displace() {
        while (true) {
            Topic longest = null;
            for (Topic topic : present.values()) { // not sorted: how long they have been idle changes meanwhile
                if (topic.isIdle() && (longest == null || topic.idleSince() - longest.idleSince() < 0)) {
                    longest = topic;
                }
            }
            if (longest == null) {
                throw new RefusedException(RefusalCause.TOPICS,
                        "there may be " + limit + " topics, and all of them are in use: the setting is limit");
            }
            if (longest.goIfIdle()) {
                remove(longest);
                return longest;
            }
        }
    }

    /** Under the lock. */
    private void remove(Topic gone) {
        present.remove(gone.name());
        ending.add(gone);
    }

    private void expire(Topic topic) {
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

    /** Ends a life, whoever uses it. {@return its hub, or null if there is none of that name} */
    @Nullable BroadcastHub end(String name, Duration within) {
        Topic topic;
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

    /** Lets the hub of a topic that is gone end. */
    private void finish(Topic gone, Duration within) {
        LOG.debug("Topic {} goes", gone.name());
        gone.unwatch();
        gone.made().thenCompose(hub -> hub.shutdown(within)).whenComplete((done, failed) -> {
            forget(gone);
            gone.over().complete(null);
        });
    }

    private void forget(Topic gone) {
        LogHub hub = gone.hubIfMade();
        HubStats last = hub == null ? HubStats.NONE : hub.stats().past();
        lock.lock();
        try {
            ending.remove(gone);
            past = past.plus(last);
        } finally {
            lock.unlock();
        }
    }

    CompletionStage<Void> shutdown(Duration within) {
        if (within.isNegative()) {
            throw new IllegalArgumentException("limit must not be negative: " + within);
        }
        List<Topic> all;
        lock.lock();
        try {
            if (closed) {
                return ended.minimalCompletionStage();
            }
            closed = true;
            all = List.copyOf(present.values());
            all.forEach(Topic::go);
            all.forEach(this::remove);
        } finally {
            lock.unlock();
        }
        all.forEach(topic -> finish(topic, within));
        CompletableFuture<?>[] overs = notEnded().stream().map(Topic::over).toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(overs).thenRun(() -> {
            threads.shutdown();
            ended.complete(null);
        });
        return ended.minimalCompletionStage();
    }

    private List<Topic> notEnded() {
        lock.lock();
        try {
            return List.copyOf(ending);
        } finally {
            lock.unlock();
        }
    }

    void close(Duration within) {
        shutdown(within);
        for (Topic topic : notEnded()) {
            LogHub hub = topic.hubIfMade();
            if (hub != null && hub.onOwnThread()) {
                return;
            }
        }
        try {
            Duration longest = within.compareTo(LONGEST) < 0 ? within : LONGEST;
            ended.get(longest.plus(MARGIN).toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("The executor or the timer of the topics did not end them within {}", within);
        }
        threads.awaitEnd();
    }

    // What others may know.

    TopicsStats stats() {
        List<Topic> now;
        List<Topic> going;
        HubStats total;
        long lives;
        lock.lock();
        try {
            now = List.copyOf(present.values());
            going = List.copyOf(ending);
            total = past;
            lives = begun;
        } finally {
            lock.unlock();
        }
        Map<String, HubStats> hubs = new HashMap<>();
        for (Topic topic : now) {
            hubs.put(topic.name(), stats(topic));
            total = total.plus(hubs.get(topic.name()));
        }
        for (Topic topic : going) {
            total = total.plus(stats(topic));
        }
        return new TopicsStats(hubs, lives, total.plus(HubStats.ofRefusals(refusals.sums())));
    }

    private static HubStats stats(Topic topic) {
        LogHub hub = topic.hubIfMade();
        return hub == null ? HubStats.NONE : hub.stats();
    }
}
