package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.testing.ClientFrames;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import io.techops.broadcast.testkit.VirtualTimer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a peer can write into the server's log over a real socket, at the finest level: no line of its own, and no
 * warning.
 */
class HostileTextTest {

    private static final String FORGED = "x\r\nforged line\u001b[2J";

    private final Logger logger = Logger.getLogger("io.techops.broadcast");
    private final Level before = logger.getLevel();
    private final List<LogRecord> records = new CopyOnWriteArrayList<>();
    private final Recorder recorder = new Recorder();
    private final Handler capture = new Handler() {
        @Override
        public void publish(LogRecord record) {
            records.add(record);
        }

        @Override
        public void flush() {
            // Nothing is held back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };

    @BeforeEach
    void capture() {
        capture.setLevel(Level.ALL);
        logger.setLevel(Level.ALL);
        logger.addHandler(capture);
        logger.setUseParentHandlers(false); // calm on the console
    }

    @AfterEach
    void release() {
        logger.removeHandler(capture);
        logger.setUseParentHandlers(true);
        logger.setLevel(before);
    }

    private String text() {
        SimpleFormatter formatter = new SimpleFormatter();
        StringBuilder text = new StringBuilder();
        records.forEach(record -> text.append(formatter.format(record)));
        return text.toString();
    }

    private static byte[] close(int code, String phrase) {
        byte[] bytes = phrase.getBytes(StandardCharsets.UTF_8);
        byte[] payload = new byte[bytes.length + 2];
        payload[0] = (byte) (code >> 8);
        payload[1] = (byte) code;
        System.arraycopy(bytes, 0, payload, 2, bytes.length);
        return RawClient.frame(0x88, payload);
    }

    @Test
    void noLineIsForgedAndNobodyIsWarned() throws Exception {
        BroadcastHub.Builder hub = BroadcastHub.builder().listener(recorder);
        try (BroadcastServer server = Wire.PLAIN.start(hub)) {
            try (RawClient peer = Wire.PLAIN.open(server)) {
                peer.send(close(1000, "bye" + FORGED));
                assertThat(peer.readClose().code()).isEqualTo(1000);
            }
            try (RawClient peer = Wire.PLAIN.connect(server)) {
                assertThat(peer.ask(RawClient.handshake("/path?name=forged&\u0007"))).startsWith("HTTP/1.1 400 ");
            }
            try (RawClient peer = Wire.PLAIN.connect(server).shakeHands("/path?name=%0D%0Aforged%20line")) {
                peer.sendText(FORGED);
                assertThat(peer.readText()).isEqualTo(FORGED);
                peer.send(RawClient.frame(0x82, FORGED.getBytes(StandardCharsets.UTF_8)));
                peer.send(RawClient.frame(0xC1, FORGED.getBytes(StandardCharsets.UTF_8))); // a reserved bit
                assertThat(peer.readClose().code()).isEqualTo(1002);
            }
            try (RawClient peer = Wire.PLAIN.open(server)) {
                peer.send(RawClient.frame(0x81, new byte[] {(byte) 0xC0, '\r', '\n'})); // not UTF-8
                assertThat(peer.readClose().code()).isEqualTo(1007);
            }
            await().untilAsserted(() -> assertThat(recorder.departures).hasSize(3));
        }
        assertThat(text()).contains("forged").doesNotContain("\nforged").doesNotContain("\u001b")
                .doesNotContain("\u0007");
        assertThat(records).allMatch(record -> record.getLevel().intValue() <= Level.INFO.intValue());
    }

    @Test
    void aPolicyThatThrowsForEveryMessageOfEveryPeerIsLoggedOnce() throws Exception {
        BroadcastHub.Builder hub = BroadcastHub.builder().timer(new VirtualTimer()).policy((context, message) -> {
            throw new IllegalArgumentException("cannot read " + ((Message.Text) message).text());
        });
        try (BroadcastServer server = Wire.PLAIN.start(hub)) {
            for (int i = 0; i < 50; i++) {
                try (RawClient peer = Wire.PLAIN.open(server)) {
                    peer.sendText(FORGED);
                    assertThat(peer.readClose().code()).isEqualTo(1011);
                }
            }
        }
        assertThat(records.stream().filter(record -> record.getLevel().intValue() >= Level.WARNING.intValue()))
                .hasSize(1);
        assertThat(text()).contains("cannot read").doesNotContain("\nforged").doesNotContain("\u001b");
    }

    @Test
    void whatAHandshakePolicyThrowsShowsNoCredentialOfTheRequestAndForgesNoLine() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.server().handshakePolicy(request -> {
            throw new IllegalStateException("bad token " + request.bearerToken() + " in " + request.query() + FORGED,
                    new IllegalArgumentException("not " + request.cookies().get("session")));
        }).start(); RawClient client = Wire.PLAIN.connect(server)) {
            assertThat(client.ask(RawClient.handshake("/?key=in-the-query", "Authorization: Bearer of-the-header",
                    "Cookie: session=of-the-cookie"))).startsWith("HTTP/1.1 503 ");
        }
        assertThat(text()).contains("bad token *** in ***x\\u000d\\u000aforged").contains("not ***")
                .doesNotContain("in-the-query", "of-the-header", "of-the-cookie", "\nforged", "\u001b");
    }

    @Test
    void whoSendsTooMuchIsClosedWith1008OrNotHeard() throws Exception {
        MessagePolicy.Verdict ignore = MessagePolicy.Verdict.ignore();
        for (boolean closing : new boolean[] {true, false}) {
            BroadcastHub.Builder hub = BroadcastHub.builder().policy(closing
                    ? MessagePolicy.maxRate(20, Duration.ofHours(10))
                    : MessagePolicy.maxRate(20, Duration.ofHours(10), ignore));
            try (BroadcastServer server = Wire.PLAIN.start(hub);
                    RawClient flooding = Wire.PLAIN.open(server);
                    RawClient other = Wire.PLAIN.open(server)) {
                ByteArrayOutputStream flood = new ByteArrayOutputStream();
                for (int i = 0; i < 30; i++) {
                    flood.writeBytes(ClientFrames.frame(0x81, "flood " + i));
                }
                flooding.send(flood.toByteArray());
                for (int i = 0; i < 20; i++) {
                    assertThat(other.readText()).isEqualTo("flood " + i);
                    assertThat(flooding.readText()).isEqualTo("flood " + i);
                }
                if (closing) {
                    RawClient.Frame close = flooding.read();
                    assertThat(close.code()).isEqualTo(1008);
                    assertThat(close.phrase()).isEqualTo("too many messages: maxRate is 20 per PT10H");
                } else {
                    flooding.send(RawClient.frame(0x89, new byte[] {7}));
                    assertThat(flooding.read().first()).as("a pong, and nothing before it").isEqualTo(0x8A);
                    await().until(() -> server.hub().stats().ignored() == 10);
                }
                other.sendText("and others are heard");
                assertThat(other.readText()).isEqualTo("and others are heard");
            }
        }
    }
}
