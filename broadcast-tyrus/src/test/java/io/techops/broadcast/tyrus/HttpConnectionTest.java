package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.QuietLog;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.tyrus.http.RequestHeadParserTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests on one connection: where each ends, which is the last, and what becomes of what stands behind it. */
@ExtendWith(QuietLog.class)
class HttpConnectionTest {

    static final String HOST = "Host: 127.0.0.1\r\n";
    static final String GET = "GET /a.txt HTTP/1.1\r\n" + HOST;
    static final String SECOND = "HEAD /second HTTP/1.1\r\n" + HOST + "\r\n";
    static final Pattern ANSWER = Pattern.compile("HTTP/1\\.1 (\\d+) ");
    static final int LARGE = 3_000_000;

    @TempDir
    static Path folder;
    private static BroadcastServer apart;
    private static BroadcastServer shared;

    @BeforeAll
    static void start() throws Exception {
        writePages(folder);
        apart = builder().pagePort(0).start();
        int port = FreePort.find();
        shared = builder().port(port).pagePort(port).start();
    }

    /** Writes a small page and a large one. */
    static void writePages(Path into) throws IOException {
        Files.writeString(into.resolve("a.txt"), "page");
        Files.writeString(into.resolve("large.txt"), "x".repeat(LARGE));
    }

    private static BroadcastServer.Builder builder() {
        return Wire.PLAIN.server().pages(Pages.folder(folder)).handshakeTimeout(Duration.ofMinutes(5))
                .pageIdleTimeout(Duration.ofMinutes(5));
    }

    @AfterAll
    static void stop() {
        apart.close(Duration.ZERO);
        shared.close(Duration.ZERO);
    }

    private static List<BroadcastServer> both() {
        return List.of(apart, shared);
    }

    /** {@return the statuses of all answers to what was sent, until the server ends the connection} */
    private static List<Integer> answers(BroadcastServer server, String sent) throws IOException {
        try (RawClient peer = RawClient.connect(server.pagePort())) {
            peer.sendAll(sent.getBytes(StandardCharsets.ISO_8859_1));
            return ANSWER.matcher(new String(peer.readAll(), StandardCharsets.ISO_8859_1)).results()
                    .map(result -> Integer.parseInt(result.group(1))).toList();
        }
    }

    // Bodies.

    static Stream<Arguments> bodies() {
        String chunked = "Transfer-Encoding: chunked\r\n\r\n";
        return Stream.of(
                Arguments.of("none", "\r\n", 2),
                Arguments.of("no byte", "Content-Length: 0\r\n\r\n", 2),
                Arguments.of("of a length", "Content-Length: 5\r\n\r\nhello", 2),
                Arguments.of("that is a request", "Content-Length: " + SECOND.length() + "\r\n\r\n" + SECOND, 2),
                Arguments.of("in chunks", chunked + "1\r\nZ\r\n0\r\n\r\n", 2),
                Arguments.of("in chunks, of which one is a request",
                        chunked + Integer.toHexString(SECOND.length()) + "\r\n" + SECOND + "\r\n0\r\n\r\n", 2),
                Arguments.of("with extensions and trailers", chunked + "1;a=\"b\"\r\nZ\r\n0;c\r\nX: y\r\n\r\n", 2),
                Arguments.of("with bytes behind a chunk", chunked + "1\r\nZAAAA\r\n0\r\n\r\n", 1),
                Arguments.of("without the size of a chunk", chunked + "\r\n\r\n", 1),
                Arguments.of("with a space behind a size", chunked + "1 \r\nZ\r\n0\r\n\r\n", 1),
                Arguments.of("with lines that end with LF", chunked + "1\nZ\n0\n\n", 1),
                Arguments.of("with a size of the other notation", chunked + "0x1\r\nZ\r\n0\r\n\r\n", 1),
                Arguments.of("with an endless size", chunked + "FFFFFFFFFFFFFFFF\r\nZ\r\n0\r\n\r\n", 1),
                Arguments.of("with a trailer that is none", chunked + "0\r\nno colon\r\n\r\n", 1),
                Arguments.of("that is too long", "Content-Length: 70000\r\n\r\n" + "x".repeat(70_000), 1),
                Arguments.of("that is too long, and more", "Content-Length: 70000\r\n\r\n" + "x".repeat(300_000), 1),
                Arguments.of("with too many chunks", chunked + "1\r\nx\r\n".repeat(20_000) + "0\r\n\r\n", 1),
                Arguments.of("that waits for leave", "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello", 1));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("bodies")
    void aBodyIsNeverTakenForARequest(String what, String body, int count) throws Exception {
        for (String method : List.of("POST", "GET")) {
            for (BroadcastServer server : both()) {
                String first = method + " /a.txt HTTP/1.1\r\n" + HOST + body;
                assertThat(answers(server, first + SECOND.replace(HOST, HOST + "Connection: close\r\n")))
                        .as(method).hasSize(count).startsWith(method.equals("GET") ? 200 : 405);
            }
        }
    }

    @Test
    void aBodyMayComeAfterTheAnswer() throws Exception {
        try (RawClient peer = RawClient.connect(apart.pagePort())) {
            assertThat(peer.ask("POST / HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n1\r"))
                    .contains(" 405 ");
            peer.readBody();
            peer.send("\nZ\r\n0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            assertThat(peer.ask(GET + "\r\n")).startsWith("HTTP/1.1 200 ");
            assertThat(peer.readBody()).isEqualTo("page");
        }
    }

    @Test
    void aClientThatWaitsForLeaveToSendIsAnsweredAtOnce() throws Exception {
        try (RawClient peer = RawClient.connect(apart.pagePort())) {
            assertThat(peer.ask("POST / HTTP/1.1\r\n" + HOST + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"))
                    .startsWith("HTTP/1.1 405 ").contains("Connection: close\r\n");
        }
    }

    // The last request.

    @ParameterizedTest
    @ValueSource(strings = {"Connection: close", "Connection: TE, close", "Connection: close, TE",
        "Connection: TE\r\nConnection: close", "connection: CLOSE", "Connection: keep-alive, ,close,"})
    void closeIsOneOfAList(String lines) throws Exception {
        for (BroadcastServer server : both()) {
            try (RawClient peer = RawClient.connect(server.pagePort())) {
                assertThat(peer.ask(GET + lines + "\r\n\r\n")).startsWith("HTTP/1.1 200 ")
                        .contains("Connection: close\r\n", "Date: ");
                assertThat(peer.readBody()).isEqualTo("page");
                assertThat(peer.readsEnd()).isTrue();
            }
        }
    }

    @Test
    void theOldVersionClosesUnlessItAsksForMore() throws Exception {
        String old = "GET /a.txt HTTP/1.0\r\n";
        assertThat(answers(apart, old + "\r\n" + SECOND)).containsExactly(200);
        assertThat(answers(apart, old + "Connection: keep-alive\r\n\r\n" + old + "\r\n")).containsExactly(200, 200);
        try (RawClient peer = RawClient.connect(apart.pagePort())) {
            assertThat(peer.ask(old + "Connection: TE, Keep-Alive\r\n\r\n")).contains("Connection: keep-alive\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /a.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", "CONNECT h:80 HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nX : y\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\nhello"})
    void whatStandsBehindTheLastRequestIsNotLookedAt(String request) throws Exception {
        for (BroadcastServer server : both()) {
            assertThat(answers(server, request + SECOND.repeat(500))).hasSize(1);
        }
    }

    @Test
    void whatStandsBehindARefusedHandshakeIsNotLookedAt() throws Exception {
        for (String refused : List.of(RawClient.handshake("/").replace(": 13", ": 8"),
                RawClient.handshake("/", "Origin: http://evil.example"), RawClient.handshake("/",
                        "Content-Length: 3"))) {
            assertThat(answers(shared, refused + SECOND.repeat(500))).hasSize(1);
        }
    }

    @Test
    void requestsMayComeAllAtOnceAndAreAnsweredInTheirOrder() throws Exception {
        int count = 2_000;
        StringBuilder sent = new StringBuilder();
        for (int i = 0; i < count; i++) {
            sent.append(i % 2 == 0 ? GET + "\r\n" : SECOND);
        }
        for (BroadcastServer server : both()) {
            List<Integer> answers = answers(server, sent + GET + "Connection: close\r\n\r\n");
            assertThat(answers).hasSize(count + 1);
            assertThat(answers.subList(0, 4)).containsExactly(200, 404, 200, 404);
        }
    }

    @Test
    void aHandshakeMayStandBehindARequestForAPage() throws Exception {
        try (RawClient peer = RawClient.connect(shared.port())) {
            assertThat(peer.ask(GET + "\r\n" + RawClient.handshake("/"))).startsWith("HTTP/1.1 200 ");
            assertThat(peer.readBody()).isEqualTo("page");
            assertThat(peer.readHead()).startsWith("HTTP/1.1 101 ");
            peer.sendText("in");
            assertThat(peer.readText()).isEqualTo("in");
        }
    }

    @Test
    void aHandshakeOnAConnectionThatWasIdleHasTheTimeOfAHandshake() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Decision> decision = new CompletableFuture<>();
        int port = FreePort.find();
        try (BroadcastServer server = builder().port(port).pagePort(port)
                .pageIdleTimeout(Duration.ofSeconds(5)).handshakePolicy(request -> {
                    asked.countDown();
                    return decision.join();
                }).start();
                RawClient peer = RawClient.connect(server.port());
                RawClient idle = RawClient.connect(port)) {
            assertThat(server.pagePort()).isEqualTo(port);
            assertThat(peer.ask(GET + "\r\n")).startsWith("HTTP/1.1 200 ");
            assertThat(peer.readBody()).isEqualTo("page");
            peer.send(RawClient.handshake("/").getBytes(StandardCharsets.ISO_8859_1));
            asked.await();
            assertThat(idle.ask(GET + "\r\n")).startsWith("HTTP/1.1 200 ");
            idle.readAll(); // until it was idle for so long that it is closed, as the other one must not be
            decision.complete(Decision.accept());
            assertThat(peer.readHead()).startsWith("HTTP/1.1 101 ");
        }
    }

    @Test
    void aClientThatHasSaidAllGetsItsAnswers() throws Exception {
        for (BroadcastServer server : both()) {
            try (RawClient peer = RawClient.connect(server.pagePort())) {
                peer.send((GET + "\r\n" + GET.replace("a.txt", "large.txt") + "\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
                peer.socket().shutdownOutput();
                peer.readHead();
                assertThat(peer.readBody()).isEqualTo("page");
                peer.readHead();
                assertThat(peer.readBody()).hasSize(LARGE);
                assertThat(peer.readsEnd()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Upgrade: h2c", "Upgrade: h2c, TLS/1.0\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA"})
    void anOfferToUpgradeToSomethingElseIsIgnored(String offer) throws Exception {
        for (BroadcastServer server : both()) {
            try (RawClient peer = RawClient.connect(server.pagePort())) {
                for (int i = 0; i < 2; i++) {
                    assertThat(peer.ask(GET + "Connection: Upgrade, HTTP2-Settings\r\n" + offer + "\r\n\r\n"))
                            .startsWith("HTTP/1.1 200 ").contains("Content-Type: text/plain; charset=utf-8\r\n");
                    assertThat(peer.readBody()).isEqualTo("page");
                }
            }
        }
    }

    @Test
    void onAPortThatHasPagesAloneAHandshakeIsARequestForAPage() throws Exception {
        try (RawClient peer = RawClient.connect(apart.pagePort())) {
            assertThat(peer.ask(RawClient.handshake("/a.txt"))).startsWith("HTTP/1.1 200 ");
            assertThat(peer.readBody()).isEqualTo("page");
        }
    }

    // Anything.

    /** Whatever comes, a connection of the WebSocket port gives one answer at most, and pages none too many. */
    @ParameterizedTest
    @EnumSource(Wire.class)
    void aRequestThatWasChangedOnItsWayIsAnsweredOnceAtMost(Wire wire) throws Exception {
        String good = RawClient.handshake("/", "Sec-WebSocket-Protocol: chat");
        try (BroadcastServer server = wire.server().handshakeTimeout(Duration.ofMinutes(5)).start()) {
            for (int seed = 0; seed < (wire == Wire.PLAIN ? 1_000 : 100); seed++) {
                String sent = RequestHeadParserTest.mutated(good, new Random(seed));
                try (RawClient peer = wire.connect(server)) {
                    peer.send((sent + SECOND).getBytes(StandardCharsets.ISO_8859_1));
                    String answer = peer.readHead();
                    assertThat(answer).as("seed %s", seed).matches("(?s)HTTP/1\\.1 (101|4\\d\\d|50[135]) .*");
                    if (!answer.startsWith("HTTP/1.1 101 ")) {
                        assertThat(new String(peer.readAll(), StandardCharsets.ISO_8859_1)).as("seed %s", seed)
                                .doesNotContain("HTTP/1.1 ");
                    }
                }
            }
        }
    }
}
