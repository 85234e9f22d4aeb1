package io.techops.broadcast.testing;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** A port for the few tests that have to name one. */
public final class FreePort {

    /**
     * Below the ports that an operating system gives to those who ask for any: none of them comes in between. So are
     * those that are 10,000 above, where a node of a Redis cluster listens, too; and none of these is found here.
     */
    private static final int FIRST = 10_000;
    private static final int END = 20_000;
    private static final AtomicInteger NEXT = new AtomicInteger(ThreadLocalRandom.current().nextInt(FIRST, END));

    private FreePort() {
    }

    /**
     * {@return a port that was free a moment ago, on every address of this machine} It is not found again by this
     * process: who listens on it may end, and listen on it again.
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
