package io.techops.broadcast.containers;

import io.techops.broadcast.BroadcastHub;
import java.net.URI;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The contract, kept by Jetty with a configuration. */
class JettyTest extends ContainerContract implements FilterContract {

    JettyTest() {
        super(Embedded::new);
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
