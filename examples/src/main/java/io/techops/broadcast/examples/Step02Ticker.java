package io.techops.broadcast.examples;

import io.techops.broadcast.Message;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Step 2, the host has something to say: pushes the time to everyone who is connected, every second, until the process
 * is told to end.
 *
 * <pre>java -cp examples/target/broadcast-service.jar io.techops.broadcast.examples.Step02Ticker</pre>
 */
public final class Step02Ticker {

    private Step02Ticker() {
    }

    /**
     * Starts the program.
     *
     * @param arguments the port to listen on, 5000 if there is none
     */
    public static void main(String[] arguments) {
        BroadcastServer server = BroadcastServer.start(Start.port(arguments, 0)).closeOnExit();
        System.out.println("Listening on " + server.uri());

        Executors.newSingleThreadScheduledExecutor().scheduleAtFixedRate(() -> {
            String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
            server.hub().tryBroadcast(Message.text(now)); // never waits, and says false once the hub is closed
        }, 0, 1, TimeUnit.SECONDS);
    }
}
