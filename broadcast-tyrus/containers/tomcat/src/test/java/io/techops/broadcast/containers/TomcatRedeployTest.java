package io.techops.broadcast.containers;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.websocket.server.ServerContainer;
import java.net.URI;
import java.nio.file.Path;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.servlets.DefaultServlet;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.websocket.server.WsSci;
import org.junit.jupiter.api.io.TempDir;

/** Redeployment in Tomcat, which warns of threads that an application leaves. */
class TomcatRedeployTest extends Redeployment {

    @TempDir
    private Path base;

    @Override
    protected Host start() throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(base.toString());
        tomcat.setHostname("localhost");
        tomcat.setPort(0);
        tomcat.getConnector();
        tomcat.start();
        return new Running(tomcat);
    }

    /** What the application is told when it is undeployed. */
    private static final class Ending implements ServletContextListener {

        private final Runnable end;

        Ending(Runnable end) {
            this.end = end;
        }

        @Override
        public void contextDestroyed(ServletContextEvent event) {
            end.run();
        }
    }

    private static final class Running implements Host {

        private final Tomcat tomcat;
        private Context context;

        Running(Tomcat tomcat) {
            this.tomcat = tomcat;
        }

        @Override
        public URI deploy(Path folder, Path classes, boolean virtual) {
            context = new StandardContext();
            context.setName("/war");
            context.setPath("/war");
            context.setDocBase(folder.toString());
            context.addLifecycleListener(new Tomcat.FixContextListener());
            Tomcat.addServlet(context, "default", new DefaultServlet());
            context.addServletMapping("/", "default");
            context.addServletContainerInitializer(new WsSci(), Set.of());
            context.addServletContainerInitializer((none, servletContext) -> {
                ServerContainer container =
                        (ServerContainer) servletContext.getAttribute(ServerContainer.class.getName());
                servletContext.addListener(new Ending(
                        Redeployment.start(servletContext.getClassLoader(), container, virtual)));
            }, Set.of());
            tomcat.getHost().addChild(context); // starts it
            return URI.create("ws://127.0.0.1:" + tomcat.getConnector().getLocalPort() + "/war/live");
        }

        @Override
        public ClassLoader undeploy() throws Exception {
            ClassLoader loader = context.getLoader().getClassLoader();
            tomcat.getHost().removeChild(context);
            context = null;
            return loader;
        }

        @Override
        public void stop() throws Exception {
            tomcat.stop();
            tomcat.destroy();
        }
    }
}
