package io.techops.broadcast.spring;

import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Conditions on the paths in the properties: there is a hub, unless only topics have a path; there are topics if they
 * have a path.
 */
final class PathConditions {

    private static final String TOPICS_PATH = "broadcast.topics.path";

    private PathConditions() {
    }

    /** Whether there is a hub. */
    static final class Hub implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            Environment environment = context.getEnvironment();
            return environment.containsProperty("broadcast.path") || !environment.containsProperty(TOPICS_PATH);
        }
    }

    /** Whether there are topics. */
    static final class Topics implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return context.getEnvironment().containsProperty(TOPICS_PATH);
        }
    }
}
