package io.techops.broadcast.spring;

import io.techops.broadcast.Topics;

/** Changes the settings of the topics. Beans of this type are called in their order, after the properties. */
@FunctionalInterface
public interface TopicsCustomizer {

    /**
     * Changes settings. What it throws keeps the application from starting. A {@link Topics.Recipe} that it sets
     * replaces that of the properties; one that is a bean is called after it.
     *
     * @param topics the builder of the topics
     */
    void customize(Topics.Builder topics);
}
