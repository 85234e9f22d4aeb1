package io.techops.broadcast.examples;

import java.io.IOException;
import java.net.ServerSocket;

/** A port for the few tests that have to name one. */
final class FreePort {

    private FreePort() {
    }

    /** {@return a port that was free a moment ago} */
    static int find() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
