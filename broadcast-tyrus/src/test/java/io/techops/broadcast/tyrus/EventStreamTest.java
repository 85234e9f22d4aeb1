package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Retention;
import io.techops.broadcast.Topics;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.RawClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Server-Sent Events (HTML standard, section 9.2), to the byte. */
class EventStreamTest {

    static BroadcastServer.Builder server(Wire wire) {
        return wire.server().sse(true).handshakeTimeout(Duration.ofMinutes(5));
    }

    static BroadcastServer start(Wire wire, BroadcastHub.Builder hub) {
        return server(wire).hub(hub.build()).start();
    }

    static BroadcastServer start(Wire wire) {
        return start(wire, BroadcastHub.builder());
    }

    static Peer onlyPeer(BroadcastServer server) {
        return server.hub().peers().iterator().next();
    }

    // What it gets.

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aStreamBeginsWithWhereItStandsAndHasEveryTextWithItsPosition(Wire wire) throws Exception {
        try (BroadcastServer server = start(wire)) {
            server.hub().broadcast("before");
            try (EventStream stream = EventStream.open(wire, server); RawClient peer = wire.open(server)) {
                String epoch = stream.position().replace("-1", "-");
                assertThat(stream.opening()).isEqualTo("event: open\nid: " + epoch + "1\n"
                        + "data: {\"id\":\"" + epoch + "1\",\"recovered\":false}\n\n");
                server.hub().broadcast("one");
                assertThat(stream.event()).isEqualTo("id: " + epoch + "2\ndata: one\n\n");
                server.hub().broadcast("a\r\nb\rc\nd\n\r\r\n");
                assertThat(stream.event()).isEqualTo("id: " + epoch + "3\ndata: a\ndata: b\ndata: c\ndata: d\n"
                        + "data: \ndata: \ndata: \n\n");
                server.hub().broadcast("");
                assertThat(stream.event()).isEqualTo("id: " + epoch + "4\ndata: \n\n");
                server.hub().broadcast(Message.binary(new byte[] {'b', '\n', '\n'}));
                server.hub().broadcast(Message.text("grüße \uD83D\uDE00\0"), BroadcastOptions.everyone().key("k ü"));
                assertThat(stream.event()).isEqualTo("id: " + epoch + "6\nkey: k ü\ndata: grüße \uD83D\uDE00\0\n\n");
                for (int i = 0; i < 4; i++) {
                    assertThat(peer.read().first()).isIn(0x81, 0x82);
                }
            }
        }
    }

    @Test
    void messagesOfAllLengthsAreWhole() throws Exception {
        try (BroadcastServer server = start(Wire.PLAIN); EventStream stream = EventStream.open(Wire.PLAIN, server)) {
            List<String> texts = new ArrayList<>();
            for (int length : new int[] {0, 1, 65_500, 65_530, 65_536, 200_000, 3}) {
                texts.add("y".repeat(length));
                texts.add("z\n".repeat(length / 2));
            }
            texts.forEach(server.hub()::broadcast);
            for (String text : texts) {
                assertThat(stream.data().equals(text)).as("%s characters", text.length()).isTrue();
            }
        }
    }

    @Test
    void whatIsSentToOnePeerIsAnEventOfItsOwn() throws Exception {
        try (BroadcastServer server = start(Wire.PLAIN); EventStream stream = EventStream.open(Wire.PLAIN, server)) {
            onlyPeer(server).send(Message.text("\"a\"\\\r\n\t\u0001\u001F ü"));
            assertThat(stream.event()).isEqualTo(
                    "event: direct\ndata: {\"message\":\"\\\"a\\\"\\\\\\r\\n\\t\\u0001\\u001f ü\"}\n\n");
            onlyPeer(server).send(Message.binary(new byte[1]));
            onlyPeer(server).send(Message.text(""));
            assertThat(stream.event()).isEqualTo("event: direct\ndata: {\"message\":\"\"}\n\n");
        }
    }

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

    @Test
    void aClientOfTheJdkReadsIt() throws Exception {
        try (BroadcastServer server = start(Wire.PLAIN)) {
            HttpResponse<Stream<String>> answer = HttpClient.newHttpClient().send(HttpRequest
                    .newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/"))
                    .header("Accept", "text/event-stream").build(), HttpResponse.BodyHandlers.ofLines());
            Iterator<String> lines = answer.body().iterator();
            assertThat(lines.next()).isEqualTo("event: open");
            server.hub().broadcast("hello");
            lines.next();
            lines.next();
            lines.next();
            assertThat(lines.next()).startsWith("id: ");
            assertThat(lines.next()).isEqualTo("data: hello");
            server.close(Duration.ofSeconds(10));
            assertThat(lines.next()).isEmpty();
            assertThat(lines.next()).isEqualTo(": closed 1001 the server is going away");
            assertThat(lines.hasNext()).isFalse();
        }
    }

    // Where it begins.

    @Test
    void aStreamGoesOnAfterItsLastEvent() throws Exception {
        try (BroadcastServer server = start(Wire.PLAIN)) {
            for (int i = 1; i <= 5; i++) {
                server.hub().broadcast("message " + i);
            }
            String epoch = server.hub().publish("message 6").toCompletableFuture().join().epoch();
            try (EventStream header = EventStream.open(Wire.PLAIN.connect(server), "/?last_event_id=" + epoch + "-1",
                    "Last-Event-ID: " + epoch + "-4");
                    EventStream query = EventStream.open(Wire.PLAIN.connect(server),
                            "/?last_event_id=" + epoch + "-5")) {
                assertThat(header.opening()).contains("\nid: " + epoch + "-4\n", "\"recovered\":true");
                assertThat(header.event()).isEqualTo("id: " + epoch + "-5\ndata: message 5\n\n");
                assertThat(header.event()).isEqualTo("id: " + epoch + "-6\ndata: message 6\n\n");
                assertThat(query.event()).isEqualTo("id: " + epoch + "-6\ndata: message 6\n\n");
                server.hub().broadcast("live");
                assertThat(header.data()).isEqualTo("live");
                assertThat(query.data()).isEqualTo("live");
            }
        }
    }

    @Test
    void aGapIsToldWhereAStreamCannotGoOn() throws Exception {
        BroadcastHub.Builder hub = BroadcastHub.builder().retention(Retention.of(3, 1_000_000));
        try (BroadcastServer server = start(Wire.PLAIN, hub)) {
            String epoch = server.hub().publish("message 1").toCompletableFuture().join().epoch();
            for (int i = 2; i <= 6; i++) {
                server.hub().broadcast("message " + i);
            }
            try (EventStream evicted = EventStream.open(Wire.PLAIN.connect(server), "/",
                    "Last-Event-ID: " + epoch + "-1");
                    EventStream other = EventStream.open(Wire.PLAIN.connect(server), "/", "Last-Event-ID: other-1")) {
                assertThat(evicted.opening()).contains("\"recovered\":false");
                assertThat(evicted.event()).isEqualTo("event: gap\nid: " + epoch + "-3\ndata: {\"id\":\"" + epoch
                        + "-3\",\"reason\":\"evicted\",\"missed\":2}\n\n");
                assertThat(evicted.event()).isEqualTo("id: " + epoch + "-4\ndata: message 4\n\n");
                assertThat(other.event()).isEqualTo("event: gap\nid: " + epoch + "-6\ndata: {\"id\":\"" + epoch
                        + "-6\",\"reason\":\"epoch\"}\n\n");
                server.hub().broadcast("live");
                assertThat(other.data()).isEqualTo("live");
            }
        }
    }

    @Test
    void aStreamMayBeginWithTheLastMessagesWhereThatIsAllowed() throws Exception {
        try (BroadcastServer server = server(Wire.PLAIN).hub(BroadcastHub.create())
                .replayLimits(ReplayLimits.standard().replay(2)).start()) {
            for (int i = 1; i <= 5; i++) {
                server.hub().broadcast("message " + i);
            }
            try (EventStream stream = EventStream.open(Wire.PLAIN.connect(server), "/?replay=10")) {
                assertThat(stream.data()).isEqualTo("message 4");
                assertThat(stream.data()).isEqualTo("message 5");
            }
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

    // Who may.

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
