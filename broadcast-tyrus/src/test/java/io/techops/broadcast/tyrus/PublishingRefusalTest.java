package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.PublishRequests.BEARER;
import static io.techops.broadcast.tyrus.PublishRequests.GOOD;
import static io.techops.broadcast.tyrus.PublishRequests.POST;
import static io.techops.broadcast.tyrus.PublishRequests.TEXT;
import static io.techops.broadcast.tyrus.PublishRequests.TOKEN;
import static io.techops.broadcast.tyrus.PublishRequests.answer;
import static io.techops.broadcast.tyrus.PublishRequests.id;
import static io.techops.broadcast.tyrus.PublishRequests.length;
import static io.techops.broadcast.tyrus.PublishRequests.send;
import static io.techops.broadcast.tyrus.PublishRequests.server;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Position;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testkit.VirtualTimer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is not published over HTTP, and what the client is told (RFC 9110, RFC 6750). */
class PublishingRefusalTest {

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
                Arguments.of(415, "", POST + BEARER + "Content-Type: text/plain/x\r\n" + sent),
                Arguments.of(415, "", POST + BEARER + "Content-Type: " + "text/".repeat(3_000) + "x y\r\n" + sent),
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
