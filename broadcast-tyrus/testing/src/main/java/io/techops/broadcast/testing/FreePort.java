package io.techops.broadcast.testing;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** A port for the few tests that have to name one. */
public final class FreePort {

    /** Below the ports that an operating system gives to those who ask for any: none of them comes in between. */
    private static final int FIRST = 20_000;
    private static final int END = 32_000;

    private FreePort() {
    }

    /** {@return a port that was free a moment ago, on every address of this machine} */
    public static int find() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            if (isFree(port)) {
                return port;
            }
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
