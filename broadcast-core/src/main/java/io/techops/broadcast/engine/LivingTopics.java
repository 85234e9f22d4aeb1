package io.techops.broadcast.engine;

import io.techops.broadcast.HubStats;
import io.techops.broadcast.TopicsStats;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/*
 * A topic is alive from its begin until its hub has ended, when its figures join those of the past, and it is given the
 * number of its end. Who adds up the figures looks at those alive first and at the past then: whatever ended meanwhile
 * has a number that tells whether it is in that past.
 */

/**
 * The topics that are alive, and the figures of these and of all that were. Changed under the lock of the topics, but
 * for {@link #forget}, which acquires it; read by anyone, one after the other.
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

    /** A topic is about to begin; it may be {@linkplain #withdraw withdrawn}. Under the lock. */
    void add(TopicInstance topic) {
        alive.add(topic);
    }

    /** It does not begin, for want of memory. Under the lock. */
    void withdraw(TopicInstance topic) {
        alive.remove(topic);
    }

    /** It has begun. Under the lock. */
    void begins() {
        begun++;
    }

    /** The hub of a topic has ended, or there is none: what it did is the past. It may be told twice. */
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

    /** {@return what all of them have done} */
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
