package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.EventStream.onlyPeer;
import static io.techops.broadcast.tyrus.EventStream.server;
import static io.techops.broadcast.tyrus.EventStream.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Topics;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.RawClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests get an event stream, and what the others are told. */
class EventStreamRequestTest {

    @ParameterizedTest
    @ValueSource(strings = {"text/event-stream", "TEXT/Event-Stream;charset=utf-8",
        "text/html, text/event-stream;q=0.5", "*/*\r\nAccept: text/event-stream"})
    void aClientAsksForItByNameAmongWhateverElseItAccepts(String accept) throws Exception {
        try (BroadcastServer server = start(Wire.PLAIN); RawClient client = Wire.PLAIN.connect(server)) {
            assertThat(client.ask(EventStream.request("/").replace("text/event-stream", accept)))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/*", "text/*", "text/event-stream;q=0", "text/event-stream; q=0.00",
        "text/event-streams"})
    void aRequestThatDoesNotNameItIsToldHowToAsk(String accept) throws Exception {
        try (BroadcastServer server = start(Wire.PLAIN); RawClient client = Wire.PLAIN.connect(server)) {
            assertThat(client.ask(EventStream.request("/").replace("text/event-stream", accept)))
                    .startsWith("HTTP/1.1 426 ").contains("Upgrade: websocket\r\n");
            assertThat(client.readBody()).contains("Accept: text/event-stream");
        }
    }

    @Test
    void theOldVersionOfHttpGetsTheSame() throws Exception {
        try (BroadcastServer server = start(Wire.PLAIN); RawClient client = Wire.PLAIN.connect(server)) {
            assertThat(client.ask("GET / HTTP/1.0\r\nAccept: text/event-stream\r\n\r\n"
                    .replace("\r\n\r\n", "\r\nHost: 127.0.0.1\r\n\r\n"))).startsWith("HTTP/1.1 200 ")
                    .contains("Connection: close\r\n").doesNotContain("Transfer-Encoding");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Last-Event-ID: 17", "Last-Event-ID: a-1\r\nLast-Event-ID: a-1"})
    void aLastEventThatIsNoPositionIsRefused(String header) throws Exception {
        try (BroadcastServer server = start(Wire.PLAIN); RawClient client = Wire.PLAIN.connect(server)) {
            assertThat(client.ask(EventStream.request("/", header))).startsWith("HTTP/1.1 400 ");
            assertThat(client.readBody()).contains("Last-Event-ID");
        }
    }

    @Test
    void itIsOffUnlessItIsSwitchedOn() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.server().start(); RawClient client = Wire.PLAIN.connect(server)) {
            assertThat(client.ask(EventStream.request("/"))).startsWith("HTTP/1.1 426 ");
            assertThat(client.readBody()).doesNotContain("event-stream");
        }
    }

    @Test
    void otherMethodsAreNot() throws Exception {
        try (BroadcastServer server = start(Wire.PLAIN); RawClient client = Wire.PLAIN.connect(server)) {
            for (String method : List.of("POST", "PUT", "DELETE", "QUERY")) {
                assertThat(client.ask(EventStream.request("/").replace("GET", method))).startsWith("HTTP/1.1 405 ")
                        .contains("\r\nAllow: GET, OPTIONS\r\n").doesNotContain("Connection: close");
                client.readBody();
            }
            assertThat(client.ask(EventStream.request("/").replace("GET", "HEAD"))).startsWith("HTTP/1.1 405 ")
                    .contains("\r\nAllow: GET, OPTIONS\r\n");
            assertThat(client.ask(EventStream.request("/", "Content-Length: 1"))).startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void anOriginThatMayConnectIsNamedAndAnotherOneRefused() throws Exception {
        try (BroadcastServer server = server(Wire.PLAIN).allowOrigin("https://a.example").start();
                EventStream allowed = EventStream.open(Wire.PLAIN.connect(server), "/", "Origin: https://a.example");
                EventStream same = EventStream.open(Wire.PLAIN.connect(server), "/", "Origin: http://127.0.0.1:8000");
                EventStream refused = EventStream.open(Wire.PLAIN.connect(server), "/", "Origin: https://b.example")) {
            assertThat(allowed.head()).isEqualTo(EventStream.HEAD.replace("Vary: Origin\r\n",
                    "Vary: Origin\r\nAccess-Control-Allow-Origin: https://a.example\r\n"));
            assertThat(same.head()).contains("\r\nAccess-Control-Allow-Origin: http://127.0.0.1:8000\r\n");
            assertThat(refused.head()).startsWith("HTTP/1.1 403 ").doesNotContain("Allow-Origin");
            assertThat(server.hub().stats().refusals(RefusalCause.ORIGIN)).isOne();
        }
    }

    @Test
    void theLimitsOfPeersCountItAndAreFreedWhenItEnds() throws Exception {
        try (BroadcastServer server = server(Wire.PLAIN).maxPeers(2).start();
                RawClient peer = Wire.PLAIN.open(server)) {
            EventStream stream = EventStream.open(Wire.PLAIN, server);
            assertThat(Wire.PLAIN.connect(server).ask(EventStream.request("/"))).startsWith("HTTP/1.1 503 ")
                    .contains("Retry-After: ");
            assertThat(Wire.PLAIN.connect(server).ask(RawClient.handshake("/"))).startsWith("HTTP/1.1 503 ");
            stream.close();
            await().untilAsserted(() -> assertThat(server.hub().peers()).hasSize(1));
            await().ignoreExceptions().untilAsserted(() -> EventStream.open(Wire.PLAIN, server).close());
            peer.sendText("still here");
            assertThat(peer.readText()).isEqualTo("still here");
        }
    }

    @Test
    void aHandshakePolicyDecidesAndItsAttributesAreThePeers() throws Exception {
        CompletableFuture<Decision> later = new CompletableFuture<>();
        try (BroadcastServer server = server(Wire.PLAIN).handshakePolicy(request -> switch (request.query()) {
            case "refused" -> Decision.refuse(401, "who are you?");
            case "later" -> Decision.later(later);
            default -> Decision.accept().header("Set-Cookie", "a=b");
        }).start(); EventStream stream = EventStream.open(Wire.PLAIN.connect(server), "/x?ok");
                RawClient waiting = Wire.PLAIN.connect(server); RawClient refused = Wire.PLAIN.connect(server)) {
            assertThat(stream.head()).contains("\r\nSet-Cookie: a=b\r\n");
            assertThat(onlyPeer(server).attributes().get(PeerAttributes.PATH)).isEqualTo("/x");
            assertThat(onlyPeer(server).attributes().get(PeerAttributes.SUBPROTOCOL)).isNull();
            waiting.send(EventStream.request("/?later").getBytes(StandardCharsets.UTF_8));
            assertThat(refused.ask(EventStream.request("/?refused"))).startsWith("HTTP/1.1 401 ");
            later.complete(Decision.accept());
            assertThat(waiting.readHead()).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void aTopicHasStreams() throws Exception {
        try (BroadcastServer server = BroadcastServer.builder().host("127.0.0.1").port(0).sse(true)
                .topics(Topics.builder().build()).start();
                EventStream news = EventStream.open(Wire.PLAIN.connect(server), "/topics/news");
                EventStream sports = EventStream.open(Wire.PLAIN.connect(server), "/topics/sports");
                EventStream none = EventStream.open(Wire.PLAIN.connect(server), "/other")) {
            server.topics().hub("sports").broadcast("goal");
            server.topics().hub("news").broadcast("new");
            assertThat(news.data()).isEqualTo("new");
            assertThat(sports.data()).isEqualTo("goal");
            assertThat(none.head()).startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    void pagesOnTheSamePortAreServedAsEver(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("index.html"), "page");
        int port = FreePort.find();
        try (BroadcastServer server = server(Wire.PLAIN).port(port).pagePort(port).pages(Pages.folder(folder)).start();
                RawClient page = Wire.PLAIN.connect(server);
                EventStream stream = EventStream.open(Wire.PLAIN, server)) {
            assertThat(page.ask("GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n")).startsWith("HTTP/1.1 200 ");
            assertThat(page.readBody()).isEqualTo("page");
            assertThat(page.ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.1 200 ");
            assertThat(page.ask(EventStream.request("/").replace("GET", "HEAD"))).startsWith("HTTP/1.1 405 ");
            assertThat(page.ask(EventStream.request("/"))).startsWith("HTTP/1.1 200 ").contains("event-stream");
            server.hub().broadcast("hello");
            assertThat(stream.data()).isEqualTo("hello");
        }
    }
}
