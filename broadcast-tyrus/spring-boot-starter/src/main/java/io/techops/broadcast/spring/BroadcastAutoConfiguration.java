package io.techops.broadcast.spring;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Topics;
import io.techops.broadcast.endpoint.EndpointSettings;
import io.techops.broadcast.handshake.HandshakePolicy;
import jakarta.websocket.server.ServerContainer;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.web.socket.server.standard.ServerEndpointExporter;

/**
 * Defines the hub at {@code /live}, or topics, as beans, with their endpoints in the container of the web server, and
 * closes them before the web server stops. A bean of the application replaces any of these beans.
 */
@AutoConfiguration
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ServerContainer.class, ServerEndpointExporter.class})
@ConditionalOnProperty(name = "broadcast.enabled", matchIfMissing = true)
@EnableConfigurationProperties(BroadcastProperties.class)
@Import({ServedEndpoints.OfHub.class, ServedEndpoints.OfTopics.class, RedisAbsent.class})
public class BroadcastAutoConfiguration {

    private final BroadcastProperties properties;

    BroadcastAutoConfiguration(BroadcastProperties properties) {
        this.properties = properties;
        if (properties.topics().path() == null
                && (properties.topics().maxTopics() != null || properties.topics().idleTimeout() != null)) {
            throw new IllegalStateException("broadcast.topics."
                    + (properties.topics().maxTopics() != null ? "max-topics" : "idle-timeout")
                    + " needs broadcast.topics.path: there are no topics without it");
        }
    }

    @Bean
    HubSettings broadcastHubSettings(ListableBeanFactory beans, Environment environment) {
        return new HubSettings(properties, beans,
                !environment.getProperty("broadcast.redis.enabled", Boolean.class, true));
    }

    @Bean
    @ConditionalOnMissingBean
    EndpointSettings broadcastEndpointSettings(ObjectProvider<HandshakePolicy> policies) {
        return EndpointProperties.settings(properties,
                policies.orderedStream().reduce(HandshakePolicy::andThen).orElse(null));
    }

    @Bean
    @ConditionalOnMissingBean
    @Conditional(PathConditions.Hub.class)
    BroadcastHub broadcastHub(HubSettings settings) {
        return settings.hub();
    }

    @Bean
    @ConditionalOnMissingBean
    @Conditional(PathConditions.Topics.class)
    Topics broadcastTopics(HubSettings settings, ObjectProvider<Topics.Recipe> recipes,
            ObjectProvider<TopicsCustomizer> customizers) {
        Topics.Builder topics = Topics.builder().recipe((topic, hub) -> {
            settings.apply(hub);
            recipes.orderedStream().forEach(each -> each.prepare(topic, hub));
        });
        Setting.set("broadcast.topics.max-topics", properties.topics().maxTopics(), topics::maxTopics);
        Setting.set("broadcast.topics.idle-timeout", properties.topics().idleTimeout(), topics::idleTimeout);
        customizers.orderedStream().forEach(each -> each.customize(topics));
        return topics.build();
    }

    @Bean
    @ConditionalOnMissingBean(ServerEndpointExporter.class)
    ServerEndpointExporter broadcastEndpoints() {
        return new EndpointExporter();
    }

    @Bean
    @ConditionalOnMissingBean
    HubLifecycle broadcastLifecycle(ObjectProvider<BroadcastHub> hubs, ObjectProvider<Topics> topics) {
        Duration limit = properties.closeLimit();
        return new HubLifecycle(List.copyOf(hubs.stream().toList()), List.copyOf(topics.stream().toList()),
                limit == null ? BroadcastHub.DEFAULT_CLOSE_LIMIT : limit);
    }
}
