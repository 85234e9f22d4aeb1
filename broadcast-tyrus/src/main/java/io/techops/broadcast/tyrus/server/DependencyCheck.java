package io.techops.broadcast.tyrus.server;

import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes messages that tell what is wrong with the class path if the server's libraries are missing or do not fit
 * together.
 */
public final class DependencyCheck {

    /**
     * One class of each library that the server needs, and the artifact that has it; each after the libraries that it
     * needs itself.
     */
    private static final String[][] NEEDED = {
        {"org.glassfish.grizzly.Connection", "org.glassfish.grizzly:grizzly-framework 4.0"},
    };
    /** The same for the libraries that endpoints of the host application need in addition. */
    private static final String[][] FOR_ENDPOINTS = {
        {"jakarta.websocket.Session", "jakarta.websocket:jakarta.websocket-client-api 2.2"},
        {"jakarta.websocket.server.ServerContainer", "jakarta.websocket:jakarta.websocket-api 2.2"},
        {"org.glassfish.tyrus.spi.WebSocketEngine", "org.glassfish.tyrus:tyrus-spi 2.2"},
        {"org.glassfish.tyrus.core.TyrusWebSocket", "org.glassfish.tyrus:tyrus-core 2.2"},
        {"org.glassfish.tyrus.server.TyrusServerContainer", "org.glassfish.tyrus:tyrus-server 2.2"},
    };

    private DependencyCheck() {
    }

    /**
     * {@return the exception to throw in place of an error about a missing class or member}
     *
     * @param endpoints whether the server has endpoints of the host application
     */
    public static IllegalStateException lacking(LinkageError error, boolean endpoints) {
        StringBuilder found = new StringBuilder();
        List<String[]> needed = new ArrayList<>(List.of(NEEDED));
        needed.addAll(endpoints ? List.of(FOR_ENDPOINTS) : List.of());
        for (String[] library : needed) {
            try {
                Class<?> there = Class.forName(library[0], false, DependencyCheck.class.getClassLoader());
                CodeSource source = there.getProtectionDomain().getCodeSource();
                found.append(found.isEmpty() ? "" : ", ").append(source == null ? library[0] : source.getLocation());
            } catch (ClassNotFoundException | LinkageError e) {
                return new IllegalStateException("the server needs " + library[1] + purpose(library)
                        + ", which is not on the class path or module path: add it, or do not exclude what "
                        + "broadcast-tyrus depends on; in another Jakarta WebSocket container use BroadcastEndpoint, "
                        + "which needs no server", error);
            }
        }
        return new IllegalStateException("the server's libraries do not fit together (" + error + "): it needs Grizzly "
                + "4.0" + (endpoints ? " and Tyrus 2.2" : "") + ", and found " + found, error);
    }

    private static String purpose(String[] library) {
        return List.of(FOR_ENDPOINTS).contains(library) ? " for the endpoints of the application" : "";
    }
}
