package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.Installed;
import io.techops.broadcast.testing.OwnProcess;
import io.techops.broadcast.testing.Program;
import io.techops.broadcast.testing.RawClient;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The service behind nginx and HAProxy with the files of the guide, and what the files say. */
class ProxiesIT {

    private static final int HEARTBEAT = 25 + 10; // seconds: the service's default, and its time for the answer

    @TempDir
    Path folder = Path.of("");

    private static List<MatchResult> matches(Path file, String pattern) throws IOException {
        return Pattern.compile(pattern).matcher(Files.readString(file)).results().toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nginx", "haproxy"})
    void clientsAreToldApartByTheAddressThatTheProxyAppends(String name) throws Exception {
        Installed.orSkip(name, "BROADCAST_REQUIRE_PROXIES");
        try (Program service = Program.listening("--no-web", "--health-port", "0", "--trusted-proxy", "127.0.0.1",
                "--max-peers-per-address", "1");
                OwnProcess proxy = proxy(name, service);
                RawClient one = RawClient.connectFrom("127.0.0.2", proxy.port());
                RawClient other = RawClient.connectFrom("127.0.0.3", proxy.port());
                RawClient again = RawClient.connectFrom("127.0.0.2", proxy.port())) {
            one.shakeHands("/");
            other.shakeHands("/");
            assertThat(again.ask(RawClient.handshake("/", "X-Forwarded-For: 192.0.2.1"))).startsWith("HTTP/1.1 429 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nginx", "haproxy"})
    void aPageOfTheSameHostConnectsAlthoughTlsEndsAtTheProxy(String name) throws Exception {
        Installed.orSkip(name, "BROADCAST_REQUIRE_PROXIES");
        try (Program service = Program.listening("--no-web", "--health-port", "0");
                OwnProcess proxy = proxy(name, service);
                RawClient own = RawClient.connect(proxy.port());
                RawClient foreign = RawClient.connect(proxy.port())) {
            assertThat(own.ask(RawClient.handshake("/", "Origin: https://127.0.0.1"))).startsWith("HTTP/1.1 101 ");
            assertThat(foreign.ask(RawClient.handshake("/", "Origin: https://example.net")))
                    .startsWith("HTTP/1.1 403 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nginx", "haproxy"})
    void serverSentEventsAreNotHeldBack(String name) throws Exception {
        Installed.orSkip(name, "BROADCAST_REQUIRE_PROXIES");
        try (Program service = Program.listening("--no-web", "--health-port", "0", "--sse");
                OwnProcess proxy = proxy(name, service);
                RawClient listens = RawClient.connect(proxy.port());
                RawClient talks = RawClient.open(URI.create("ws://127.0.0.1:" + proxy.port() + "/"))) {
            assertThat(listens.ask("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 ").containsIgnoringCase("content-type: text/event-stream");
            talks.sendText("hello");
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
