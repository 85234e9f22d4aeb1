package io.techops.broadcast.examples;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.endpoint.BroadcastEndpoint;
import io.undertow.Undertow;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.websockets.jsr.WebSocketDeploymentInfo;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import jakarta.enterprise.inject.spi.Unmanaged;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.ServletException;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.InetSocketAddress;
import java.util.Scanner;

/**
 * Step 13, CDI: the hub is a bean, injected into the endpoint at {@code /live} and into every bean that publishes.
 * What is typed is fired as an event, which a bean observes and broadcasts. Weld is the CDI container, Undertow that of
 * the endpoint; the nested classes are the same in any other.
 *
 * <pre>java -jar examples/step13-cdi/target/step13-cdi.jar</pre>
 */
public final class Step13Cdi {

    private Step13Cdi() {
    }

    /**
     * Starts the program. Weld closes its container, and with it the hub, when the process is told to end.
     *
     * @param arguments the port to listen on, 5000 if there is none
     * @throws ServletException if the endpoint cannot be deployed
     */
    public static void main(String[] arguments) throws ServletException {
        int port = Start.port(arguments, 0);
        SeContainer cdi = SeContainerInitializer.newInstance()
                .disableDiscovery().addBeanClasses(Hubs.class, Newsroom.class)
                .initialize();
        DeploymentManager live = Servlets.defaultContainer().addDeployment(new DeploymentInfo()
                .setDeploymentName("live").setContextPath("/").setClassLoader(Step13Cdi.class.getClassLoader())
                .addServletContextAttribute(WebSocketDeploymentInfo.ATTRIBUTE_NAME,
                        new WebSocketDeploymentInfo().addEndpoint(Live.class)
                                .setBuffers(new DefaultByteBufferPool(true, 16 << 10))));
        live.deploy();
        Undertow server = Undertow.builder()
                .addHttpListener(port, "0.0.0.0")
                .setHandler(live.start())
                .build();
        server.start();
        InetSocketAddress bound = (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
        System.out.println("Listening on ws://localhost:" + bound.getPort() + "/live; type a line to broadcast it");

        Scanner input = new Scanner(System.in);
        while (input.hasNextLine()) {
            cdi.getBeanManager().getEvent().fire(new Headline(input.nextLine()));
        }
    }

    /**
     * Makes the hub, once, and closes it at the end of the application. A hub is a {@code @Singleton}, which CDI
     * injects as it is: only the library extends {@code BroadcastHub}. {@code Topics} may be {@code @ApplicationScoped}
     * as well.
     */
    @ApplicationScoped
    static class Hubs {

        @Produces
        @Singleton
        BroadcastHub hub() {
            return BroadcastHub.create(); // or BroadcastHub.builder(), with all its settings
        }

        void close(@Disposes BroadcastHub hub) {
            hub.close();
        }
    }

    /** The endpoint; an instance for every session. */
    @ServerEndpoint(value = "/live", subprotocols = BroadcastEndpoint.SUBPROTOCOL, configurator = Injected.class)
    public static class Live extends BroadcastEndpoint {

        /**
         * Makes an endpoint for one session.
         *
         * @param hub the bean
         */
        @Inject
        public Live(BroadcastHub hub) {
            super(hub);
        }
    }

    /** Makes the endpoints through CDI. A Jakarta EE server does so itself, without a configurator. */
    public static class Injected extends ServerEndpointConfig.Configurator {

        @Override
        public <T> T getEndpointInstance(Class<T> endpointClass) {
            return new Unmanaged<>(endpointClass).newInstance().produce().inject().postConstruct().get();
        }
    }

    /** Something that happened anywhere in the application. */
    record Headline(String text) {
    }

    /** Broadcasts each headline. */
    @ApplicationScoped
    static class Newsroom {

        @Inject
        private BroadcastHub hub;

        void publish(@Observes Headline headline) {
            hub.broadcast(headline.text());
        }
    }
}
