package io.techops.broadcast.engine;

import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Topics;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/** The settings of topics, checked as they are given. */
public final class TopicsBuilder extends Topics.Builder {

    private final TopicsSettings settings = new TopicsSettings();

    /** Makes a builder with the defaults, for the service loader. */
    public TopicsBuilder() {
    }

    @Override
    public TopicsBuilder recipe(Topics.Recipe recipe) {
        settings.recipe = Objects.requireNonNull(recipe, "recipe");
        return this;
    }

    @Override
    public TopicsBuilder maxTopics(int maxTopics) {
        if (maxTopics < 1 || maxTopics > 1_000_000) {
            throw new IllegalArgumentException("maxTopics must be from 1 to 1000000: " + maxTopics);
        }
        settings.maxTopics = maxTopics;
        return this;
    }

    @Override
    public TopicsBuilder idleTimeout(Duration idleTimeout) {
        settings.idleTimeout = DurationRules.notNegative("idleTimeout", idleTimeout);
        return this;
    }

    @Override
    public TopicsBuilder allowed(Predicate<String> allowed) {
        settings.allowed = Objects.requireNonNull(allowed, "allowed");
        return this;
    }

    @Override
    public TopicsBuilder executor(Executor executor) {
        settings.executor = Objects.requireNonNull(executor, "executor");
        return this;
    }

    @Override
    public TopicsBuilder timer(HubTimer timer) {
        settings.timer = Objects.requireNonNull(timer, "timer");
        return this;
    }

    @Override
    public Topics build() {
        return new HubTopics(settings);
    }

    /** {@return what was set so far} */
    TopicsSettings settings() {
        return settings;
    }
}
