package io.techops.broadcast.spring;

import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Keeps an application from starting whose properties say where Redis is, but which cannot speak to it. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnMissingClass("io.techops.broadcast.redis.RedisBackplane")
@Conditional(RedisAbsent.Asked.class)
class RedisAbsent {

    /** Whether the properties of this library say where Redis is, and nothing switches it off. */
    static final class Asked implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            Environment environment = context.getEnvironment();
            return environment.getProperty("broadcast.redis.enabled", Boolean.class, isNamed(environment));
        }
    }

    RedisAbsent() {
        throw new IllegalStateException("broadcast.redis needs the dependency io.techops.broadcast:broadcast-redis: "
                + "without it nodes would share nothing");
    }

    static boolean isNamed(Environment environment) {
        return environment.containsProperty("broadcast.redis.uri")
                || environment.containsProperty("broadcast.redis.cluster")
                || environment.containsProperty("broadcast.redis.cluster[0]");
    }
}
