package io.techops.broadcast.examples;

import io.techops.broadcast.tyrus.BroadcastServer;
import java.util.Scanner;

/**
 * Step 3, a host program in 20 lines: every line that is typed here reaches all peers, in addition to what they send
 * each other. An empty line, or the end of the input, ends it.
 *
 * <pre>java -cp examples/target/broadcast-service.jar io.techops.broadcast.examples.Step03Embedded</pre>
 */
public final class Step03Embedded {

    private Step03Embedded() {
    }

    /**
     * Runs the program until the input ends.
     *
     * @param arguments the port to listen on, 5000 if there is none
     */
    public static void main(String[] arguments) {
        int port = Start.port(arguments, 0);
        try (BroadcastServer server = BroadcastServer.start(port).closeOnExit()) {
            System.out.println("Listening on " + server.uri() + "; type a line to broadcast it, an empty one to end");
            Scanner input = new Scanner(System.in);
            while (input.hasNextLine()) {
                String line = input.nextLine();
                if (line.isEmpty()) {
                    break;
                }
                server.hub().broadcast(line);
            }
        }
    }
}
