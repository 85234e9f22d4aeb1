package io.techops.broadcast.examples;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.logging.LoggingMeterRegistry;
import io.techops.broadcast.tyrus.BroadcastServer;

/**
 * Step 9, a hub whose figures are meters: {@link HubMeters} binds them to any registry of Micrometer, and here they are
 * printed every five seconds.
 *
 * <pre>java -jar examples/step09-micrometer/target/step09-micrometer.jar</pre>
 */
public final class Step09Micrometer {

    private Step09Micrometer() {
    }

    /**
     * Starts the program.
     *
     * @param arguments the port to listen on, 5000 if there is none
     */
    public static void main(String[] arguments) {
        BroadcastServer server = BroadcastServer.start(Start.port(arguments, 0));
        LoggingMeterRegistry registry = LoggingMeterRegistry.builder(key -> key.equals("logging.step") ? "5s" : null)
                .clock(Clock.SYSTEM)
                .loggingSink(System.out::println)
                .build();
        new HubMeters(server.hub()).bindTo(registry);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.close();
            registry.close(); // prints once more
        }));
        System.out.println("Listening on " + server.uri());
    }
}
