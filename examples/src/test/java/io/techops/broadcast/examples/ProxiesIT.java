package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.Installed;
import io.techops.broadcast.testing.OwnProcess;
import io.techops.broadcast.testing.Program;
import io.techops.broadcast.testing.RawClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The service behind nginx and HAProxy with the files of the guide, and what the files say. */
class ProxiesIT {

    private static final int HEARTBEAT = 25 + 10; // seconds: the service's default, and its time for the answer

    @TempDir
    Path folder = Path.of("");

    /** Those that the proxy, or the node behind it, has answered. */
    private final List<RawClient> clients = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
    }

    /**
     * {@return the head of the node's answer to a request through the proxy} HAProxy itself answers with 503 after a
     * check that the node was too busy for, until the next one.
     */
    private String ask(OwnProcess proxy, String from, String request) {
        return await().until(() -> {
            RawClient client = RawClient.connectFrom(from, proxy.port());
            clients.add(client);
            return client.ask(request);
        }, head -> !head.matches("(?s)HTTP/1\\.[01] 503 .*"));
    }

    /** {@return the client whose request was answered last} */
    private RawClient last() {
        return clients.get(clients.size() - 1);
    }

    private static List<MatchResult> matches(Path file, String pattern) throws IOException {
        return Pattern.compile(pattern).matcher(Files.readString(file)).results().toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nginx", "haproxy"})
    void clientsAreToldApartByTheAddressThatTheProxyAppends(String name) throws Exception {
        Installed.orSkip(name, "BROADCAST_REQUIRE_PROXIES");
        try (Program service = Program.listening("--no-web", "--health-port", "0", "--trusted-proxy", "127.0.0.1",
                "--max-peers-per-address", "1");
                OwnProcess proxy = proxy(name, service)) {
            assertThat(ask(proxy, "127.0.0.2", RawClient.handshake("/"))).startsWith("HTTP/1.1 101 ");
            assertThat(ask(proxy, "127.0.0.3", RawClient.handshake("/"))).startsWith("HTTP/1.1 101 ");
            assertThat(ask(proxy, "127.0.0.2", RawClient.handshake("/", "X-Forwarded-For: 192.0.2.1")))
                    .startsWith("HTTP/1.1 429 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nginx", "haproxy"})
    void aPageOfTheSameHostConnectsAlthoughTlsEndsAtTheProxy(String name) throws Exception {
        Installed.orSkip(name, "BROADCAST_REQUIRE_PROXIES");
        try (Program service = Program.listening("--no-web", "--health-port", "0");
                OwnProcess proxy = proxy(name, service)) {
            assertThat(ask(proxy, "127.0.0.1", RawClient.handshake("/", "Origin: https://127.0.0.1")))
                    .startsWith("HTTP/1.1 101 ");
            assertThat(ask(proxy, "127.0.0.1", RawClient.handshake("/", "Origin: https://example.net")))
                    .startsWith("HTTP/1.1 403 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nginx", "haproxy"})
    void serverSentEventsAreNotHeldBack(String name) throws Exception {
        Installed.orSkip(name, "BROADCAST_REQUIRE_PROXIES");
        try (Program service = Program.listening("--no-web", "--health-port", "0", "--sse");
                OwnProcess proxy = proxy(name, service)) {
            assertThat(ask(proxy, "127.0.0.1",
                    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 ").containsIgnoringCase("content-type: text/event-stream");
            RawClient listens = last();
            assertThat(ask(proxy, "127.0.0.1", RawClient.handshake("/"))).startsWith("HTTP/1.1 101 ");
            last().sendText("hello");
            StringBuilder stream = new StringBuilder();
            while (stream.indexOf("data: hello\n\n") < 0) { // or the time of a read is over
                stream.append(new String(listens.readBytes(1), StandardCharsets.UTF_8));
            }
        }
    }

    private OwnProcess proxy(String name, Program service) throws IOException {
        int port = service.uri().getPort();
        int health = service.uriWithin("Health at (.*)").getPort();
        return OwnProcess.proxy(name, folder, List.of(port, port), List.of(health, health)); // one node as both
    }

    @Test
    void theirTimeoutsAreLongerThanTheHeartbeat() throws Exception {
        List<MatchResult> nginx = matches(Path.of("proxies/nginx.conf"), "proxy_(?:read|send)_timeout (\\d+)s;");
        assertThat(nginx).hasSize(2);
        List<MatchResult> haproxy = matches(Path.of("proxies/haproxy.cfg"), "timeout (?:client|server|tunnel) (\\d+)s");
        assertThat(haproxy).hasSize(3);
        assertThat(nginx).allMatch(timeout -> Integer.parseInt(timeout.group(1)) > HEARTBEAT);
        assertThat(haproxy).allMatch(timeout -> Integer.parseInt(timeout.group(1)) > HEARTBEAT);
    }

    @Test
    void theOptionsOfTheManifestExistAndItsTimesFit() throws Exception {
        Path manifest = Path.of("proxies/kubernetes.yaml");
        String[] options = matches(manifest, "(?m)^ +- (--\\S+)").stream()
                .map(option -> option.group(1).replace("$(REDIS_URI)", "redis://redis").replace("$(POD_NAME)", "one"))
                .toArray(String[]::new);
        assertThat(options).hasSizeGreaterThan(5);
        BroadcastService.command().parseArgs(options);
        assertThat(manifest).content().as("BROADCAST_PORT is an option").contains("enableServiceLinks: false");
        List<MatchResult> times = matches(manifest, "--drain(?:-delay)?=(\\d+)s");
        assertThat(times).hasSize(2);
        int ends = times.stream().mapToInt(time -> Integer.parseInt(time.group(1))).sum() + 5;
        assertThat(matches(manifest, "terminationGracePeriodSeconds: (\\d+)")).singleElement()
                .satisfies(grace -> assertThat(Integer.parseInt(grace.group(1))).isGreaterThan(ends - 1));
    }
}
