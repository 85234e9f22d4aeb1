package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Retention;
import io.techops.broadcast.Topics;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.Kernel;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import java.io.IOException;
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

    private static final String MESSAGE = "x".repeat(32_000);
    private static final int SMALL_BUFFER = 4_096;

    private static BroadcastServer.Builder server(Wire wire) {
        return wire.server().sse(true).handshakeTimeout(Duration.ofMinutes(5));
    }

    private static BroadcastServer start(Wire wire, BroadcastHub.Builder hub) {
        return server(wire).hub(hub.build()).start();
    }

    private static BroadcastServer start(Wire wire) {
        return start(wire, BroadcastHub.builder());
    }

    private static Peer onlyPeer(BroadcastServer server) {
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
        try (BroadcastServer server = server(Wire.PLAIN).hub(BroadcastHub.create()).replay(2).start()) {
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

    // Its life.

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aCommentKeepsItAwakeAndIsItsSignOfLife(Wire wire) throws Exception {
        BroadcastHub.Builder hub = BroadcastHub.builder().heartbeat(Duration.ofMillis(100))
                .pongTimeout(Duration.ofMillis(100));
        try (BroadcastServer server = start(wire, hub); EventStream stream = EventStream.open(wire, server)) {
            for (int i = 0; i < 10; i++) {
                assertThat(stream.line()).isEqualTo(":\n");
            }
            server.hub().broadcast("still here");
            assertThat(stream.data()).isEqualTo("still here");
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void whatWasBroadcastBeforeTheEndComesBeforeIt(Wire wire) throws Exception {
        BroadcastServer server = start(wire);
        try (EventStream stream = EventStream.open(wire, server)) {
            for (int i = 0; i < 1_000; i++) {
                server.hub().broadcast("last words " + i);
            }
            CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> server.close(Duration.ofMinutes(5)));
            for (int i = 0; i < 1_000; i++) {
                assertThat(stream.data()).isEqualTo("last words " + i);
            }
            assertThat(stream.rest()).isEqualTo(": closed 1001 the server is going away\n");
            stream.client().socket().close();
            closed.join();
        }
    }

    @Test
    void theHostMayCloseOneAndItsReasonIsAComment() throws Exception {
        Recorder recorder = new Recorder();
        try (BroadcastServer server = start(Wire.PLAIN, BroadcastHub.builder().listener(recorder));
                EventStream stream = EventStream.open(Wire.PLAIN, server)) {
            onlyPeer(server).close(CloseReason.of(4_000, "no\r\ndata: more"));
            assertThat(stream.rest()).isEqualTo(": closed 4000 no data: more\n");
            await().untilAsserted(() -> assertThat(recorder.departures).hasSize(1));
            assertThat(recorder.departures.get(0).reason().code()).isEqualTo(4_000);
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aClientThatEndsItsStreamIsGone(Wire wire) throws Exception {
        Recorder recorder = new Recorder();
        try (BroadcastServer server = start(wire, BroadcastHub.builder().listener(recorder))) {
            EventStream closed = EventStream.open(wire, server);
            EventStream reset = EventStream.open(wire, server);
            closed.close();
            reset.client().reset();
            await().untilAsserted(() -> assertThat(recorder.departures).hasSize(2));
            assertThat(recorder.departures).allSatisfy(departure -> assertThat(departure.reason()).isEqualTo(
                    CloseReason.of(CloseReason.ABNORMAL, "the client has ended the event stream")));
            noSocketIsLeft(server);
        }
    }

    @Test
    void aClientThatShutsDownItsOutputIsTakenToBeGone() throws Exception {
        try (BroadcastServer server = start(Wire.PLAIN); EventStream stream = EventStream.open(Wire.PLAIN, server)) {
            stream.client().socket().shutdownOutput();
            assertThat(stream.rest()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void whatComesBehindTheRequestIsNotAnswered(Wire wire) throws Exception {
        try (BroadcastServer server = start(wire); RawClient client = wire.connect(server)) {
            String request = EventStream.request("/");
            EventStream stream = EventStream.open(client, "/", "X: y\r\n\r\n" + request + request.strip());
            server.hub().broadcast("one");
            assertThat(stream.data()).isEqualTo("one");
            client.send(new byte[10_000]);
            server.hub().broadcast("two");
            assertThat(stream.data()).isEqualTo("two");
            assertThat(server.hub().peers()).hasSize(1);
        }
    }

    @Test
    void aClientThatSendsAndSendsIsClosed() throws Exception {
        try (BroadcastServer server = start(Wire.PLAIN); EventStream stream = EventStream.open(Wire.PLAIN, server)) {
            stream.client().sendPieces(new byte[100_000], 10_000);
            assertThat(stream.rest()).startsWith(": closed 1008 ");
        }
    }

    private static void stall(BroadcastServer server) {
        for (int i = 0; i < 400; i++) {
            server.hub().broadcast(MESSAGE);
        }
    }

    private static void noSocketIsLeft(BroadcastServer server) {
        if (Kernel.isThere()) {
            await().until(() -> {
                for (Kernel.Connection one : Kernel.connectionsOf(server.port())) {
                    if (one.localPort() == server.port() && one.remotePort() != 0 && one.hasDescriptor()) {
                        return false;
                    }
                }
                return true;
            });
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aClientThatDoesNotReadIsCutAlsoIfNothingMoreIsSent(Wire wire) throws Exception {
        assumeTrue(Kernel.isThere(), "only Linux lists the sockets of a process");
        Recorder recorder = new Recorder();
        BroadcastHub.Builder hub = BroadcastHub.builder().listener(recorder).retention(Retention.of(1_000, 64 << 20))
                .stallTimeout(Duration.ofMillis(300)).closeTimeout(Duration.ofMillis(300)).heartbeat(Duration.ZERO);
        try (BroadcastServer server = start(wire, hub);
                EventStream stalled = EventStream.open(wire, server, SMALL_BUFFER)) {
            stall(server);
            await().untilAsserted(() -> assertThat(recorder.departures).hasSize(1));
            assertThat(recorder.departures.get(0).reason())
                    .isEqualTo(CloseReason.of(CloseReason.TRY_AGAIN_LATER, "too slow: no progress for 300 ms"));
            assertThat(server.hub().stats().stalls()).isEqualTo(1);
            noSocketIsLeft(server);
            assertThat(stalled.client().socket().isClosed()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aClientThatReadsAgainInTimeGetsWholeEventsAndIsToldWhyItEnds(Wire wire) throws Exception {
        BroadcastHub.Builder hub = BroadcastHub.builder().retention(Retention.of(1_000, 64 << 20))
                .stallTimeout(Duration.ofMillis(300)).closeTimeout(Duration.ofMinutes(5)).heartbeat(Duration.ZERO);
        try (BroadcastServer server = start(wire, hub);
                EventStream stalled = EventStream.open(wire, server)) {
            stall(server);
            await().until(() -> server.hub().stats().stalls() == 1);
            // The end has to be read within a moment, all that the kernel keeps: so its buffer is not a small one.
            String[] rest = stalled.rest().split("\n\n");
            assertThat(rest.length).isBetween(2, 399);
            for (int i = 0; i < rest.length - 1; i++) {
                assertThat(rest[i].endsWith("\ndata: " + MESSAGE)).as("event %s is whole", i).isTrue();
            }
            assertThat(rest[rest.length - 1]).isEqualTo(": closed 1013 too slow: no progress for 300 ms\n");
        }
    }

    @Test
    void aClientThatFallsOffTheLogIsToldOfTheGapUnderSkip() throws Exception {
        BroadcastHub.Builder hub = BroadcastHub.builder().retention(Retention.of(8, 64 << 20))
                .overflow(OverflowPolicy.skip()).stallTimeout(Duration.ofMinutes(5)).heartbeat(Duration.ZERO);
        try (BroadcastServer server = start(Wire.PLAIN, hub);
                EventStream slow = EventStream.open(Wire.PLAIN, server, SMALL_BUFFER)) {
            stall(server);
            server.hub().broadcast("newest");
            String event = slow.event();
            while (event.endsWith("\ndata: " + MESSAGE + "\n\n")) {
                event = slow.event();
            }
            assertThat(event).matches("event: gap\nid: ([0-9a-z]+-\\d+)\n"
                    + "data: \\{\"id\":\"\\1\",\"reason\":\"overflow\",\"missed\":\\d+}\n\n");
            while (!event.endsWith("\ndata: newest\n\n")) {
                event = slow.event();
            }
        }
    }

    @Test
    void aFloodReachesItWhole() throws Exception {
        try (BroadcastServer server = start(Wire.PLAIN); EventStream stream = EventStream.open(Wire.PLAIN, server);
                RawClient flooder = Wire.PLAIN.open(server)) {
            int count = 20_000;
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
                try {
                    for (int i = 0; i < count; i++) {
                        flooder.sendText("flood " + i);
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            CompletableFuture<Void> read = CompletableFuture.runAsync(() -> {
                try {
                    for (int i = 0; i < count; i++) {
                        flooder.readText();
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            for (int i = 0; i < count; i++) {
                assertThat(stream.data()).isEqualTo("flood " + i);
            }
            sent.join();
            read.join();
        }
    }
}
