package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Position;
import io.techops.broadcast.Retention;
import io.techops.broadcast.Topics;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testkit.MemoryBackplane;
import io.techops.broadcast.testkit.VirtualTimer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Publishing over HTTP (RFC 9110, RFC 6750, RFC 8030 section 5.2). */
class PublishingTest {

    private static final String TOKEN = "k-2.Y_z~+/==";
    private static final String HOST = "Host: 127.0.0.1\r\n";
    private static final String BEARER = "Authorization: Bearer " + TOKEN + "\r\n";
    private static final String TEXT = "Content-Type: text/plain\r\n";
    private static final String POST = "POST /live HTTP/1.1\r\n" + HOST;
    private static final String GOOD = POST + BEARER + TEXT;

    private static BroadcastServer.Builder server(Wire wire) {
        return wire.server().path("/live").publishers(Publishers.token(TOKEN)).handshakeTimeout(Duration.ofMinutes(5));
    }

    private static String length(String body) {
        return "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    private static void send(RawClient client, String request) throws IOException {
        client.sendAll(request.getBytes(StandardCharsets.UTF_8));
    }

    private static String answer(RawClient client, String request) throws IOException {
        send(client, request);
        String head = client.readHead();
        return head + (head.contains("Content-Length") ? client.readBody() : "");
    }

    private static String id(String answer) {
        assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").contains("\r\nContent-Type: application/json\r\n");
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        assertThat(body).matches("\\{\"id\":\"[0-9a-z]{8,32}-\\d+\"}");
        return body.substring(7, body.length() - 2);
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aMessageReachesEveryPeerAndItsPositionIsTheAnswer(Wire wire) throws Exception {
        try (BroadcastServer server = server(wire).start(); RawClient peer = wire.open(server);
                RawClient client = wire.connect(server)) {
            String first = id(answer(client, GOOD + length("grüße\r\nzwei")));
            assertThat(peer.readText()).isEqualTo("grüße\r\nzwei");
            assertThat(Position.parse(first).sequence()).isEqualTo(1);
            String second = id(answer(client, POST + BEARER + "Content-Type: Application/JSON;Charset=\"UTF-8\"\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4;x=y\r\n\":1}\r\n0\r\nTrailer: t\r\n\r\n"));
            assertThat(peer.readText()).isEqualTo("{\"a\":1}");
            assertThat(Position.parse(second)).isEqualTo(Position.parse(first).at(2));
            id(answer(client, POST + BEARER + "Content-Type: application/octet-stream\r\n" + length("\0\1")));
            RawClient.Frame binary = peer.read();
            assertThat(binary.first()).isEqualTo(0x82);
            assertThat(binary.payload()).containsExactly(0, 1);
            id(answer(client, GOOD + "\r\n"));
            assertThat(peer.readText()).as("a body that is empty").isEmpty();
        }
    }

    @Test
    void aBackplaneThatDoesNotAnswerInTimeLeavesItOpenAndTheClientIsToldSo() throws Exception {
        try (MemoryBackplane backplane = new MemoryBackplane();
                BroadcastHub hub = BroadcastHub.builder().backplane(backplane).build();
                BroadcastServer server = server(Wire.PLAIN).hub(hub).start();
                RawClient client = Wire.PLAIN.connect(server)) {
            id(answer(client, GOOD + length("before")));
            backplane.standStill();
            assertThat(answer(client, GOOD + length("in doubt"))).startsWith("HTTP/1.1 504 ");
            backplane.goOn();
            await().until(() -> hub.stats().messages() == 2);
            id(answer(client, GOOD + length("after")));
        }
    }

    @Test
    void aClientOfTheJdkCanPublish() throws Exception {
        try (BroadcastServer server = server(Wire.PLAIN).start(); RawClient peer = Wire.PLAIN.open(server)) {
            HttpClient client = HttpClient.newHttpClient();
            for (String text : List.of("one", "two")) {
                HttpResponse<String> answer = client.send(HttpRequest
                        .newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/live"))
                        .header("Authorization", "bearer " + TOKEN).header("Content-Type", "text/plain")
                        .expectContinue(text.equals("two")).POST(HttpRequest.BodyPublishers.ofString(text)).build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(peer.readText()).isEqualTo(text);
            }
        }
    }

    @Test
    void aClientThatWaitsForLeaveGetsItOnceEverythingElseIsInOrder() throws Exception {
        try (BroadcastServer server = server(Wire.PLAIN).start(); RawClient client = Wire.PLAIN.connect(server)) {
            String expect = "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n";
            assertThat(client.ask(GOOD + expect)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            id(answer(client, "hello"));
            assertThat(client.ask(GOOD + expect)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            id(answer(client, "again"));
            assertThat(client.ask(POST + TEXT + expect)).startsWith("HTTP/1.1 401 ").contains("Connection: close\r\n");
        }
    }

    @Test
    void requestsMayComeAllAtOnceAndAreAnsweredInTheirOrder() throws Exception {
        try (BroadcastServer server = server(Wire.PLAIN).start(); RawClient peer = Wire.PLAIN.open(server);
                RawClient client = Wire.PLAIN.connect(server)) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 300; i++) {
                all.append(GOOD).append(length("message " + i));
            }
            send(client, all.toString());
            for (int i = 0; i < 300; i++) {
                assertThat(peer.readText()).isEqualTo("message " + i);
                assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
                assertThat(Position.parse(client.readBody().substring(7).replace("\"}", "")).sequence())
                        .isEqualTo(i + 1);
            }
            assertThat(client.ask("GET /live HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 426 ");
        }
    }

    @Test
    void theOldVersionOfHttpCanPublish() throws Exception {
        try (BroadcastServer server = server(Wire.PLAIN).start(); RawClient client = Wire.PLAIN.connect(server)) {
            String answer = answer(client, (GOOD + length("old")).replace("HTTP/1.1", "HTTP/1.0"));
            assertThat(answer).contains("Connection: close\r\n");
            id(answer);
            assertThat(client.readsEnd()).isTrue();
        }
    }

    static Stream<Arguments> refused() {
        String sent = length("hello");
        String json = "Content-Type: application/json\r\n";
        return Stream.of(
                Arguments.of(401, "realm=\"publish\"\r\n", POST + TEXT + sent),
                Arguments.of(401, "realm=\"publish\"\r\n", POST + TEXT + "Authorization: Basic dTpw\r\n" + sent),
                Arguments.of(401, "error=\"invalid_token\"\r\n", POST + TEXT + "Authorization: Bearer x\r\n" + sent),
                Arguments.of(401, "error=\"invalid_token\"\r\n",
                        POST + TEXT + BEARER.replace("==", "=") + sent),
                Arguments.of(400, "", POST + TEXT + "Authorization: Bearer\r\n" + sent),
                Arguments.of(400, "", POST + TEXT + "Authorization: Bearer a b\r\n" + sent),
                Arguments.of(400, "", POST + TEXT + BEARER + BEARER + sent),
                Arguments.of(415, "Accept: text/*, ", POST + BEARER + sent),
                Arguments.of(415, "", POST + BEARER + TEXT + json + sent),
                Arguments.of(415, "", POST + BEARER + "Content-Type: application/x-www-form-urlencoded\r\n" + sent),
                Arguments.of(415, "", POST + BEARER + "Content-Type: text\r\n" + sent),
                Arguments.of(415, "", POST + BEARER + "Content-Type: text/plain; charset=iso-8859-1\r\n" + sent),
                Arguments.of(415, "",
                        POST + BEARER + "Content-Type: application/json;a=b; charset = latin1\r\n" + sent),
                Arguments.of(415, "", GOOD + "Content-Encoding: gzip\r\n" + sent),
                Arguments.of(400, "", GOOD + "TTL: soon\r\n" + sent),
                Arguments.of(400, "", GOOD + "TTL: -1\r\n" + sent),
                Arguments.of(400, "", GOOD + "TTL:\r\n" + sent),
                Arguments.of(400, "", GOOD + "TTL: 1\r\nTTL: 1\r\n" + sent),
                Arguments.of(400, "", GOOD + "Message-Key:\r\n" + sent),
                Arguments.of(400, "", GOOD + "Message-Key: a\tb\r\n" + sent),
                Arguments.of(400, "", GOOD + "Message-Key: " + "x".repeat(257) + "\r\n" + sent),
                Arguments.of(413, "", GOOD + length("x".repeat(1_001))),
                Arguments.of(404, "", GOOD.replace("/live", "/other") + sent),
                Arguments.of(400, "", GOOD.replace("/live", "/%ZZ") + sent),
                Arguments.of(405, "Allow: GET, POST, OPTIONS\r\n", GOOD.replace("POST", "PUT") + sent));
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("refused")
    void whatIsNotInOrderIsRefusedWithASentenceAndTheConnectionGoesOn(int status, String header, String request)
            throws Exception {
        try (LogCatch log = new LogCatch();
                BroadcastServer server = server(Wire.PLAIN).maxMessageBytes(1_000).start();
                RawClient peer = Wire.PLAIN.open(server); RawClient client = Wire.PLAIN.connect(server)) {
            String answer = answer(client, request);
            assertThat(answer).startsWith("HTTP/1.1 " + status + " ").contains(header)
                    .contains("Content-Type: text/plain; charset=utf-8\r\n");
            assertThat(answer.substring(answer.indexOf("\r\n\r\n") + 4)).matches("[A-Z].{10,}\\.\n");
            id(answer(client, GOOD + length("good")));
            assertThat(peer.readText()).isEqualTo("good");
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void aTextThatIsNotUtf8IsRefused() throws Exception {
        try (BroadcastServer server = server(Wire.PLAIN).start(); RawClient client = Wire.PLAIN.connect(server)) {
            client.send((GOOD + "Content-Length: 2\r\n\r\nö").getBytes(StandardCharsets.ISO_8859_1));
            client.send(new byte[] {'x'});
            assertThat(client.readHead()).startsWith("HTTP/1.1 400 ");
            assertThat(client.readBody()).isEqualTo("The text is not UTF-8.\n");
        }
    }

    @Test
    void aBodyThatTurnsOutToBeTooLongOrBrokenEndsTheConnection() throws Exception {
        String chunked = GOOD + "Transfer-Encoding: chunked\r\n\r\n";
        try (BroadcastServer server = server(Wire.PLAIN).maxMessageBytes(1_000).start()) {
            for (String sent : List.of(chunked + "3e9\r\n" + "x".repeat(1_001) + "\r\n0\r\n\r\n",
                    chunked + "1f4\r\n" + "x".repeat(500) + "\r\n1f5\r\n" + "x".repeat(501),
                    GOOD + length("x".repeat(100_000)),
                    chunked + "3e9\r\n" + "x".repeat(700_000))) {
                try (RawClient client = Wire.PLAIN.connect(server)) {
                    assertThat(answer(client, sent)).startsWith("HTTP/1.1 413 ").contains("Connection: close\r\n",
                            "at most 1000 bytes (maxMessageBytes)");
                    assertThat(client.readsEnd()).isTrue();
                }
            }
            for (String sent : List.of("no size\r\n", "1\r\nxyz\r\n", "1\r\nx\r\n".repeat(20_000))) {
                try (RawClient client = Wire.PLAIN.connect(server)) {
                    assertThat(answer(client, chunked + sent)).matches("(?s)HTTP/1\\.1 4(00|13) .*");
                    assertThat(client.readsEnd()).isTrue();
                }
            }
            assertThat(server.hub().stats().messages()).isZero();
        }
    }

    @Test
    void aMessageThatIsLargerThanTheWholeLogIsRefused() throws Exception {
        BroadcastHub hub = BroadcastHub.builder().retention(Retention.of(10, 100)).build();
        try (BroadcastServer server = server(Wire.PLAIN).hub(hub).start();
                RawClient client = Wire.PLAIN.connect(server)) {
            assertThat(answer(client, GOOD + length("x".repeat(200)))).startsWith("HTTP/1.1 413 ");
            id(answer(client, GOOD + length("x")));
        }
    }

    @Test
    void aBodyThatIsSlowIsCut() throws Exception {
        try (BroadcastServer server = server(Wire.PLAIN).handshakeTimeout(Duration.ofMillis(300)).start();
                RawClient client = Wire.PLAIN.connect(server)) {
            send(client, GOOD + "Content-Length: 5\r\n\r\nhell");
            assertThat(client.readAll()).isEmpty();
            assertThat(server.hub().stats().messages()).isZero();
        }
    }

    @Test
    void whoGoesBeforeTheBodyIsWholePublishesNothing() throws Exception {
        try (BroadcastServer server = server(Wire.PLAIN).start()) {
            for (String sent : List.of("Content-Length: 5\r\n\r\nhell",
                    "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n")) {
                RawClient client = Wire.PLAIN.connect(server);
                send(client, GOOD + sent);
                client.close();
            }
            try (RawClient client = Wire.PLAIN.connect(server)) {
                assertThat(Position.parse(id(answer(client, GOOD + length("x")))).sequence()).isOne();
            }
        }
    }

    @Test
    void theMessagePolicyIsForPeersAndNotForTheApplication() throws Exception {
        BroadcastHub hub = BroadcastHub.builder().policy(MessagePolicy.nothing()).build();
        try (BroadcastServer server = server(Wire.PLAIN).hub(hub).start(); RawClient peer = Wire.PLAIN.open(server);
                RawClient client = Wire.PLAIN.connect(server)) {
            peer.sendText("ignored");
            id(answer(client, GOOD + length("published")));
            assertThat(peer.readText()).isEqualTo("published");
        }
    }

    @Test
    void keyAndTimeToLiveAreTaken() throws Exception {
        try (BroadcastServer server = server(Wire.PLAIN).start(); RawClient client = Wire.PLAIN.connect(server)) {
            String options = "Message-Key: Grüße 1\r\nTTL: ";
            assertThat(answer(client, GOOD + options + "60\r\n" + length("x"))).contains("\r\nTTL: 60\r\n");
            assertThat(answer(client, GOOD + options + "0\r\n" + length("x"))).startsWith("HTTP/1.1 200 ");
            assertThat(answer(client, GOOD + options + "9".repeat(40) + "\r\n" + length("x")))
                    .contains("\r\nTTL: 31536000\r\n");
        }
    }

    @Nested
    class ASaturatedHub {

        private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

        @Test
        void answers503AndWhatWasRefusedNeverAppears() throws Exception {
            BroadcastHub hub = BroadcastHub.builder().retention(Retention.of(3, 1_000)).executor(tasks::add).shards(1)
                    .build();
            try (BroadcastServer server = server(Wire.PLAIN).hub(hub).start();
                    RawClient peer = Wire.PLAIN.open(server); RawClient client = Wire.PLAIN.connect(server);
                    RawClient other = Wire.PLAIN.connect(server)) {
                for (int i = 0; i < 3; i++) {
                    id(answer(client, GOOD + length("kept " + i)));
                }
                send(other, GOOD + length("refused, too"));
                String answer = answer(client, GOOD + length("refused"));
                assertThat(answer).startsWith("HTTP/1.1 503 ").contains("\r\nRetry-After: 1\r\n")
                        .endsWith("not published.\n").doesNotContain("Connection: close");
                assertThat(other.readHead()).startsWith("HTTP/1.1 503 ");
                work();
                assertThat(Position.parse(id(answer(client, GOOD + length("kept 3")))).sequence()).isEqualTo(4);
                work();
                for (int i = 0; i < 4; i++) {
                    assertThat(peer.readText()).isEqualTo("kept " + i);
                }
                server.hub().shutdown(Duration.ZERO);
                await().until(() -> {
                    work();
                    return server.hub().peers().isEmpty();
                });
            }
        }

        @Test
        void takesTheMessageIfThereIsRoomInTime() throws Exception {
            BroadcastHub hub = BroadcastHub.builder().retention(Retention.of(3, 1_000)).executor(tasks::add).shards(1)
                    .timer(new VirtualTimer()).build(); // the message waits for as long as it takes
            try (BroadcastServer server = server(Wire.PLAIN).hub(hub).start();
                    RawClient peer = Wire.PLAIN.open(server); RawClient client = Wire.PLAIN.connect(server)) {
                for (int i = 0; i < 3; i++) {
                    hub.broadcast("kept " + i);
                }
                long waits = hub.stats().waits();
                send(client, GOOD + length("kept 3"));
                await().until(() -> hub.stats().waits() > waits);
                work();
                assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
                work();
                for (int i = 0; i < 4; i++) {
                    assertThat(peer.readText()).isEqualTo("kept " + i);
                }
                server.hub().shutdown(Duration.ZERO);
                await().until(() -> {
                    work();
                    return server.hub().peers().isEmpty();
                });
            }
        }

        private void work() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }
    }

    @Test
    void aClosedHubAnswers503() throws Exception {
        try (BroadcastServer server = server(Wire.PLAIN).start(); RawClient client = Wire.PLAIN.connect(server)) {
            server.hub().close();
            assertThat(answer(client, GOOD + length("x"))).startsWith("HTTP/1.1 503 ").contains("Retry-After: 1\r\n")
                    .contains("The hub is closed");
        }
    }

    @Test
    void aTopicIsPublishedToAtItsPathByThoseWhoMay() throws Exception {
        try (BroadcastServer server = BroadcastServer.builder().host("127.0.0.1").port(0)
                .topics(Topics.builder().build()).publishers((token, topic) -> token.equals("t-" + topic)).start();
                RawClient news = RawClient.connect(server.port()).shakeHands("/topics/news");
                RawClient client = Wire.PLAIN.connect(server)) {
            String post = "POST /topics/news HTTP/1.1\r\n" + HOST + TEXT;
            id(answer(client, post + "Authorization: Bearer t-news\r\n" + length("new")));
            assertThat(news.readText()).isEqualTo("new");
            assertThat(answer(client, post + "Authorization: Bearer t-sports\r\n" + length("x")))
                    .startsWith("HTTP/1.1 401 ");
            assertThat(answer(client,
                    post.replace("/news", "/n%00") + "Authorization: Bearer t-news\r\n" + length("x")))
                    .startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    void aDecisionThatFailsOrWaitsHoldsUpNothingElseAndItsTokenIsNotLogged() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        try (LogCatch log = new LogCatch(); BroadcastServer server = server(Wire.PLAIN).publishers((token, topic) -> {
            if (token.equals("secret")) {
                throw new IllegalStateException("cannot look up secret");
            }
            released.await();
            return true;
        }).start(); RawClient peer = Wire.PLAIN.open(server); RawClient waiting = Wire.PLAIN.connect(server);
                RawClient failing = Wire.PLAIN.connect(server)) {
            send(waiting, GOOD + length("waited"));
            assertThat(answer(failing, GOOD.replace(TOKEN, "secret") + length("x"))).startsWith("HTTP/1.1 503 ")
                    .contains("Retry-After: 10\r\n");
            peer.sendText("meanwhile");
            assertThat(peer.readText()).isEqualTo("meanwhile");
            released.countDown();
            assertThat(waiting.readHead()).startsWith("HTTP/1.1 200 ");
            assertThat(peer.readText()).isEqualTo("waited");
            assertThat(log.warnings()).singleElement().asString().contains("who may publish", "IllegalStateException")
                    .doesNotContain("secret");
        }
    }

    @Test
    void pagesOfAllowedOriginsMayPublish() throws Exception {
        try (BroadcastServer server = server(Wire.PLAIN).allowOrigin("https://a.example").start();
                RawClient client = Wire.PLAIN.connect(server)) {
            String preflight = "OPTIONS /live HTTP/1.1\r\n" + HOST + "Access-Control-Request-Method: POST\r\n"
                    + "Access-Control-Request-Headers: authorization\r\nOrigin: ";
            String allowed = answer(client, preflight + "https://a.example\r\n\r\n");
            assertThat(allowed).startsWith("HTTP/1.1 204 No Content\r\n").contains("\r\nVary: Origin\r\n",
                    "\r\nAccess-Control-Allow-Origin: https://a.example\r\n", "\r\nAllow: GET, POST, OPTIONS\r\n",
                    "\r\nAccess-Control-Allow-Methods: GET, POST, OPTIONS\r\n",
                    "\r\nAccess-Control-Allow-Headers: Authorization, Content-Type, ").doesNotContain("Content-Length");
            assertThat(answer(client, preflight + "https://b.example\r\n\r\n")).startsWith("HTTP/1.1 204 ")
                    .contains("\r\nVary: Origin\r\n").doesNotContain("Allow-Origin");
            assertThat(answer(client, GOOD + "Origin: https://a.example\r\n" + length("x")))
                    .startsWith("HTTP/1.1 200 ").contains("\r\nAccess-Control-Allow-Origin: https://a.example\r\n");
            assertThat(answer(client, POST + "Origin: https://a.example\r\n" + length("x")))
                    .startsWith("HTTP/1.1 401 ").contains("\r\nAccess-Control-Allow-Origin: https://a.example\r\n");
        }
    }

    @Test
    void pagesOnTheSamePortAreServedAsEver(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("index.html"), "page");
        int port = FreePort.find();
        try (BroadcastServer server = server(Wire.PLAIN).port(port).pagePort(port).pages(Pages.folder(folder)).start();
                RawClient client = Wire.PLAIN.connect(server)) {
            assertThat(answer(client, "GET / HTTP/1.1\r\n" + HOST + "\r\n")).startsWith("HTTP/1.1 200 ")
                    .endsWith("page");
            assertThat(answer(client, GOOD.replace("/live", "/") + length("x"))).startsWith("HTTP/1.1 405 ")
                    .contains("Allow: GET, HEAD\r\n");
            id(answer(client, GOOD + length("x")));
        }
    }

    @Test
    void nothingCanBePublishedUnlessItIsSwitchedOn() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.server().path("/live").start();
                RawClient client = Wire.PLAIN.connect(server)) {
            assertThat(answer(client, GOOD + length("x"))).startsWith("HTTP/1.1 426 ");
        }
    }

    @Test
    void aTokenThatCannotBeSentIsRefusedAndNotShown() {
        for (String token : List.of("", "has space", "comma,comma", "=begins", "grüße")) {
            assertThatThrownBy(() -> Publishers.token("good", token)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("token must be letters").message()
                    .satisfies(text -> assertThat(token.isEmpty() || !text.contains(token)).isTrue());
        }
    }
}
