package io.techops.broadcast.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.opentest4j.TestAbortedException;

/** Skips tests that listen on an IPv6 address, which some machines, and many containers, do not have. */
public final class Ipv6 {

    private Ipv6() {
    }

    /** Skips the test if {@code host} is an IPv6 address and this machine has none. */
    public static void assumedFor(String host) {
        if (host.contains(":") && !isThere()) {
            throw new TestAbortedException("this machine has no IPv6: " + host);
        }
    }

    private static boolean isThere() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
