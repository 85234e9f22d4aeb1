package io.techops.broadcast.tyrus.hosting;

import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint of the host application, as it was given. Needs Jakarta's interfaces, but not Tyrus.
 *
 * @param config null for an annotated class
 */
public record HostedEndpoint(EndpointPath path, Class<?> type, @Nullable ServerEndpointConfig config) {

    /**
     * {@return an annotated class as an endpoint}
     *
     * @throws IllegalArgumentException if it is not annotated, or with a path that cannot be served
     */
    public static HostedEndpoint of(Class<?> type) {
        ServerEndpoint annotation = type.getAnnotation(ServerEndpoint.class);
        if (annotation == null) {
            throw new IllegalArgumentException(type.getName() + " must be annotated with "
                    + ServerEndpoint.class.getName() + ", or be given with a ServerEndpointConfig");
        }
        return new HostedEndpoint(path(type, annotation.value()), type, null);
    }

    /**
     * {@return a configured endpoint}
     *
     * @throws IllegalArgumentException if its class is not an endpoint class, or its path cannot be served
     */
    public static HostedEndpoint of(ServerEndpointConfig config) {
        Class<?> type = config.getEndpointClass();
        if (!Endpoint.class.isAssignableFrom(type) && !type.isAnnotationPresent(ServerEndpoint.class)) {
            throw new IllegalArgumentException(type.getName() + " must extend " + Endpoint.class.getName()
                    + " or be annotated with " + ServerEndpoint.class.getName());
        }
        return new HostedEndpoint(path(type, config.getPath()), type, config);
    }

    private static EndpointPath path(Class<?> type, String text) {
        try {
            return new EndpointPath(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(type.getName() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Checks that another endpoint's path differs from this one's.
     *
     * @throws IllegalArgumentException if it has the same path
     */
    public void checkBeside(HostedEndpoint other) {
        if (path.includes(other.path) && other.path.includes(path)) {
            throw new IllegalArgumentException("two endpoints are at the same path: " + this + " and " + other);
        }
    }

    /**
     * Checks that no endpoint has a path of the hub or the topics.
     *
     * @param hub the path of the hub, or of the topics
     * @param what which of the two it is
     * @throws IllegalStateException if one has
     */
    public static void checkBesideHub(List<HostedEndpoint> endpoints, String hub, String what) {
        EndpointPath served = new EndpointPath(hub);
        for (HostedEndpoint one : endpoints) {
            if (served.includes(one.path)) {
                throw new IllegalStateException("the endpoint " + one + " is where " + what + " at " + hub
                        + ": change one of the two paths");
            }
        }
    }

    @Override
    public String toString() {
        return type.getName() + " at " + path;
    }
}
