package io.techops.broadcast.spring;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Topics;
import io.techops.broadcast.endpoint.BroadcastEndpoint;
import io.techops.broadcast.endpoint.EndpointSettings;
import io.techops.broadcast.endpoint.HandshakeFilter;
import io.techops.broadcast.handshake.HandshakePolicy;
import jakarta.servlet.DispatcherType;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.Objects;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/*
 * An endpoint and its filter must have the same settings, so both are made here: if the application defines the
 * endpoint, the filter is not made either.
 */

/** Defines the endpoints, each with the filter that refuses handshakes with an HTTP status. */
final class ServedEndpoints {

    /** The path of the hub if neither a path of the hub nor one of topics is set. */
    static final String PATH = "/live";

    private ServedEndpoints() {
    }

    private static String checked(String property, String path) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException(property + " must begin with a slash: " + path);
        }
        return path;
    }

    /**
     * {@return the registration of a filter, after the filters that have an order, such as that of Spring Security, and
     * before the container's filter that upgrades}
     */
    private static FilterRegistrationBean<HandshakeFilter> registered(String name, HandshakeFilter filter) {
        FilterRegistrationBean<HandshakeFilter> registration = new FilterRegistrationBean<>(filter);
        registration.setName(name);
        registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC);
        return registration;
    }

    /** The endpoint of the hub. */
    @Configuration(proxyBeanMethods = false)
    @Conditional(PathConditions.Hub.class)
    @ConditionalOnMissingBean(name = "broadcastEndpoint")
    static class OfHub {

        private static String path(BroadcastProperties properties) {
            return checked("broadcast.path", properties.path() == null ? PATH : properties.path());
        }

        @Bean
        ServerEndpointConfig broadcastEndpoint(BroadcastProperties properties, BroadcastHub hub,
                EndpointSettings settings, ObjectProvider<HandshakePolicy> policies) {
            EndpointProperties.check(settings, properties, policies.stream().findAny().isPresent());
            return BroadcastEndpoint.config(path(properties), hub, settings);
        }

        @Bean
        @ConditionalOnMissingBean(name = "broadcastFilter")
        FilterRegistrationBean<HandshakeFilter> broadcastFilter(BroadcastProperties properties, BroadcastHub hub,
                EndpointSettings settings, @Qualifier("broadcastEndpoint") ServerEndpointConfig endpoint) {
            return registered("broadcastFilter",
                    HandshakeFilter.of(path(properties), hub, settings).upgrading(endpoint));
        }
    }

    /** The endpoint of topics. */
    @Configuration(proxyBeanMethods = false)
    @Conditional(PathConditions.Topics.class)
    @ConditionalOnMissingBean(name = "broadcastTopicsEndpoint")
    static class OfTopics {

        private static String path(BroadcastProperties properties) {
            String path = checked("broadcast.topics.path", Objects.requireNonNull(properties.topics().path()));
            if (!path.contains("{topic}")) {
                throw new IllegalArgumentException("broadcast.topics.path must have the variable {topic}: " + path);
            }
            return path;
        }

        @Bean
        ServerEndpointConfig broadcastTopicsEndpoint(BroadcastProperties properties, Topics topics,
                EndpointSettings settings, ObjectProvider<HandshakePolicy> policies) {
            EndpointProperties.check(settings, properties, policies.stream().findAny().isPresent());
            return BroadcastEndpoint.config(path(properties), topics, settings);
        }

        @Bean
        @ConditionalOnMissingBean(name = "broadcastTopicsFilter")
        FilterRegistrationBean<HandshakeFilter> broadcastTopicsFilter(BroadcastProperties properties, Topics topics,
                EndpointSettings settings, @Qualifier("broadcastTopicsEndpoint") ServerEndpointConfig endpoint) {
            return registered("broadcastTopicsFilter",
                    HandshakeFilter.of(path(properties), topics, settings).upgrading(endpoint));
        }
    }
}
