package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The program, started as {@code examples/README.md} says. */
class Step09MicrometerIT {

    @Test
    void printsWhatTheHubHasDone() {
        try (Program program = Program.ofJar(Path.of("target/step09-micrometer.jar"), "0");
                TestPeer peer = TestPeer.connect(program.uriWithin("Listening on (.*)"))) {
            peer.send("hello");
            assertThat(peer.next()).isEqualTo("hello");
            assertThat(program.awaitOut("broadcast\\.peers\\{.*")).contains("value=1");
            program.kill("TERM");
            assertThat(peer.closeCode()).isEqualTo(1001);
            assertThat(program.awaitExit()).isEqualTo(143);
        }
    }
}
