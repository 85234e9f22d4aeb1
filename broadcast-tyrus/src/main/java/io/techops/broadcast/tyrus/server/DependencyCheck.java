package io.techops.broadcast.tyrus.server;

import java.security.CodeSource;

/** Says what is wrong with the class path when the server's parts do not fit together. */
public final class DependencyCheck {

    /** One class of each library that the server needs, and what brings it; each after those that it needs itself. */
    private static final String[][] NEEDED = {
        {"org.glassfish.grizzly.Connection", "org.glassfish.grizzly:grizzly-framework 4.0"},
    };

    private DependencyCheck() {
    }

    /** {@return what to throw in place of an error that says a class, or a part of one, is missing} */
    public static IllegalStateException lacking(LinkageError error) {
        StringBuilder found = new StringBuilder();
        for (String[] library : NEEDED) {
            try {
                Class<?> there = Class.forName(library[0], false, DependencyCheck.class.getClassLoader());
                CodeSource source = there.getProtectionDomain().getCodeSource();
                found.append(found.isEmpty() ? "" : ", ").append(source == null ? library[0] : source.getLocation());
            } catch (ClassNotFoundException | LinkageError e) {
                return new IllegalStateException("the server needs " + library[1]
                        + ", which is not on the class path or module path: add it, or do not exclude what "
                        + "broadcast-tyrus depends on; in another Jakarta WebSocket container use BroadcastEndpoint, "
                        + "which needs no server", error);
            }
        }
        return new IllegalStateException("the server's libraries do not fit together (" + error + "): it needs Grizzly "
                + "4.0, and found " + found, error);
    }
}
