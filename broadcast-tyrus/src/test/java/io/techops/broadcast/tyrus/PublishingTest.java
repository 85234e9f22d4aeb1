package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.PublishRequests.BEARER;
import static io.techops.broadcast.tyrus.PublishRequests.GOOD;
import static io.techops.broadcast.tyrus.PublishRequests.HOST;
import static io.techops.broadcast.tyrus.PublishRequests.POST;
import static io.techops.broadcast.tyrus.PublishRequests.TEXT;
import static io.techops.broadcast.tyrus.PublishRequests.TOKEN;
import static io.techops.broadcast.tyrus.PublishRequests.answer;
import static io.techops.broadcast.tyrus.PublishRequests.id;
import static io.techops.broadcast.tyrus.PublishRequests.length;
import static io.techops.broadcast.tyrus.PublishRequests.send;
import static io.techops.broadcast.tyrus.PublishRequests.server;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Position;
import io.techops.broadcast.Topics;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testkit.MemoryBackplane;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Publishing over HTTP (RFC 9110, RFC 6750, RFC 8030 section 5.2). */
class PublishingTest {

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
            backplane.pause();
            assertThat(answer(client, GOOD + length("in doubt"))).startsWith("HTTP/1.1 504 ");
            backplane.resume();
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

    @Test
    void aTopicIsPublishedToAtItsPathByThoseWhoMay() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.server()
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
}
