package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.Program;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the service says when it cannot do what it was asked for: one line, and an exit code. */
class BadOptionIT {

    @TempDir
    Path folder = Path.of("");

    private static CommandLines commandLines;

    @BeforeAll
    static void start() {
        commandLines = new CommandLines();
    }

    @AfterAll
    static void end() {
        commandLines.close();
    }

    private static void refuses(String line, String... options) {
        CommandLines.Outcome outcome = commandLines.run(options);
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).hasSize(1).first().asString().isEqualToNormalizingWhitespace(
                "broadcast-service: " + line);
    }

    @Test
    void aProcessSaysItAndExitsWithIt() {
        try (Program service = Program.service("--port", "http")) {
            assertThat(service.awaitExit()).isEqualTo(2);
            assertThat(service.out()).isEmpty();
            assertThat(service.err()).containsExactly("broadcast-service: --port must be from 0 to 65535: http");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[::1", "::1]", "[localhost]", "::g", "1.2.3", "a b", "localhost:5000",
        "fe80::1%nowhere"})
    void tellsWhatAHostIs(String host) {
        refuses("--host must be a name or an address of this machine, such as localhost, 127.0.0.1 or ::1: " + host,
                "--host=" + host);
    }

    @ParameterizedTest
    @CsvSource({"no.such.host.invalid, no.such.host.invalid", "[2001:db8::1], [2001:db8::1]", "192.0.2.1, 192.0.2.1"})
    void aHostOfAnotherMachineIsOneLineAndExitCode1(String host, String inLine) {
        try (Program service = Program.service("--no-web", "--host", host)) {
            assertThat(service.awaitExit()).isEqualTo(1);
            assertThat(service.out()).isEmpty();
            assertThat(service.err()).hasSize(1).first().asString().matches(
                    Pattern.quote("broadcast-service: cannot listen on " + inLine + ":5000: ") + ".*; host must be .*");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --redis-prefix a               | --redis-prefix must be given together with --redis: a
            --redis redis://h --redis-prefix {a} | --redis-prefix must be 1 to 64 characters without braces: {a}
            --node-name n                  | --node-name must be given together with --redis: n
            --topics /a | --topics must be a path with one segment {topic}, such as /topics/{topic}: /a
            --topics /{topic} --path /a    | --topics must not be given together with --path: /{topic}
            --max-topics 0                 | --max-topics must be from 1 to 1000000: 0
            --max-topics 9                 | --max-topics must be given together with --topics: 9
            --topic-idle-timeout 1s        | --topic-idle-timeout must be given together with --topics: PT1S
            --refuse-by silence            | --refuse-by must be close or ignore: silence
            --refuse-by ignore | --refuse-by must be given together with --token-file or --listen-only: ignore
            --client-address-header A | --client-address-header must be given together with --trusted-proxy: A
            --replay 5 --replay 7          | --replay must have one number at most: 5 and 7
            --replay 5000                  | --replay must be at most --retention-messages, here 4096: 5000
            --health-port 5000             | --health-port must be another port than --port: 5000
            --health-port 8000             | --health-port must be another port than --web-port: 8000
            --zzz 1                        | unknown option --zzz; --help lists what is allowed
            --debgu                        | unknown option --debgu, perhaps --debug; --help lists what is allowed
            loud                           | a bare word must be debug; --help lists the options: loud
            --debug=loud                   | --debug must have no value: loud
            --port 70000                   | --port must be from 0 to 65535: 70000
            --port http                    | --port must be from 0 to 65535: http
            --port                         | --port must be from 0 to 65535: nothing was given
            --port 0 --port 0              | --port must not be given more than once
            --web-port -1                  | --web-port must be from 0 to 65535: -1
            --log-file                     | --log-file must have a value, FILE: nothing was given
            --no-web --page-idle-timeout 75s | --no-web must not be given together with: --page-idle-timeout
            --no-web --no-peer-count | --no-web must not be given together with: --no-peer-count
            --page-idle-timeout 500ms      | --page-idle-timeout must be a time from 1s to 24h, such as 75s or 2m: 500ms
            --path /a/{topic} | --path must begin with / and be written as in a URI, without ? and #: /a/{topic}
            --web-root=                    | --web-root must be a folder that can be read:
            --path chat                    | --path must begin with / and be written as in a URI, without ? and #: chat
            --overflow drop                | --overflow must be disconnect or skip: drop
            --replay newest                | --replay must be a number of messages from 1 to 16777216, or latest: newest
            --replay 0                     | --replay must be a number of messages from 1 to 16777216, or latest: 0
            --retention-messages 0         | --retention-messages must be from 1 to 16777216: 0
            --stall-timeout 10      | --stall-timeout must be a time from 1ms to 8760h, such as 500ms, 10s or 2m: 10
            --stall-timeout 0s      | --stall-timeout must be a time from 1ms to 8760h, such as 500ms, 10s or 2m: 0s
            --max-peers 0                  | --max-peers must be from 1 to 2147483647: 0
            --max-peers-per-address many   | --max-peers-per-address must be from 1 to 2147483647: many
            --handshake-timeout 25h | --handshake-timeout must be a time from 1ms to 24h, such as 500ms, 10s or 2m: 25h
            --heartbeat 0s          | --heartbeat must be a time from 1ms to 8760h, such as 500ms, 10s or 2m, or off: 0s
            --drain 2h              | --drain must be a time from 1ms to 1h, such as 500ms, 10s or 2m: 2h
            --trusted-proxy proxy | --trusted-proxy must be an IP address, or a block of them such as 10.0.0.0/8: proxy
            --client-address-header a:b    | --client-address-header must be the name of a header: a:b
            --no-web --web-port 8000       | --no-web must not be given together with: --web-port 8000
            --no-web --web-root .          | --no-web must not be given together with: --web-root .
            --tls-keystore keys            | --tls-keystore must be given together with --tls-password-file: keys
            --tls-password-file password   | --tls-password-file must be given together with --tls-keystore: password
            """)
    void isOneLineAndExitCode2(String options, String line) {
        refuses(line, options.split(" "));
    }

    @Test
    void tellsTheBoundsOfSizes() {
        refuses("--compression must be off, or a level from 1 to 9: 10", "--compression", "10");
        refuses("--max-message-bytes must be a number of bytes from 125 to 1GiB, such as 65536 or 64KiB: 64K",
                "--max-message-bytes", "64K");
        refuses("--retention-bytes must be a number of bytes from 64 to 1024GiB, such as 8388608 or 8MiB: 63",
                "--retention-bytes", "63");
        refuses("--retention-bytes must be at least --max-message-bytes and 64 bytes more, here 65600: 65599",
                "--retention-bytes", "65599");
        refuses("--retention-bytes must be at least --max-message-bytes and 64 bytes more, here 16777280: 8388608",
                "--max-message-bytes", "16MiB");
    }

    @Test
    void tellsWhatARateIs() {
        refuses("--max-rate must be a number of messages from 1 to 100000, a slash and a time from 1ms to 24h, such as "
                + "20/1s: 20", "--max-rate", "20");
    }

    @Test
    void tellsWhatAnOriginIs() {
        refuses("--allow-origin must be like https://example.org or http://localhost:8080, or null for pages opened as "
                + "a file, or * for any: example.org", "--allow-origin", "null", "--allow-origin", "example.org");
    }

    @Test
    void namesFilesAndFoldersThatCannotBeUsed() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "precious\n");
        Path missing = folder.resolve("missing");
        refuses("--web-root must be a folder that can be read: " + missing, "--web-root", missing.toString());
        refuses("--web-root must be a folder that can be read: " + file, "--web-root", file.toString());
        refuses("--log-file must be a file that can be written: " + folder, "--log-file", folder.toString());
        refuses("--log-file must be a file that can be written: " + missing.resolve("log"), "--log-file",
                missing.resolve("log").toString());
        refuses("--pid-file must be in a directory that exists: " + missing.resolve("pid"), "--pid-file",
                missing.resolve("pid").toString());
        refuses("--pid-file must not be a file that holds anything but a pid: " + file, "--pid-file", file.toString());
        assertThat(file).hasContent("precious\n");
    }

    @Test
    void aTakenPortIsOneLineAndExitCode1() throws Exception {
        Path pidFile = folder.resolve("service.pid");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = Integer.toString(taken.getLocalPort());
            for (String[] ports : new String[][] {{port, "0"}, {"0", port}}) {
                try (Program service = Program.service("--host", "127.0.0.1", "--pid-file", pidFile.toString(),
                        "--port", ports[0], "--web-port", ports[1])) {
                    assertThat(service.awaitExit()).isEqualTo(1);
                    assertThat(service.out()).isEmpty();
                    assertThat(service.err()).hasSize(1);
                    assertThat(service.err().get(0)).startsWith("broadcast-service: ")
                            .contains("127.0.0.1").contains(port);
                    assertThat(pidFile).doesNotExist();
                }
            }
        }
    }

    @Test
    void helpAndVersionAreNoErrors() {
        try (Program help = Program.service("--help"); Program version = Program.service("--version")) {
            assertThat(help.awaitExit()).isZero();
            assertThat(help.out()).anyMatch(line -> line.contains("--stall-timeout"));
            assertThat(help.err()).isEmpty();
            assertThat(version.awaitExit()).isZero();
            assertThat(version.out()).hasSize(1).first().asString()
                    .matches("broadcast-service [0-9]+\\.[0-9]+\\.[0-9]+.*");
            assertThat(version.err()).isEmpty();
        }
    }
}
