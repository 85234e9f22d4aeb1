package io.techops.broadcast.engine;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.RefusedException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/**
 * The topics that are not gone, and which of them are idle. "The lock" is that of their registry, under which no
 * foreign code is called. Methods that do not name the lock may be called by any thread.
 */
final class PresentTopics {

    /** How many topics that are not idle any more are passed over before the lock is free for others. */
    private static final int STEPS = 32;
    /** How often {@link #names} looks for names that were there at one moment. */
    private static final int TRIES = 32;

    private final int limit;
    /** Read by any thread, changed under the lock. */
    private final Map<String, TopicInstance> byName = new ConcurrentHashMap<>();
    /** The stamps of idle topics, the longest idle first; some may be out of date. Changed by any thread. */
    private final ConcurrentSkipListSet<TopicInstance.Stamp> idle = new ConcurrentSkipListSet<>();
    /** How many topics there are. Guarded by the lock. */
    private int count;
    /**
     * How often a topic was added or removed: written under the lock, always before {@link #byName} is changed, so that
     * a thread that reads the same value twice has missed one change at most. Read by any thread.
     */
    private volatile long changes;

    /** @param limit how many there may be */
    PresentTopics(int limit) {
        this.limit = limit;
    }

    @Nullable TopicInstance get(String name) {
        return byName.get(name);
    }

    Set<String> names() {
        for (int i = 0; i < TRIES; i++) {
            long before = changes;
            Set<String> names = new TreeSet<>(byName.keySet());
            if (changes == before) {
                return names;
            }
        }
        return new TreeSet<>(byName.keySet()); // there are many, or they change all the time
    }

    void idle(TopicInstance.Stamp stamp) {
        idle.add(stamp);
    }

    void notIdle(TopicInstance.Stamp stamp) {
        idle.remove(stamp);
    }

    /** {@return whether there are as many topics as there may be} Called with the lock held. */
    boolean areAtLimit() {
        return count >= limit;
    }

    /** Called with the lock held. */
    void add(TopicInstance topic) {
        changes = changes + 1;
        try {
            byName.put(topic.name(), topic);
        } catch (Throwable noMemory) { // may have been added nevertheless
            byName.remove(topic.name());
            throw noMemory;
        }
        count++;
    }

    /** Called with the lock held. */
    void remove(TopicInstance gone) {
        changes = changes + 1;
        byName.remove(gone.name());
        count--;
    }

    /**
     * Ends the topic that has been idle for longest. Called with the lock held.
     *
     * @return null if no idle topic was among the first {@value #STEPS} stamps, so that the lock is to be released
     *     before the next try
     * @throws RefusedException if none is idle
     */
    @Nullable TopicInstance displace() {
        for (int i = 0; i < STEPS; i++) {
            TopicInstance.Stamp longest = idle.pollFirst();
            if (longest == null) {
                throw new RefusedException(RefusalCause.TOPICS,
                        "there may be " + limit + " topics, and all of them are in use: the setting is maxTopics");
            }
            TopicInstance topic = longest.topic();
            if (topic.isStill(longest) && topic.goIfIdle()) {
                remove(topic);
                return topic;
            }
        }
        return null;
    }
}
