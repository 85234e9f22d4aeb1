package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.PortArgument;
import io.techops.broadcast.testing.Program;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The CDI application, started as {@code examples/README.md} says. */
class Step13CdiIT {

    @Test
    void theEndpointAndTheObserverShareTheHubThatIsABean() {
        try (Program application = Program.ofJar(Path.of("target/step13-cdi.jar"), "0")) {
            URI live = application.uriWithin("Listening on ([^;]*);.*");
            try (JdkClient one = JdkClient.open(live)) {
                one.send("one is here"); // the container may open a session after the 101
                assertThat(one.next()).isEqualTo("one is here");
                speakAndEnd(application, one, live);
            }
        }
    }

    private static void speakAndEnd(Program application, JdkClient one, URI live) {
        try (JdkClient two = JdkClient.open(live)) {
            two.send("two is here");
            assertThat(two.next()).isEqualTo("two is here");
            assertThat(one.next()).isEqualTo("two is here");
            application.type("from an event");
            assertThat(one.next()).isEqualTo("from an event");
            assertThat(two.next()).isEqualTo("from an event");
            application.kill("TERM");
            assertThat(one.closed().code()).isEqualTo(1001);
            assertThat(one.closed().phrase()).as("said by the hub").isEqualTo("the server is going away");
            assertThat(two.closed().code()).isEqualTo(1001);
            assertThat(application.awaitExit()).isEqualTo(143);
        }
    }

    @Test
    void whatKeepsItFromStartingIsOneLine() throws Exception {
        PortArgument.isCheckedBy(port -> Program.ofJar(Path.of("target/step13-cdi.jar"), port));
    }
}
