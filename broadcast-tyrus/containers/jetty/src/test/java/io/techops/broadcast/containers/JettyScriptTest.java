package io.techops.broadcast.containers;

import java.nio.file.Path;
import org.eclipse.jetty.ee11.servlet.DefaultServlet;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.webapp.WebAppContext;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.resource.ResourceFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script for browsers in Jetty. */
class JettyScriptTest {

    @TempDir
    private Path base;

    private static void isServed(Handler application) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server, 1, 1);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(application);
        server.start();
        try {
            BrowserScript.isServed(connector.getLocalPort(), "/war/");
        } finally {
            server.stop();
        }
    }

    @Test
    void isServedFromALibraryOfAWebApplication() throws Exception {
        isServed(new WebAppContext(BrowserScript.application(base).toString(), "/war"));
    }

    @Test
    void isServedFromTheClassPathByADefaultServlet() throws Exception {
        ServletContextHandler application = new ServletContextHandler("/war");
        application.setBaseResource(ResourceFactory.of(application)
                .newClassLoaderResource(BrowserScript.RESOURCES + "/"));
        application.addServlet(DefaultServlet.class, "/");
        isServed(application);
    }
}
