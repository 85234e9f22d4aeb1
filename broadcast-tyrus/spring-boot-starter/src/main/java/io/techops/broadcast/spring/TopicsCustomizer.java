package io.techops.broadcast.spring;

import io.techops.broadcast.Topics;

/** Changes the settings of the topics. Beans of this type are called in their order, after the properties. */
@FunctionalInterface
public interface TopicsCustomizer {

    /**
     * Changes settings. If it throws, the application does not start. A {@link Topics.Recipe} that it sets replaces the
     * recipe that applies the properties and calls the recipes that are beans.
     *
     * @param topics the builder of the topics
     */
    void customize(Topics.Builder topics);
}
