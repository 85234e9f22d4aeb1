package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.PortArgument;
import io.techops.broadcast.testing.Program;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The program in Jetty, started as {@code examples/README.md} says. */
class Step11JettyIT {

    @Test
    void whatIsTypedAndWhatPeersSendReachesEveryone() {
        try (Program application = Program.ofJar(Path.of("target/step11-jetty.jar"), "0")) {
            URI live = application.uriWithin("Listening on ([^;]*);.*");
            try (JdkClient one = JdkClient.open(live); JdkClient two = JdkClient.open(live)) {
                // The container may open a session some time after the 101: who gets his own message is there.
                one.send("one is there");
                assertThat(one.next()).isEqualTo("one is there");
                two.send("from a peer");
                assertThat(one.next()).isEqualTo("from a peer");
                String first = two.next();
                assertThat(first.equals("one is there") ? two.next() : first).isEqualTo("from a peer");
                application.type("typed");
                assertThat(one.next()).isEqualTo("typed");
                assertThat(two.next()).isEqualTo("typed");
                application.kill("TERM");
                assertThat(one.closed().code()).isEqualTo(1001);
                assertThat(one.closed().phrase()).as("said by the hub").isEqualTo("the server is going away");
                assertThat(two.closed().code()).isEqualTo(1001);
                assertThat(application.awaitExit()).isEqualTo(143);
            }
        }
    }

    @Test
    void whatKeepsItFromStartingIsOneLine() throws Exception {
        PortArgument.isCheckedBy(port -> Program.ofJar(Path.of("target/step11-jetty.jar"), port));
    }
}
