package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.EventStream.onlyPeer;
import static io.techops.broadcast.tyrus.EventStream.server;
import static io.techops.broadcast.tyrus.EventStream.start;
import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.Message;
import io.techops.broadcast.Retention;
import io.techops.broadcast.handshake.ReplayLimits;
import io.techops.broadcast.testing.RawClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Server-Sent Events (HTML standard, section 9.2), to the byte. */
class EventStreamTest {

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
}
