package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.Program;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log file that cannot grow any more, and can again: a limit of the process stands for the disk. */
class FullDiskIT {

    private static final String LINE = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}(Z|[+-][0-9:]{5}) [A-Z]+ +[^ ].*";
    private static final String LOST = ".* WARN  the log file .* cannot be written, lines are lost: .*";
    private static final String SUMMARY = ".* WARN  [0-9]+ lines? (was|were) lost before this one: the log file .*";

    @TempDir
    Path folder = Path.of("");

    private static void relay(JdkClient peer, int messages) {
        for (int i = 0; i < messages; i++) {
            peer.send("message " + i);
            assertThat(peer.next()).isEqualTo("message " + i);
        }
    }

    private static void isWhole(Path log) throws IOException {
        assertThat(Files.readString(log)).endsWith(System.lineSeparator());
        assertThat(Files.readAllLines(log)).isNotEmpty().allMatch(line -> line.matches(LINE), "a whole line");
    }

    private static void truncate(Path log) throws IOException {
        FileChannel.open(log, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING).close();
    }

    @Test
    void losesWholeLinesTellsItOnceEachTimeAndGoesOn() throws Exception {
        Path log = folder.resolve("service.log");
        try (Program service = Program.serviceAfter("ulimit -f 64", "--no-web", "debug", "--log-file", log.toString());
                JdkClient peer = JdkClient.open(service.uri())) {
            for (int outage = 1; outage <= 2; outage++) {
                int begun = 2 * outage - 1;
                while (service.err().size() < begun) {
                    relay(peer, 100);
                }
                relay(peer, 10);
                assertThat(service.err()).hasSize(begun).last().asString().matches(LOST);
                await().untilAsserted(() -> isWhole(log)); // what was written of the last line may have to be cut off

                truncate(log);
                relay(peer, 10);
                await().until(() -> service.err().size() > begun);
                assertThat(service.err()).hasSize(begun + 1).last().asString().matches(SUMMARY);
                await().untilAsserted(() -> assertThat(Files.readAllLines(log)).hasSizeGreaterThan(10)); // after echoes
                isWhole(log);
                assertThat(Files.readAllLines(log)).first().asString().matches(SUMMARY);
            }
            service.kill("TERM");
            assertThat(peer.closed().code()).isEqualTo(1001);
            assertThat(service.awaitExit()).isEqualTo(143);
        }
        isWhole(log);
    }
}
