package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.testing.RawClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class HandshakeTest {

    /** A test waits for its end, and on a busy machine another handshake is done in time, too. */
    private static final Duration SHORT = Duration.ofSeconds(5);

    private static final String GOOD = RawClient.handshake("/live");
    private static final String KEY = "Sec-WebSocket-Key: " + RawClient.KEY + "\r\n";
    private static final String VERSION = "Sec-WebSocket-Version: 13\r\n";

    private static BroadcastServer server;

    @BeforeAll
    static void start() {
        server = Wire.PLAIN.server().path("/live").start();
    }

    @AfterAll
    static void stop() {
        server.close(Duration.ZERO);
    }

    private static String with(String header) {
        return GOOD.replace("\r\n\r\n", "\r\n" + header + "\r\n\r\n");
    }

    private static String without(String line) {
        assertThat(GOOD).contains(line);
        return GOOD.replace(line, "");
    }

    private static Arguments request(String what, String request, int status) {
        return Arguments.of(what, request, status);
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                request("as it should be", GOOD, 101),
                request("the header names in lower case", GOOD.replace("Upgrade:", "upgrade:").replace("Host:", "host:")
                        .replace("Connection:", "connection:").replace("Sec-WebSocket-", "sec-websocket-"), 101),
                request("the upgrade token in capitals", GOOD.replace("websocket\r", "WEBSOCKET\r"), 101),
                request("several connection tokens", GOOD.replace("n: Upgrade", "n: keep-alive, upgrade"), 101),
                request("a query", GOOD.replace("/live", "/live?token=1"), 101),
                request("subprotocols, none of which is spoken", with("Sec-WebSocket-Protocol: chat, mqtt"), 101),
                request("a hundred subprotocols", with("Sec-WebSocket-Protocol: a" + ",b".repeat(99)), 101),
                request("a hundred and one subprotocols", with("Sec-WebSocket-Protocol: a" + ",b".repeat(100)), 400),
                request("thousands of subprotocols", with("Sec-WebSocket-Protocol: a" + ",b".repeat(7_900)), 400),
                request("extensions, none of which is spoken",
                        with("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"), 101),
                request("a POST", GOOD.replace("GET", "POST"), 405),
                request("a HEAD", GOOD.replace("GET", "HEAD"), 405),
                request("HTTP/1.0", GOOD.replace("HTTP/1.1", "HTTP/1.0"), 400),
                request("no Host", without("Host: 127.0.0.1\r\n"), 400),
                request("two Hosts", with("Host: elsewhere"), 400),
                request("an empty Host", GOOD.replace("Host: 127.0.0.1", "Host: "), 400),
                request("no key", without(KEY), 400),
                request("a short key", GOOD.replace(RawClient.KEY, "c2hvcnQ="), 400),
                request("a long key", GOOD.replace(RawClient.KEY, "dGhlIHNhbXBsZSBub25jZSB0aGF0IGlzIGxvbmc="), 400),
                request("a key that is not base64", GOOD.replace(RawClient.KEY, "!!!!!!!!!!!!!!!!!!!!!!=="), 400),
                request("a key without its padding", GOOD.replace(RawClient.KEY, "dGhlIHNhbXBsZSBub25jZQ"), 400),
                request("two keys", with("Sec-WebSocket-Key: " + RawClient.KEY), 400),
                request("no Connection", without("Connection: Upgrade\r\n"), 400),
                request("a Connection that keeps alive", GOOD.replace("n: Upgrade", "n: keep-alive"), 400),
                request("no version", without(VERSION), 426),
                request("version 8", GOOD.replace("Version: 13", "Version: 8"), 426),
                request("version 0", GOOD.replace("Version: 13", "Version: 0"), 426),
                request("two versions", with("Sec-WebSocket-Version: 8"), 426),
                request("a version in words", GOOD.replace("Version: 13", "Version: thirteen"), 426),
                request("a body", with("Content-Length: 5") + "hello", 400),
                request("a chunked body", with("Transfer-Encoding: chunked") + "0\r\n\r\n", 400),
                request("another path", GOOD.replace("/live", "/dead"), 404),
                request("a longer path", GOOD.replace("/live", "/live/x"), 404),
                request("the path in capitals", GOOD.replace("/live", "/LIVE"), 404),
                request("no upgrade at all", "GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 426),
                request("another upgrade", GOOD.replace("websocket\r", "h2c\r"), 426));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("requests")
    void aRequestIsAnsweredWith(String what, String request, int status) throws Exception {
        try (RawClient peer = RawClient.connect(server.port())) {
            String answer = peer.ask(request);
            assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
            if (status == 101) {
                // The key and the answer that RFC 6455 section 1.3 has as its example.
                assertThat(answer).containsIgnoringCase("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                        .containsIgnoringCase("Upgrade: websocket\r\n").containsIgnoringCase("Connection: Upgrade\r\n")
                        .doesNotContainIgnoringCase("Sec-WebSocket-Protocol")
                        .doesNotContainIgnoringCase("Sec-WebSocket-Extensions");
                peer.sendText("in");
                assertThat(peer.readText()).isEqualTo("in");
            } else {
                assertThat(peer.readsEnd()).isTrue();
                await().untilAsserted(() -> assertThat(server.hub().peers()).isEmpty());
            }
            if (status == 426) {
                assertThat(answer).containsIgnoringCase("Sec-WebSocket-Version: 13\r\n")
                        .containsIgnoringCase("Upgrade: websocket\r\n");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void theHandshakeOf2010IsToldWhichVersionIsSpokenAndCanReadIt(Wire wire) throws Exception {
        String hixie76 = "GET /live HTTP/1.1\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nHost: 127.0.0.1\r\n"
                + "Origin: http://127.0.0.1\r\nSec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\n"
                + "Sec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\n\r\n^n:ds[4U";
        try (BroadcastServer own = wire.server().start(); RawClient peer = wire.connect(own)) {
            String answer = peer.ask(hixie76);
            assertThat(answer).startsWith("HTTP/1.1 426 ").contains("Sec-WebSocket-Version: 13\r\n",
                    "Connection: Upgrade\r\n");
            assertThat(peer.readBody()).contains("version 13");
            assertThat(peer.readsEnd()).isTrue();
            assertThat(own.hub().stats().registrations()).isZero();
        }
    }

    @Test
    void anAnswerIsReadableAlsoByAClientThatGoesOnSending() throws Exception {
        try (RawClient peer = RawClient.connect(server.port())) {
            peer.sendAll((GOOD.replace("Version: 13", "Version: 7") + "x".repeat(300_000))
                    .getBytes(StandardCharsets.ISO_8859_1));
            assertThat(peer.readHead()).startsWith("HTTP/1.1 426 ");
            assertThat(peer.readBody()).contains("version 13");
        }
    }

    @Test
    void aPlainRequestIsToldWhatThePortSpeaks() throws Exception {
        try (RawClient peer = RawClient.connect(server.port())) {
            assertThat(peer.ask("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")).contains("nosniff");
            assertThat(peer.readBody()).contains("WebSocket").contains("ws://");
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void garbageEndsTheConnectionAndNothingElse(Wire wire) throws Exception {
        byte[] garbage = new byte[4_000];
        for (int i = 0; i < garbage.length; i++) {
            garbage[i] = (byte) (i * 31 + 128);
        }
        try (BroadcastServer own = wire.server().start();
                RawClient peer = RawClient.connect(own.port());
                RawClient good = wire.open(own)) {
            peer.send(garbage);
            assertThat(peer.readsEnd()).isTrue();
            good.sendText("undisturbed");
            assertThat(good.readText()).isEqualTo("undisturbed");
        }
    }

    @Test
    void moreThan16KibOfHeadersAreRefusedWith431() throws Exception {
        try (RawClient peer = RawClient.connect(server.port())) {
            StringBuilder headers = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                headers.append("X-Filler-").append(i).append(": ").append("f".repeat(100)).append("\r\n");
            }
            assertThat(peer.ask(with(headers + "X: y"))).startsWith("HTTP/1.1 431 ");
            assertThat(peer.readsEnd()).isTrue();
        }
    }

    @Nested
    class InTime {

        @ParameterizedTest
        @EnumSource(Wire.class)
        void aConnectionThatSaysNothingIsCut(Wire wire) throws Exception {
            try (BroadcastServer own = wire.server().handshakeTimeout(Duration.ofMillis(300)).start();
                    RawClient peer = RawClient.connect(own.port())) {
                assertThat(peer.readsEnd()).isTrue();
            }
        }

        @Test
        void aTlsHandshakeThatStallsIsCut() throws Exception {
            try (BroadcastServer own = Wire.TLS.server().handshakeTimeout(SHORT).start();
                    RawClient stalled = RawClient.connect(own.port());
                    RawClient trickling = RawClient.connect(own.port());
                    RawClient good = Wire.TLS.open(own)) {
                byte[] hello = {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xFC, 3, 3}; // the rest of the record never comes
                stalled.send(hello);
                trickling.send(hello);
                await().pollInterval(Duration.ofMillis(100)).until(() -> { // the record has room for a minute of it
                    try {
                        trickling.send(new byte[] {1});
                        return false;
                    } catch (java.io.IOException e) {
                        return true;
                    }
                });
                assertThat(stalled.readsEnd()).isTrue();
                assertThat(own.hub().stats().refusals(RefusalCause.TIMEOUT)).isEqualTo(2);
                good.sendText("undisturbed");
                assertThat(good.readText()).isEqualTo("undisturbed");
            }
        }

        @Test
        void aRequestForAPageIsCutTooIfItIsNotComplete(@TempDir Path folder) throws Exception {
            Files.writeString(folder.resolve("index.html"), "page");
            Wire.atOnce(wire -> {
                try (BroadcastServer own = wire.server().handshakeTimeout(SHORT).pages(Pages.folder(folder))
                                .pagePort(0).start();
                        RawClient silent = RawClient.connect(own.pagePort());
                        RawClient second = wire.connectTo(own.pagePort())) {
                    assertThat(second.ask("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")).startsWith("HTTP/1.1 200 ");
                    assertThat(second.readBody()).isEqualTo("page");
                    second.send("GET / HT".getBytes(StandardCharsets.US_ASCII));
                    assertThat(second.readsEnd()).isTrue();
                    assertThat(silent.readsEnd()).isTrue();
                }
            });
        }

        @Test
        void aConnectionThatTricklesIsCut() throws Exception {
            try (BroadcastServer own = Wire.PLAIN.server().handshakeTimeout(Duration.ofMillis(500)).start();
                    RawClient peer = RawClient.connect(own.port())) {
                peer.send("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ".getBytes(StandardCharsets.ISO_8859_1));
                await().pollInterval(Duration.ofMillis(20)).until(() -> {
                    try {
                        peer.send(new byte[] {'x'});
                        return false;
                    } catch (java.io.IOException e) {
                        return true;
                    }
                });
            }
        }

        @Test
        void aConnectionThatIsUpIsNotCut() throws Exception {
            Wire.atOnce(wire -> {
                try (BroadcastServer own = wire.server().handshakeTimeout(SHORT).start();
                        RawClient peer = wire.open(own);
                        RawClient silent = RawClient.connect(own.port())) {
                    assertThat(silent.readsEnd()).as("the timeout is over").isTrue();
                    peer.sendText("still up");
                    assertThat(peer.readText()).isEqualTo("still up");
                }
            });
        }
    }
}
