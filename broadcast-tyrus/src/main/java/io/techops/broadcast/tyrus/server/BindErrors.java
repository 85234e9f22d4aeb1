package io.techops.broadcast.tyrus.server;

import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Locale;

/** Makes messages that tell why the server cannot listen on an address, and what to do. */
final class BindErrors {

    private static final int FIRST_FREE_FOR_ALL = 1024;

    private BindErrors() {
    }

    /**
     * @param setting the name of the setting for the port
     */
    static String message(String setting, InetSocketAddress address, Exception cause) {
        String host = address.getHostString();
        String where = "cannot listen on " + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort()
                + ": ";
        String said = String.valueOf(cause.getMessage());
        String lower = said.toLowerCase(Locale.ROOT);
        if (cause instanceof UnresolvedAddressException || lower.contains("unresolved address")) {
            return where + "the host is unknown; host must be an address of this machine, or a name that has one";
        }
        if (cause instanceof UnsupportedAddressTypeException || lower.contains("address family not supported")
                || lower.contains("protocol family")) {
            return where + "this machine, or this Java, has no addresses of this family; set another host";
        }
        if (lower.contains("address already in use")) {
            return where + said + "; end the program that listens there, or set another " + setting
                    + ", 0 for any free one";
        }
        if (lower.contains("permission denied") && address.getPort() < FIRST_FREE_FOR_ALL) {
            return where + said + "; a port below 1024 needs a right (on Linux CAP_NET_BIND_SERVICE, with systemd "
                    + "AmbientCapabilities=CAP_NET_BIND_SERVICE), or set another " + setting;
        }
        if (lower.contains("cannot assign requested address")) {
            return where + said + "; host must be an address of this machine";
        }
        return where + said;
    }
}
