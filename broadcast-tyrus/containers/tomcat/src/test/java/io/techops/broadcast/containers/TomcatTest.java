package io.techops.broadcast.containers;

import io.techops.broadcast.BroadcastHub;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.servlets.DefaultServlet;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.websocket.server.WsSci;

/** The contract, kept by Tomcat with a configuration. */
class TomcatTest extends ContainerContract implements FilterContract {

    TomcatTest() {
        super(Embedded::new);
    }

    static final class Embedded implements Container {

        private final Tomcat tomcat = new Tomcat();
        private final Path folder;

        Embedded(DeploymentStyle style, BroadcastHub hub, int threads) throws Exception {
            folder = Files.createTempDirectory("tomcat");
            tomcat.setBaseDir(folder.toString());
            tomcat.setHostname("localhost");
            tomcat.setPort(0);
            tomcat.getConnector().setProperty("maxThreads", String.valueOf(threads));
            Context context = tomcat.addContext("", folder.toString());
            Tomcat.addServlet(context, "default", new DefaultServlet());
            context.addServletMapping("/", "default");
            context.addServletContainerInitializer(new WsSci(), Set.of());
            context.addServletContainerInitializer((classes, servletContext) -> {
                try {
                    style.addTo(servletContext,
                            (ServerContainer) servletContext.getAttribute(ServerContainer.class.getName()));
                } catch (DeploymentException e) {
                    throw new IllegalStateException(e);
                }
            }, Set.of());
            tomcat.start();
        }

        @Override
        public URI uri() {
            return URI.create("ws://127.0.0.1:" + tomcat.getConnector().getLocalPort() + "/live");
        }

        @Override
        public boolean tellsRemoteAddress() {
            return false;
        }

        @Override
        public void stop() throws Exception {
            tomcat.getConnector().stop(); // a thread that is still with a peer is no leak
            tomcat.stop();
            tomcat.destroy();
            try (var files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            }
        }
    }
}
