package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.PortArgument;
import io.techops.broadcast.testing.Program;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The program, started as {@code examples/README.md} says. */
class Step09MicrometerIT {

    @Test
    void printsWhatTheHubHasDone() {
        try (Program program = Program.ofJar(Path.of("target/step09-micrometer.jar"), "0");
                JdkClient peer = JdkClient.open(program.uriWithin("Listening on (.*)"))) {
            peer.send("hello");
            assertThat(peer.next()).isEqualTo("hello");
            program.awaitOut("broadcast\\.peers\\{.*value=1\\b.*"); // perhaps not in the first report
            program.kill("TERM");
            assertThat(peer.closed().code()).isEqualTo(1001);
            assertThat(program.awaitExit()).isEqualTo(143);
        }
    }

    @Test
    void whatKeepsItFromStartingIsOneLine() throws Exception {
        PortArgument.isCheckedBy(port -> Program.ofJar(Path.of("target/step09-micrometer.jar"), port));
    }
}
