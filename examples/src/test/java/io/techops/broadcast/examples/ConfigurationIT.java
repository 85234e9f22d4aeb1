package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Options from the environment and from a file. */
class ConfigurationIT {

    @TempDir
    Path folder = Path.of("");

    private Path file(String... lines) throws IOException {
        return Files.write(folder.resolve("service.properties"), List.of(lines));
    }

    private static void refuses(String line, Map<String, String> environment, String... options) {
        try (Program service = Program.of(BroadcastService.class, environment, options)) {
            assertThat(service.awaitExit()).isEqualTo(2);
            assertThat(service.out()).isEmpty();
            assertThat(service.err()).containsExactly("broadcast-service: " + line);
        }
    }

    @Test
    void theCommandLineGoesBeforeTheEnvironmentAndThatBeforeTheFile() throws Exception {
        Path file = file("max-message-bytes=200", "retention-messages=300", "redis=redis://ann:s3cret@h",
                "allow-origin=https://a.example, https://b.example", "sse=true", "host=127.0.0.1");
        try (Program service = Program.of(BroadcastService.class, Map.of("BROADCAST_CONFIG", file.toString(),
                "BROADCAST_MAX_MESSAGE_BYTES", "400", "BROADCAST_SSE", "false", "BROADCAST_OVERFLOW", "skip",
                "BROADCAST_PATH", ""), "--print-config", "--overflow", "disconnect")) {
            assertThat(service.awaitExit()).isZero();
            assertThat(service.err()).isEmpty();
            assertThat(service.out()).containsSubsequence("# from the command line", "overflow=disconnect",
                    "# from the environment", "max-message-bytes=400", "# from " + file, "redis=redis://***@h",
                    "# from the defaults", "#port=5000");
            assertThat(service.out()).containsSubsequence("# from the environment", "sse=false", "# from " + file,
                    "retention-messages=300", "# from the defaults");
            assertThat(service.out()).contains("allow-origin=https://a.example,https://b.example", "#path=")
                    .noneMatch(line -> line.contains("s3cret"));
        }
    }

    @Test
    void theServiceRunsWithThem() throws Exception {
        Path file = file("no-web=true", "exclude-sender=true", "port=1");
        try (Program service = Program.of(BroadcastService.class, Map.of("BROADCAST_PORT", "0"), "--config",
                file.toString());
                JdkClient one = JdkClient.open(service.uri());
                JdkClient two = JdkClient.open(service.uri())) {
            one.send("of one");
            assertThat(two.next()).isEqualTo("of one");
            two.send("of two");
            assertThat(one.next()).isEqualTo("of two");
        }
    }

    @Test
    void whatIsPrintedIsAFileThatMeansTheSame() throws Exception {
        List<String> printed;
        try (Program service = Program.of(BroadcastService.class, Map.of("BROADCAST_REPLAY", "latest,7"),
                "--print-config", "--port", "1")) {
            assertThat(service.awaitExit()).isZero();
            printed = List.copyOf(service.out());
        }
        Path file = file(printed.toArray(String[]::new));
        try (Program again = Program.of(BroadcastService.class, Map.of(), "--print-config", "--config",
                file.toString())) {
            assertThat(again.awaitExit()).isZero();
            assertThat(again.err()).isEmpty();
            assertThat(again.out()).filteredOn(line -> line.contains("=")).containsExactlyInAnyOrderElementsOf(
                    printed.stream().filter(line -> line.contains("=")).toList());
        }
    }

    @Test
    void theServiceTakesWhatIsPrinted() throws Exception {
        List<String> printed;
        try (Program service = Program.of(BroadcastService.class, Map.of(), "--print-config", "--no-web", "--port",
                "0")) {
            assertThat(service.awaitExit()).isZero();
            printed = List.copyOf(service.out());
        }
        try (Program again = Program.of(BroadcastService.class, Map.of(), "--config",
                file(printed.toArray(String[]::new)).toString())) {
            again.awaitOut("Listening on .*");
            assertThat(again.err()).isEmpty();
        }
    }

    @Test
    void aBadValueIsToldWithTheNameThatItHasWhereItComesFrom() throws Exception {
        Path file = file("port=http");
        refuses("BROADCAST_PORT must be from 0 to 65535: 70000", Map.of("BROADCAST_PORT", "70000"));
        refuses("BROADCAST_SSE must be true or false: yes", Map.of("BROADCAST_SSE", "yes"));
        refuses("port in " + file + " must be from 0 to 65535: http", Map.of(), "--config", file.toString());
        refuses("BROADCAST_NODE_NAME must be given together with --redis: n", Map.of("BROADCAST_NODE_NAME", "n"));
    }

    @Test
    void aVariableThatNoOptionHasIsIgnoredAndOneWarningNamesAllOfThem() throws Exception {
        Path log = folder.resolve("service.log");
        Map<String, String> environment = Map.of("BROADCAST_DEBGU", "true", "BROADCAST_PORT_5000_TCP",
                "tcp://10.0.0.1:5000", "BROADCAST_Port", "70000", "BROADCAST_QQQ", "1", "BROADCAST_EMPTY", "");
        try (Program service = Program.of(BroadcastService.class, environment, "--port", "0", "--no-web", "--log-file",
                log.toString())) {
            service.awaitOut("Listening on .*");
            service.awaitErr(".*BROADCAST_QQQ.*"); // written before, but read by another thread
            assertThat(service.err()).singleElement().asString()
                    .contains("WARN", "BROADCAST_DEBGU (perhaps BROADCAST_DEBUG), ", "BROADCAST_PORT_5000_TCP",
                            "BROADCAST_Port", "BROADCAST_QQQ", "; --help lists the options")
                    .doesNotContain("BROADCAST_EMPTY", "70000");
            assertThat(Files.readAllLines(log)).containsAll(service.err());
        }
        try (Program service = Program.of(BroadcastService.class, environment, "--print-config", "--log-file",
                folder.resolve("none.log").toString())) {
            assertThat(service.awaitExit()).isZero();
            assertThat(service.out()).contains("#port=5000").noneMatch(line -> line.contains("BROADCAST_"));
            assertThat(service.err()).singleElement().asString().contains("BROADCAST_QQQ");
            assertThat(folder.resolve("none.log")).doesNotExist();
        }
    }

    @Test
    void anUnknownNameInAFileIsRefused() throws Exception {
        Path file = file("debgu=true");
        refuses("unknown option debgu in " + file + ", perhaps debug; --help lists the options, which have no dashes "
                + "there", Map.of(), "--config", file.toString());
        Path missing = folder.resolve("missing");
        refuses("--config must be a file of properties that can be read: " + missing, Map.of(), "--config",
                missing.toString());
    }
}
