package io.techops.broadcast.examples;

import io.techops.broadcast.tyrus.BroadcastServer;
import io.techops.broadcast.tyrus.Pages;

/**
 * Step 5, with a page: one port for the WebSocket and for a page of twenty lines that uses it. Open the address that is
 * printed in two windows, and type.
 *
 * <pre>java -cp examples/target/broadcast-service.jar io.techops.broadcast.examples.Step05Page</pre>
 */
public final class Step05Page {

    private Step05Page() {
    }

    /**
     * Starts the program.
     *
     * @param arguments the port to listen on, 5000 if there is none; not 0
     */
    public static void main(String[] arguments) {
        int port = Start.port(arguments, 0);
        BroadcastServer server = BroadcastServer.builder()
                .port(port)
                .path("/live") // the page is at all other paths
                .pages(Pages.resources(Step05Page.class.getClassLoader(), "io/techops/broadcast/examples/step05"))
                .pagePort(port) // the same port; Pages.folder(Path.of("public")) serves a folder instead
                .start().closeOnExit();
        System.out.println("Listening on " + server.uri());
        System.out.println("Page at " + server.pageUri());
    }
}
