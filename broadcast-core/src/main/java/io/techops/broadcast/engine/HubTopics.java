package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Topics;
import io.techops.broadcast.TopicsStats;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** Topics, each of which is a hub of this engine. Safe for use by any number of threads. */
final class HubTopics implements Topics {

    private final Predicate<String> allowed;
    private final TopicRegistry registry;

    HubTopics(TopicsSettings settings) {
        allowed = settings.allowed;
        registry = new TopicRegistry(settings);
    }

    @Override
    public boolean isAllowed(String name) {
        Objects.requireNonNull(name, "name");
        return TopicName.isValid(name) && allowed.test(name);
    }

    @Override
    public BroadcastHub hub(String name) {
        Objects.requireNonNull(name, "name");
        TopicName.checked(name);
        if (!allowed.test(name)) {
            throw new IllegalArgumentException("topic must be one that the setting allowed permits: " + name);
        }
        return new TopicHub(registry, name);
    }

    @Override
    public void refused(RefusalCause cause) {
        Objects.requireNonNull(cause, "cause");
        registry.refused(cause);
    }

    @Override
    public Set<String> names() {
        return registry.names();
    }

    @Override
    public TopicsStats stats() {
        return registry.stats();
    }

    @Override
    public boolean isClosed() {
        return registry.isClosed();
    }

    @Override
    public CompletionStage<Void> shutdown(Duration limit) {
        Objects.requireNonNull(limit, "limit");
        return registry.shutdown(limit);
    }

    @Override
    public void close(Duration limit) {
        Objects.requireNonNull(limit, "limit");
        registry.close(limit);
    }

    @Override
    public String toString() {
        return names().size() + " topics";
    }
}
