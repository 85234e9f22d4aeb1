package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.Program;
import io.techops.broadcast.testing.RawClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the service starts, what it writes where, and how it ends. */
class ServiceLifeIT {

    private static final String DEBUG = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}(Z|[+-][0-9:]{5}) DEBUG ";

    @TempDir
    Path folder = Path.of("");

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private static long count(List<String> lines, String pattern) {
        return lines.stream().filter(line -> line.matches(pattern)).count();
    }

    @ParameterizedTest
    @CsvSource({"INT,130", "TERM,143"})
    void aSignalEndsEveryConnectionAndThePidFile(String signal, int exitCode) throws Exception {
        Path pidFile = folder.resolve("service.pid");
        try (Program service = Program.listening("--pid-file", pidFile.toString())) {
            service.awaitOut("Page at .*");
            assertThat(pidFile).hasContent(service.pid() + "\n");
            List<JdkClient> peers = new ArrayList<>();
            try (RawClient silent = RawClient.open(service.uri())) {
                assertThat(silent.isCut()).isFalse();
                for (int i = 0; i < 10; i++) {
                    peers.add(JdkClient.open(service.uri()));
                }
                peers.get(0).send("hello");
                for (JdkClient peer : peers) {
                    assertThat(peer.next()).isEqualTo("hello");
                }

                long start = System.nanoTime();
                service.kill(signal);
                for (JdkClient peer : peers) {
                    assertThat(peer.closed().code()).isEqualTo(1001);
                }
                assertThat(service.awaitExit()).isEqualTo(exitCode);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
            } finally {
                peers.forEach(JdkClient::close);
            }
            assertThat(pidFile).doesNotExist();
            assertThat(service.err()).isEmpty();
        }
    }

    @Test
    void withoutDebugItSaysOnlyWhereItListens() {
        try (Program service = Program.listening(); JdkClient peer = JdkClient.open(service.uri())) {
            service.pageUri();
            peer.send("hello");
            assertThat(peer.next()).isEqualTo("hello");
            peer.sendClose(1000, "bye");
            peer.closed().code();
            service.kill("TERM");
            assertThat(service.awaitExit()).isEqualTo(143);
            assertThat(service.out()).hasSize(2);
            assertThat(service.out().get(0)).matches("Listening on ws://[^ ]+:[0-9]+/");
            assertThat(service.out().get(1)).matches("Page at http://[^ ]+:[0-9]+/");
            assertThat(service.err()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"debug", "--debug"})
    void debugTellsRegistrationsBroadcastsAndDepartures(String option) {
        try (Program service = Program.listening(option);
                JdkClient one = JdkClient.open(service.uri());
                JdkClient two = JdkClient.open(service.uri())) {
            one.send("hello");
            assertThat(two.next()).isEqualTo("hello");
            one.sendClose(1000, "bye\nforged");
            service.awaitOut(DEBUG + "peer 1 unregistered: 1000 bye\\\\u000aforged");
            service.kill("INT");
            assertThat(two.closed().code()).isEqualTo(1001);
            assertThat(service.awaitExit()).isEqualTo(130);

            assertThat(count(service.out(), DEBUG + "peer [12] registered.*")).isEqualTo(2);
            assertThat(count(service.out(), DEBUG + "broadcast 1: text of 5 bytes from peer 1")).isEqualTo(1);
            assertThat(count(service.out(), DEBUG + "peer 2 unregistered: 1001.*")).as("lines of the end").isEqualTo(1);
            assertThat(service.out()).noneMatch(line -> line.contains("hello"))
                    .allMatch(line -> line.matches("[0-9T:.+Z-]{24,29} (DEBUG|INFO ) .+|(Listening on|Page at) [^ ]+"));
            assertThat(service.err()).isEmpty();
        }
    }

    @Test
    void aLogFileIsAppendedTo() throws Exception {
        Path log = Files.writeString(folder.resolve("service.log"), "from before\n");
        try (Program service = Program.listening("--log-file", log.toString());
                JdkClient peer = JdkClient.open(service.uri())) {
            peer.send("hello");
            assertThat(peer.next()).isEqualTo("hello");
            service.kill("TERM");
            assertThat(service.awaitExit()).isEqualTo(143);
            assertThat(service.out()).hasSize(2);
        }
        List<String> lines = Files.readAllLines(log);
        assertThat(lines).first().isEqualTo("from before");
        assertThat(lines).hasSizeGreaterThan(1).noneMatch(line -> line.contains("DEBUG"))
                .anyMatch(line -> line.matches("[^ ]+ INFO  .*"));
    }

    @Test
    void aLogFileHoldsWhatDebugTellsUpToTheEnd() throws Exception {
        Path log = folder.resolve("service.log");
        try (Program service = Program.listening("debug", "--log-file", log.toString());
                JdkClient peer = JdkClient.open(service.uri())) {
            peer.send("hello");
            assertThat(peer.next()).isEqualTo("hello");
            service.kill("TERM");
            assertThat(service.awaitExit()).isEqualTo(143);
        }
        List<String> lines = Files.readAllLines(log);
        assertThat(count(lines, DEBUG + "peer 1 registered.*")).isEqualTo(1);
        assertThat(count(lines, DEBUG + "broadcast 1: .*")).isEqualTo(1);
        assertThat(count(lines, DEBUG + "peer 1 unregistered: 1001.*")).isEqualTo(1);
    }

    @Test
    void aSecondServiceLeavesThePidFileOfTheFirstAlone() {
        try (Program first = Program.listening("--no-web", "--pid-file", file("service.pid"));
                Program second = Program.service("--port", "0", "--no-web", "--pid-file", file("service.pid"))) {
            assertThat(second.awaitExit()).isEqualTo(2);
            assertThat(second.out()).isEmpty();
            assertThat(second.err()).containsExactly("broadcast-service: --pid-file must not be that of a process that "
                    + "is alive, here " + first.pid() + ": " + file("service.pid"));
            assertThat(folder.resolve("service.pid")).hasContent(first.pid() + "\n");
            assertThat(first.isAlive()).isTrue();
        }
    }

    @Test
    void aPidFileThatWasLeftBehindIsReplaced() {
        try (Program killed = Program.listening("--no-web", "--pid-file", file("service.pid"))) {
            killed.kill("KILL");
            killed.awaitExit();
            assertThat(folder.resolve("service.pid")).hasContent(killed.pid() + "\n");
            try (Program next = Program.listening("--no-web", "--pid-file", file("service.pid"))) {
                assertThat(folder.resolve("service.pid")).hasContent(next.pid() + "\n");
            }
        }
    }

    @Test
    void aPidFileWhoseNumberIsNowAnotherProcessIsReplaced() throws Exception {
        for (long alive : new long[] {1, ProcessHandle.current().pid()}) {
            Path pidFile = Files.writeString(folder.resolve("service.pid"), alive + "\n");
            try (Program service = Program.listening("--no-web", "--pid-file", pidFile.toString())) {
                assertThat(pidFile).hasContent(service.pid() + "\n");
            }
        }
    }

    @Test
    void thePidFileIsThereBeforeAnyLineSaysThatItListens() throws Exception {
        Path pidFile = folder.resolve("service.pid");
        Path log = folder.resolve("service.log");
        try (Program service = Program.service("--port", "0", "--no-web", "debug", "--pid-file", pidFile.toString(),
                "--log-file", log.toString())) {
            service.awaitOut(".* INFO  Listening on .*"); // the log says it before standard output does
            assertThat(pidFile).hasContent(service.pid() + "\n");
        }
    }

    @Test
    void aRecordingOfTheFlightRecorderHoldsTheEnd() throws Exception {
        Path recording = folder.resolve("hub.jfr");
        try (Program service = Program.recorded(recording, "--port", "0", "--no-web");
                JdkClient peer = JdkClient.open(service.uri())) {
            service.kill("TERM");
            assertThat(peer.closed().code()).isEqualTo(1001);
            assertThat(service.awaitExit()).isEqualTo(143);
        }
        assertThat(RecordingFile.readAllEvents(recording)).extracting(event -> event.getEventType().getName())
                .contains("io.techops.broadcast.PeerRegistered", "io.techops.broadcast.PeerGone",
                        "io.techops.broadcast.Drain");
    }

    @Test
    void itEndsWhilePeersAreSending() {
        // So long, so that the receiver has the time to take what the sender has sent until then.
        try (Program service = Program.listening("--no-web", "--drain", "1m");
                JdkClient sender = JdkClient.open(service.uri());
                JdkClient receiver = JdkClient.open(service.uri())) {
            Thread flood = new Thread(() -> {
                try {
                    while (!sender.isClosed()) {
                        sender.send("again");
                    }
                } catch (RuntimeException e) {
                    // The connection was closed while this message was being sent.
                }
            }, "flood");
            flood.start();
            assertThat(receiver.next()).isEqualTo("again");
            service.kill("INT");
            assertThat(receiver.closed().code()).isEqualTo(1001);
            assertThat(sender.closed().code()).isEqualTo(1001);
            assertThat(service.awaitExit()).isEqualTo(130);
            await().until(() -> !flood.isAlive());
        }
    }
}
