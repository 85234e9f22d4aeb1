package io.techops.broadcast.containers;

import static org.glassfish.tyrus.container.grizzly.server.GrizzlyServerContainer.WORKER_THREAD_POOL_CONFIG;

import io.techops.broadcast.BroadcastHub;
import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import org.glassfish.grizzly.threadpool.ThreadPoolConfig;
import org.glassfish.tyrus.server.Server;
import org.junit.jupiter.api.Nested;

/** The contract, kept by the server that comes with Tyrus. */
class TyrusTest {

    private static volatile DeploymentStyle configured;

    @Nested
    class WithAClassThatExtends extends DeploymentContract {
        WithAClassThatExtends() {
            super(DeploymentStyle.EXTENDING, Stock::new);
        }
    }

    @Nested
    class WithAClassThatDelegates extends DeploymentContract {
        WithAClassThatDelegates() {
            super(DeploymentStyle.DELEGATING, Stock::new);
        }
    }

    @Nested
    class WithAConfiguration extends ContainerContract {
        WithAConfiguration() {
            super(Stock::new);
        }
    }

    /** For Tyrus, which takes classes only. */
    public static class Configuration implements ServerApplicationConfig {

        /** For Tyrus. */
        public Configuration() {
        }

        @Override
        public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> found) {
            return configured.configurations();
        }

        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> scanned) {
            return configured.annotated();
        }
    }

    static final class Stock implements Container {

        private final Server server;

        Stock(DeploymentStyle style, BroadcastHub hub, int threads) throws Exception {
            configured = style;
            ThreadPoolConfig pool = ThreadPoolConfig.defaultConfig().setCorePoolSize(threads).setMaxPoolSize(threads);
            server = new Server("localhost", -1, "/", Map.of(WORKER_THREAD_POOL_CONFIG, pool), Configuration.class);
            server.start();
        }

        @Override
        public URI uri() {
            return URI.create("ws://127.0.0.1:" + server.getPort() + "/live");
        }

        @Override
        public boolean canCut() {
            return false;
        }

        @Override
        public boolean tellsRemotePort() {
            return false;
        }

        @Override
        public void stop() {
            server.stop();
        }
    }
}
