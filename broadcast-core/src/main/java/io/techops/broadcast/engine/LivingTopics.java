package io.techops.broadcast.engine;

import io.techops.broadcast.HubStats;
import io.techops.broadcast.TopicsStats;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/*
 * A topic is alive from its start until its hub has ended. Then its figures are added to those of the past, and it gets
 * the number of its end. The sum of all figures is taken from the living topics first and from the past then: the
 * number of a topic that ended meanwhile tells whether the past includes it.
 */

/**
 * The topics that are alive, and the figures of these and of all that have ended. Changed under the lock of the topics,
 * but for {@link #forget}, which acquires it; read by anyone, one after the other.
 */
final class LivingTopics implements Iterable<TopicInstance> {

    private final MemorySafeLock lock;
    private final Set<TopicInstance> alive = ConcurrentHashMap.newKeySet();
    /** All of these are guarded by the lock. */
    private HubFigures past = HubFigures.NONE;
    private long begun;
    private long forgotten;

    LivingTopics(MemorySafeLock lock) {
        this.lock = lock;
    }

    @Override
    public Iterator<TopicInstance> iterator() {
        return alive.iterator();
    }

    boolean isEmpty() {
        return alive.isEmpty();
    }

    /** Adds a topic that is about to start; it may be {@linkplain #withdraw withdrawn}. Called with the lock held. */
    void add(TopicInstance topic) {
        alive.add(topic);
    }

    /** Removes a topic that does not start, for want of memory. Called with the lock held. */
    void withdraw(TopicInstance topic) {
        alive.remove(topic);
    }

    /** Counts a topic that has started. Called with the lock held. */
    void begins() {
        begun++;
    }

    /** Adds the figures of a topic whose hub has ended, or was never made, to the past. May be called twice. */
    void forget(TopicInstance gone) {
        HubFigures last = figures(gone).past();
        lock.lock();
        try {
            HubFigures sum = past.plus(last);
            if (alive.remove(gone)) {
                past = sum;
                gone.forgotten(++forgotten);
            }
        } finally {
            lock.unlock();
        }
    }

    /** {@return the figures of all topics} */
    TopicsStats stats(RefusalCounts refusals) {
        Map<TopicInstance, HubFigures> living = new HashMap<>();
        Map<String, HubStats> hubs = new HashMap<>();
        for (TopicInstance topic : alive) {
            HubFigures its = figures(topic);
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

    private static HubFigures figures(TopicInstance topic) {
        LogHub hub = topic.hubIfMade();
        return hub == null ? HubFigures.NONE : hub.stats();
    }
}
