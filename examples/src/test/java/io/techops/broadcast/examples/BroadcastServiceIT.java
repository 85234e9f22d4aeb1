package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.Ipv6;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.Program;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.TestRun;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the service does for its peers, with and without options. */
class BroadcastServiceIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static HttpResponse<String> get(URI uri) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(uri).timeout(TestRun.LIMIT).build(), BodyHandlers.ofString());
    }

    private static void refuses(int status, Runnable connecting) {
        assertThatThrownBy(connecting::run).hasCauseInstanceOf(WebSocketHandshakeException.class)
                .extracting(thrown -> ((WebSocketHandshakeException) thrown.getCause()).getResponse().statusCode())
                .isEqualTo(status);
    }

    @Nested
    class WithItsDefaults {

        @Test
        void relaysTextVerbatimToEveryoneTheSenderIncluded() {
            try (Program service = Program.listening();
                    JdkClient one = JdkClient.open(service.uri());
                    JdkClient two = JdkClient.open(service.uri().resolve("/any/path?at=all"))) {
                for (String text : new String[] {"hello", "", "<b>\u00e4 \ud83d\ude00</b>\n", "x".repeat(65_536)}) {
                    one.send(text);
                    assertThat(one.next()).isEqualTo(text);
                    assertThat(two.next()).isEqualTo(text);
                }
            }
        }

        @Test
        void ignoresBinaryMessages() {
            try (Program service = Program.listening();
                    JdkClient one = JdkClient.open(service.uri());
                    JdkClient two = JdkClient.open(service.uri())) {
                one.send(new byte[] {(byte) 1, (byte) 2});
                one.send("after");
                assertThat(one.next()).isEqualTo("after");
                assertThat(two.next()).isEqualTo("after");
            }
        }

        @Test
        void closesAPeerThatSendsMoreThan64KiB() {
            try (Program service = Program.listening(); JdkClient peer = JdkClient.open(service.uri())) {
                peer.send("x".repeat(65_537));
                assertThat(peer.closed().code()).isEqualTo(1009);
            }
        }

        @Test
        void servesTheBuiltInPage() throws Exception {
            try (Program service = Program.listening()) {
                HttpResponse<String> page = get(service.pageUri());
                assertThat(page.statusCode()).isEqualTo(200);
                assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
                assertThat(page.body()).containsIgnoringCase("<!doctype html>");
            }
        }

        @Test
        void refusesPagesOfOtherHosts() {
            try (Program service = Program.listening()) {
                refuses(403, () -> JdkClient.openWith("Origin", "http://elsewhere.example", service.uri()));
                refuses(403, () -> JdkClient.openWith("Origin", "null", service.uri()));
            }
        }
    }

    @Nested
    class WithOptions {

        @Test
        void excludesTheSender() {
            try (Program service = Program.listening("--exclude-sender");
                    JdkClient one = JdkClient.open(service.uri());
                    JdkClient two = JdkClient.open(service.uri())) {
                one.send("from one");
                assertThat(two.next()).isEqualTo("from one");
                two.send("from two");
                assertThat(one.next()).isEqualTo("from two");
            }
        }

        @Test
        void relaysBinaryMessages() {
            try (Program service = Program.listening("--relay-binary");
                    JdkClient peer = JdkClient.open(service.uri())) {
                peer.send(new byte[] {0, (byte) 255, 7});
                assertThat(peer.nextBinary()).isEqualTo(new byte[] {0, (byte) 255, 7});
                peer.send("and text");
                assertThat(peer.next()).isEqualTo("and text");
            }
        }

        @Test
        void boundsMessagesElsewhere() {
            try (Program service = Program.listening("--max-message-bytes", "128KiB");
                    JdkClient peer = JdkClient.open(service.uri())) {
                String longest = "y".repeat(131_072);
                peer.send(longest);
                assertThat(peer.next()).isEqualTo(longest);
                peer.send(longest + "y");
                assertThat(peer.closed().code()).isEqualTo(1009);
            }
        }

        @Test
        void takesSettingsForSlowPeers() {
            try (Program service = Program.listening("--overflow", "skip", "--retention-messages", "100",
                    "--retention-bytes", "1MiB", "--stall-timeout=500ms");
                    JdkClient peer = JdkClient.open(service.uri())) {
                peer.send("still relayed");
                assertThat(peer.next()).isEqualTo("still relayed");
            }
        }

        @Test
        void replaysAndResumes() {
            try (Program service = Program.listening("--replay", "2", "--replay", "latest", "--conflate");
                    JdkClient peer = JdkClient.open(service.uri(), "broadcast.v1")) {
                String open = peer.next();
                for (String text : List.of("a", "b", "c")) {
                    peer.send(text);
                    assertThat(peer.next()).endsWith("\n\n" + text);
                }
                String epoch = open.substring(open.indexOf("id: ") + 4, open.indexOf("-0\n"));
                try (JdkClient late = JdkClient.open(service.uri().resolve("/?replay=9"))) {
                    assertThat(late.next()).isEqualTo("b");
                    assertThat(late.next()).isEqualTo("c");
                }
                URI after = service.uri().resolve("/?last_event_id=" + epoch + "-1");
                try (JdkClient back = JdkClient.open(after, "broadcast.v1")) {
                    assertThat(back.next()).contains("event: open", "recovered: true");
                    assertThat(back.next()).isEqualTo("id: " + epoch + "-2\n\nb");
                }
            }
        }

        @Test
        void tellsNoPositionsIfItIsNotTo() {
            try (Program service = Program.listening("--no-resume");
                    JdkClient peer = JdkClient.open(service.uri(), "broadcast.v1")) {
                assertThat(peer.subprotocol()).isEmpty();
                peer.send("plain");
                assertThat(peer.next()).isEqualTo("plain");
            }
        }

        @Test
        void listensOnOnePathOnly() {
            try (Program service = Program.listening("--path", "/chat")) {
                assertThat(service.uri()).hasPath("/chat");
                refuses(404, () -> JdkClient.open(service.uri().resolve("/other")));
                try (JdkClient peer = JdkClient.open(service.uri())) {
                    peer.send("on the path");
                    assertThat(peer.next()).isEqualTo("on the path");
                }
            }
        }

        @Test
        void listensOnOneAddressOnly() throws Exception {
            try (Program service = Program.listening("--host", "127.0.0.1", "--no-web")) {
                assertThat(service.uri()).hasHost("127.0.0.1");
                try (JdkClient peer = JdkClient.open(service.uri()); Socket other = new Socket()) {
                    peer.send("here");
                    assertThat(peer.next()).isEqualTo("here");
                    InetSocketAddress elsewhere = new InetSocketAddress("127.0.0.2", service.uri().getPort());
                    assertThatThrownBy(() -> other.connect(elsewhere)).isInstanceOf(ConnectException.class);
                }
            }
        }

        @Test
        void allowsSeveralOrigins() {
            try (Program service = Program.listening("--allow-origin", "null",
                    "--allow-origin", "https://app.example")) {
                for (String origin : new String[] {"null", "https://app.example"}) {
                    try (JdkClient peer = JdkClient.openWith("Origin", origin, service.uri())) {
                        peer.send(origin);
                        assertThat(peer.next()).isEqualTo(origin);
                    }
                }
                refuses(403, () -> JdkClient.openWith("Origin", "https://elsewhere.example", service.uri()));
            }
        }

        @ParameterizedTest
        @CsvSource({"[::1], ws://[::1]:%d/", "::1, ws://[::1]:%d/", "::, ws://localhost:%d/",
            "[::], ws://localhost:%d/"})
        void listensOnAnAddressOfVersion6(String host, String uri) {
            Ipv6.assumedFor(host);
            try (Program service = Program.listening("--no-web", "--host", host);
                    JdkClient peer = JdkClient.open(service.uri())) {
                assertThat(service.uri()).hasToString(String.format(uri, service.uri().getPort()));
                peer.send("over IPv6");
                assertThat(peer.next()).isEqualTo("over IPv6");
            }
        }

        @Test
        void endsAnIdleConnectionToThePage() throws Exception {
            try (Program service = Program.listening("--page-idle-timeout", "3s"); // it has asked by then
                    RawClient idle = RawClient.connect(service.pageUri().getPort())) {
                assertThat(idle.ask("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 200");
                assertThat(idle.readsEnd()).isTrue();
            }
        }

        @Test
        void servesAFolder(@TempDir Path folder) throws Exception {
            Files.writeString(folder.resolve("index.html"), "<!doctype html><title>ours</title>");
            try (Program service = Program.listening("--web-root", folder.toString())) {
                assertThat(get(service.pageUri()).body()).isEqualTo("<!doctype html><title>ours</title>");
                assertThat(get(service.pageUri().resolve("/missing.html")).statusCode()).isEqualTo(404);
            }
        }

        @Test
        void servesNoPage() {
            try (Program service = Program.listening("--no-web"); JdkClient peer = JdkClient.open(service.uri())) {
                peer.send("no page");
                assertThat(peer.next()).isEqualTo("no page");
                assertThat(service.out()).hasSize(1);
            }
        }

        @Test
        void servesThePageOnTheWebSocketPort() throws Exception {
            String port = Integer.toString(FreePort.find());
            try (Program service = Program.service("--port", port, "--web-port", port);
                    JdkClient peer = JdkClient.open(service.uri())) {
                assertThat(service.pageUri()).hasPort(Integer.parseInt(port));
                assertThat(get(service.pageUri()).body()).containsIgnoringCase("<!doctype html>");
                peer.send("same port");
                assertThat(peer.next()).isEqualTo("same port");
            }
        }
    }
}
