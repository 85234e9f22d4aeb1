package io.techops.broadcast.examples;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.endpoint.BroadcastEndpoint;
import java.util.Scanner;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Step 11, Jetty: the endpoint as a configuration, made in one line. What is typed reaches everyone.
 *
 * <pre>java -jar examples/step11-jetty/target/step11-jetty.jar</pre>
 */
public final class Step11Jetty {

    private Step11Jetty() {
    }

    /**
     * Starts the program.
     *
     * @param arguments the port to listen on, 5000 if there is none
     * @throws Exception if Jetty does not start
     */
    public static void main(String[] arguments) throws Exception {
        BroadcastHub hub = BroadcastHub.create(); // or BroadcastHub.builder(), with all its settings
        Server server = new Server(Start.port(arguments, 0));
        ServletContextHandler application = new ServletContextHandler("/");
        JakartaWebSocketServletContainerInitializer.configure(application,
                (context, container) -> container.addEndpoint(BroadcastEndpoint.config("/live", hub)));
        server.setHandler(application);
        Runtime.getRuntime().addShutdownHook(new Thread(hub::close));
        server.start();
        int port = ((ServerConnector) server.getConnectors()[0]).getLocalPort();
        System.out.println("Listening on ws://localhost:" + port + "/live; type a line to broadcast it");

        Scanner input = new Scanner(System.in);
        while (input.hasNextLine()) {
            hub.broadcast(input.nextLine());
        }
    }
}
