package io.techops.broadcast.engine;

import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Topics;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The settings of topics, with their defaults. */
final class TopicsSettings {

    Topics.Recipe recipe = (topic, hub) -> { };
    int maxTopics = Topics.DEFAULT_MAX_TOPICS;
    Duration idleTimeout = Duration.ofMinutes(1);
    Predicate<String> allowed = name -> true;
    @Nullable Executor executor;
    @Nullable HubTimer timer;
}
