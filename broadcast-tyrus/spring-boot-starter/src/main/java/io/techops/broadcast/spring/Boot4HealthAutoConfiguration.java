package io.techops.broadcast.spring;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Topics;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/** The health of the hubs, {@code broadcast}, where Spring Boot's Actuator is that of Boot 4. */
@AutoConfiguration(after = BroadcastAutoConfiguration.class)
@ConditionalOnClass(HealthIndicator.class)
@ConditionalOnBean(HubLifecycle.class)
@ConditionalOnProperty(name = "management.health.broadcast.enabled", matchIfMissing = true)
public class Boot4HealthAutoConfiguration {

    Boot4HealthAutoConfiguration() {
    }

    @Bean
    @ConditionalOnMissingBean(name = "broadcastHealthIndicator")
    HealthIndicator broadcastHealthIndicator(ObjectProvider<BroadcastHub> hubs, ObjectProvider<Topics> topics) {
        HubHealth health = new HubHealth(hubs.stream().toList(), topics.stream().toList());
        return () -> Health.status(health.status()).withDetails(health.details()).build();
    }
}
