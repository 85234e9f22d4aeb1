package io.techops.broadcast.examples;

import io.techops.broadcast.tyrus.BroadcastServer;

/**
 * Step 1, five lines: a server with all defaults. Each peer's messages reach all peers. It runs until the process is
 * told to end; every peer is then told that the server goes away.
 *
 * <pre>java -cp examples/target/broadcast-service.jar io.techops.broadcast.examples.Step01FiveLines</pre>
 */
public final class Step01FiveLines {

    private Step01FiveLines() {
    }

    /**
     * Starts the program.
     *
     * @param arguments the port to listen on, 5000 if there is none
     */
    public static void main(String[] arguments) {
        BroadcastServer server = BroadcastServer.start(Start.port(arguments, 0)).closeOnExit();
        server.hub().broadcast("hello"); // to everyone, from any thread, any time; there is no peer yet
        System.out.println("Listening on " + server.uri());
    }
}
