package io.techops.broadcast.examples;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.endpoint.BroadcastEndpoint;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.websocket.server.WsSci;

/**
 * Step 10, Tomcat: peers connect to {@code /live}, an annotated class of the application, on the same port as the
 * application's pages; what is posted to {@code /news} is broadcast.
 *
 * <pre>java -jar examples/step10-tomcat/target/step10-tomcat.jar</pre>
 */
public final class Step10Tomcat {

    private static final BroadcastHub HUB = BroadcastHub.create(); // or BroadcastHub.builder(), with all its settings

    private Step10Tomcat() {
    }

    /**
     * Starts the program.
     *
     * @param arguments the port to listen on, 5000 if there is none
     * @throws LifecycleException if Tomcat does not start
     */
    public static void main(String[] arguments) throws LifecycleException {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(System.getProperty("java.io.tmpdir"));
        tomcat.setPort(Start.port(arguments, 0));
        tomcat.getConnector().setThrowOnFailure(true); // a port that is taken ends the program
        Context application = tomcat.addContext("", null);
        Tomcat.addServlet(application, "page", new Page());
        application.addServletMapping("/", "page");
        Tomcat.addServlet(application, "news", new News());
        application.addServletMapping("/news", "news");
        application.addServletContainerInitializer(new WsSci(), Set.of()); // in a WAR this is automatic, and finds Live
        application.addServletContainerInitializer((classes, context) -> addLive(context), Set.of());
        Runtime.getRuntime().addShutdownHook(new Thread(HUB::close));
        tomcat.start();
        System.out.println("Listening on http://localhost:" + tomcat.getConnector().getLocalPort()
                + "/, for peers on /live, for news on /news");
        tomcat.getServer().await();
    }

    private static void addLive(ServletContext context) throws ServletException {
        try {
            ((ServerContainer) context.getAttribute(ServerContainer.class.getName())).addEndpoint(Live.class);
        } catch (DeploymentException e) {
            throw new ServletException(e);
        }
    }

    /** The endpoint; an instance for every session. */
    @ServerEndpoint(value = "/live", subprotocols = BroadcastEndpoint.SUBPROTOCOL)
    public static class Live extends BroadcastEndpoint {

        /** For the container. */
        public Live() {
            super(HUB);
        }
    }

    /** The application's own page. */
    static final class Page extends HttpServlet {

        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            if (!request.getRequestURI().equals("/")) {
                response.sendError(HttpServletResponse.SC_NOT_FOUND);
                return;
            }
            response.setContentType("text/html; charset=utf-8");
            try (InputStream page = Step10Tomcat.class.getResourceAsStream("/public/index.html")) {
                page.transferTo(response.getOutputStream());
            }
        }
    }

    /** Any part of the application publishes through the hub. */
    static final class News extends HttpServlet {

        private static final long serialVersionUID = 1;

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            HUB.broadcast(new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
