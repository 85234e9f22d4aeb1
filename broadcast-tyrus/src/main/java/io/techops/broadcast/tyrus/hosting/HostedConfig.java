package io.techops.broadcast.tyrus.hosting;

import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.glassfish.tyrus.core.TyrusServerEndpointConfig;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint's configuration for Tyrus: without extensions, and with a configurator that puts what the server knows
 * about a client into the user properties of its session before it asks the endpoint's own configurator.
 */
final class HostedConfig implements TyrusServerEndpointConfig {

    /** What the server knows about the client whose handshake this thread answers. */
    private static final ThreadLocal<Map<String, Object>> KNOWN = new ThreadLocal<>();

    private final ServerEndpointConfig given;
    private final @Nullable ServerEndpointConfig annotation;
    private final Configurator configurator;

    /**
     * @param annotation the configuration in the class's annotation; null if the class has none
     */
    HostedConfig(ServerEndpointConfig given, @Nullable ServerEndpointConfig annotation) {
        this.given = given;
        this.annotation = annotation;
        this.configurator = new InformedConfigurator(given.getConfigurator());
    }

    /** Runs a task that asks the configurator about a handshake. */
    static void knowing(Map<String, Object> known, ThrowingTask task) throws Exception {
        KNOWN.set(known);
        try {
            task.run();
        } finally {
            KNOWN.remove();
        }
    }

    /** A task that may throw. */
    interface ThrowingTask {
        void run() throws Exception;
    }

    @Override
    public Class<?> getEndpointClass() {
        return given.getEndpointClass();
    }

    @Override
    public String getPath() {
        return given.getPath();
    }

    @Override
    public List<String> getSubprotocols() {
        return annotation != null && given.getSubprotocols().isEmpty() ? annotation.getSubprotocols()
                : given.getSubprotocols();
    }

    @Override
    public List<Extension> getExtensions() {
        return List.of();
    }

    @Override
    public Configurator getConfigurator() {
        return configurator;
    }

    @Override
    public List<Class<? extends Encoder>> getEncoders() {
        return annotation == null ? given.getEncoders() : both(given.getEncoders(), annotation.getEncoders());
    }

    @Override
    public List<Class<? extends Decoder>> getDecoders() {
        return annotation == null ? given.getDecoders() : both(given.getDecoders(), annotation.getDecoders());
    }

    private static <T> List<T> both(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        second.stream().filter(one -> !all.contains(one)).forEach(all::add);
        return all;
    }

    @Override
    public Map<String, Object> getUserProperties() {
        return given.getUserProperties();
    }

    @Override
    public int getMaxSessions() {
        return given instanceof TyrusServerEndpointConfig limited ? limited.getMaxSessions() : 0;
    }

    private static final class InformedConfigurator extends Configurator {

        private final Configurator given;

        InformedConfigurator(Configurator given) {
            this.given = given;
        }

        @Override
        public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
            return given.getNegotiatedSubprotocol(supported, requested);
        }

        @Override
        public List<Extension> getNegotiatedExtensions(List<Extension> installed, List<Extension> requested) {
            return List.of();
        }

        @Override
        public boolean checkOrigin(String origin) {
            return given.checkOrigin(origin);
        }

        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            KNOWN.get().forEach(config.getUserProperties()::putIfAbsent);
            given.modifyHandshake(config, request, response);
        }

        @Override
        public <T> T getEndpointInstance(Class<T> type) throws InstantiationException {
            return given.getEndpointInstance(type);
        }
    }
}
