package io.techops.broadcast.containers;

import io.techops.broadcast.BroadcastHub;
import java.net.URI;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.Nested;

/** The contract, kept by Jetty. */
class JettyTest {

    @Nested
    class WithAClassThatExtends extends DeploymentContract {
        WithAClassThatExtends() {
            super(DeploymentStyle.EXTENDING, Embedded::new);
        }
    }

    @Nested
    class WithAClassThatDelegates extends DeploymentContract {
        WithAClassThatDelegates() {
            super(DeploymentStyle.DELEGATING, Embedded::new);
        }
    }

    @Nested
    class WithAConfiguration extends ContainerContract implements FilterContract {
        WithAConfiguration() {
            super(Embedded::new);
        }
    }

    static final class Embedded implements Container {

        private final Server server;
        private final ServerConnector connector;

        Embedded(DeploymentStyle style, BroadcastHub hub, int threads) throws Exception {
            server = new Server(new QueuedThreadPool(4 + threads)); // it takes four for itself
            connector = new ServerConnector(server, 1, 1);
            connector.setHost("127.0.0.1");
            server.addConnector(connector);
            ServletContextHandler context = new ServletContextHandler("/");
            server.setHandler(context);
            JakartaWebSocketServletContainerInitializer.configure(context, style::addTo);
            server.start();
        }

        @Override
        public URI uri() {
            return URI.create("ws://127.0.0.1:" + connector.getLocalPort() + "/live");
        }

        @Override
        public void stop() throws Exception {
            server.stop();
        }
    }
}
