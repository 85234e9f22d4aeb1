package io.techops.broadcast.spring;

import io.techops.broadcast.BroadcastHub;

/**
 * Changes the settings of the hub, and of the hub of each topic. Beans of this type are called in their order, after
 * the properties and before a {@link io.techops.broadcast.Topics.Recipe} that is a bean.
 *
 * <pre>{@code
 * @Bean
 * HubCustomizer untraced() {
 *     return hub -> hub.traced(false);
 * }
 * }</pre>
 */
@FunctionalInterface
public interface HubCustomizer {

    /**
     * Changes settings. If it throws, the application does not start, or the topic is not created.
     *
     * @param hub the builder of the hub
     */
    void customize(BroadcastHub.Builder hub);
}
