package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.stream.Collectors;

/** The threads of servers and hubs that ran before a test began one: it has to leave no other one. */
record ServerThreads(Set<Thread> before) {

    /** {@return those that run now} */
    static ServerThreads now() {
        return new ServerThreads(running());
    }

    private static Set<Thread> running() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("broadcast") || thread.getName().startsWith("Grizzly"))
                .collect(Collectors.toSet());
    }

    /** Waits until no other thread runs. */
    void noneIsLeft() {
        await().untilAsserted(() -> assertThat(running()).isSubsetOf(before));
    }

    /** Waits until no other thread runs, and this process has no socket at a port. */
    void nothingIsLeft(int port) {
        noneIsLeft();
        if (Kernel.isThere()) {
            await().until(() -> Kernel.connectionsOf(port).stream().noneMatch(ServerThreads::isOurs));
        }
    }

    private static boolean isOurs(Kernel.Connection connection) {
        try {
            return connection.hasDescriptor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
