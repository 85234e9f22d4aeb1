package io.techops.broadcast.tyrus;

import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.glassfish.tyrus.server.Server;

/** A container that is not ours, Tyrus's own server, on any free port. */
final class StockServer implements AutoCloseable {

    private final Server server;

    /** Starts it with classes of a test, annotated ones or configurations. */
    StockServer(Class<?>... components) throws DeploymentException {
        server = new Server("localhost", -1, "/", Map.of(), components);
        boolean started = false;
        try {
            server.start();
            started = true;
        } finally {
            if (!started) {
                server.stop(); // it listens before it looks at the components
            }
        }
    }

    URI uri(String path) {
        return URI.create("ws://127.0.0.1:" + server.getPort() + path);
    }

    @Override
    public void close() {
        server.stop();
    }

    /** An endpoint as a configuration, in the form of a class, because the server takes only these. */
    abstract static class Configuration implements ServerApplicationConfig {

        private final Supplier<ServerEndpointConfig> endpoint;

        Configuration(Supplier<ServerEndpointConfig> endpoint) {
            this.endpoint = endpoint;
        }

        @Override
        public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> found) {
            return Set.of(endpoint.get());
        }

        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> scanned) {
            return Set.of();
        }
    }
}
