package io.techops.broadcast.testing;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Finds a port for the few tests that have to name one. */
public final class FreePort {

    /**
     * Below the ports that an operating system gives to programs that ask for any port, so that no such program takes
     * one in between. The same holds for the ports 10,000 above, where a node of a Redis cluster also listens, and
     * which are never returned here.
     */
    private static final int FIRST = 10_000;
    private static final int END = 20_000;
    private static final AtomicInteger NEXT = new AtomicInteger(ThreadLocalRandom.current().nextInt(FIRST, END));

    private FreePort() {
    }

    /**
     * {@return a port that was free a moment ago, on every address of this machine} This process does not return it
     * again, so that a server can end and listen on it once more.
     */
    public static int find() {
        while (true) {
            int port = NEXT.getAndUpdate(last -> last + 1 < END ? last + 1 : FIRST);
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
