package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.Numbered.gap;
import static io.techops.broadcast.tyrus.Numbered.opened;
import static io.techops.broadcast.tyrus.Numbered.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Position;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import io.techops.broadcast.testing.TestRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Peers that speak {@code permessage-deflate} and do not read: they lose what other slow peers lose, and are told so.
 */
class CompressionSlowPeerTest {

    private static final int SMALL_BUFFER = 4_096;
    private static final int BYTES = 256 << 10;
    private static final Duration LONG = Duration.ofHours(1);

    private final Random random = new Random(15);

    /** {@return a text whose compressed form has about half its size} */
    private String text(int number) {
        byte[] bytes = new byte[BYTES / 2];
        random.nextBytes(bytes);
        return number + " " + HexFormat.of().formatHex(bytes);
    }

    private static int number(String text) {
        return Integer.parseInt(text.substring(0, text.indexOf(' ')));
    }

    private static BroadcastServer start(Wire wire, BroadcastHub.Builder hub) {
        return wire.server().compression(Compression.deflate().level(1))
                .hub(hub.stallTimeout(LONG).heartbeat(Duration.ZERO).build()).start();
    }

    @ParameterizedTest
    @EnumSource
    void oneThatFallsOffTheLogIsDisconnectedAndTheOthersLoseNothing(Wire wire) throws Exception {
        Recorder recorder = new Recorder();
        BroadcastHub.Builder hub = BroadcastHub.builder().listener(recorder).retention(Retention.of(16, 64 << 20))
                .closeTimeout(Duration.ofMillis(500));
        try (BroadcastServer server = start(wire, hub);
                DeflateClient stalled = DeflateClient.over(wire.connect(server, SMALL_BUFFER), "/");
                DeflateClient compressing = DeflateClient.open(wire, server);
                RawClient plain = wire.open(server)) {
            assertThat(stalled.raw.isCut()).isFalse();
            long begin = System.nanoTime();
            for (int i = 0; recorder.departures.isEmpty(); i++) {
                assertThat(System.nanoTime() - begin).as("without an overflow").isLessThan(TestRun.LIMIT.toNanos());
                String text = text(i);
                server.hub().broadcast(text);
                RawClient.Frame frame = compressing.raw.read();
                assertThat(frame.first()).isEqualTo(0xC1);
                assertThat(DeflateClient.text(frame).equals(text)).isTrue();
                assertThat(plain.readText().equals(text)).isTrue();
            }
            assertThat(recorder.departures).hasSize(1);
            assertThat(recorder.departures.get(0).peer()).isEqualTo(1);
            assertThat(recorder.departures.get(0).code()).isEqualTo(CloseReason.TRY_AGAIN_LATER);
            assertThat(server.hub().stats().overflows()).isEqualTo(1);
            await().untilAsserted(() -> assertThat(server.hub().peers()).hasSize(2));
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneThatFallsBehindGetsTheNewestOfEachKey(Wire wire) throws Exception {
        int keys = 4;
        BroadcastHub.Builder hub = BroadcastHub.builder().conflate(true).retention(Retention.of(2_000, 64 << 20));
        try (BroadcastServer server = start(wire, hub);
                DeflateClient peer = DeflateClient.over(wire.connect(server, SMALL_BUFFER), "/")) {
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < 120; i++) {
                texts.add(text(i));
                server.hub().broadcast(Message.text(texts.get(i)),
                        BroadcastOptions.everyone().key("key" + i % keys));
            }
            server.hub().broadcast("end");
            int[] newest = {-1, -1, -1, -1};
            int before = -1;
            int count = 0;
            for (String text = peer.readText(); !text.equals("end"); text = peer.readText()) {
                int number = number(text);
                assertThat(text.equals(texts.get(number))).isTrue();
                assertThat(number).isGreaterThan(before);
                before = number;
                newest[number % keys] = number;
                count++;
            }
            assertThat(newest).containsExactly(116, 117, 118, 119);
            assertThat(count).isLessThan(texts.size());
            isCounted(server, texts.size() - count);
        }
    }

    /** What was conflated is counted at the end of a round, of which the last message may have come before. */
    private static void isCounted(BroadcastServer server, int conflated) {
        await().untilAsserted(() -> assertThat(server.hub().stats().conflated()).isEqualTo(conflated));
    }

    /** {@return a slow client with compression or without} What it is told is read as {@link #next} does. */
    private static RawClient slow(Wire wire, BroadcastServer server, boolean compressed, String... offer)
            throws Exception {
        RawClient raw = wire.connect(server, SMALL_BUFFER);
        if (compressed) {
            DeflateClient.over(raw, "/", offer);
        } else {
            assertThat(raw.ask(RawClient.handshake("/", offer))).startsWith("HTTP/1.1 101 ");
        }
        return raw;
    }

    private static String next(RawClient client, boolean compressed) throws Exception {
        RawClient.Frame frame = client.read();
        boolean isMessage = frame.payload().length > 1_000;
        assertThat(frame.first()).isEqualTo(isMessage && compressed ? 0xC1 : 0x81);
        return DeflateClient.text(frame);
    }

    @ParameterizedTest
    @CsvSource({"PLAIN, true", "PLAIN, false", "TLS, true", "TLS, false"})
    void oneThatMaySkipIsToldWhatItMissedAndGoesOn(Wire wire, boolean compressed) throws Exception {
        BroadcastHub.Builder hub = BroadcastHub.builder().overflow(OverflowPolicy.skip())
                .retention(Retention.of(4, 64 << 20));
        try (BroadcastServer server = start(wire, hub);
                RawClient peer = slow(wire, server, compressed, Numbered.OFFER)) {
            List<String> texts = new ArrayList<>();
            Position last = null;
            for (int i = 0; i < 120; i++) {
                texts.add(text(i));
                last = publish(server.hub(), texts.get(i));
            }
            assertThat(next(peer, compressed)).isEqualTo(opened(last.at(0), false));
            int at = 0;
            int missed = 0;
            while (at < last.sequence()) {
                String text = next(peer, compressed);
                if (text.startsWith("event: gap\n")) {
                    int to = Integer.parseInt(text.replaceAll("(?s).*id: \\w+-(\\d+)\n.*", "$1"));
                    assertThat(text).isEqualTo(gap(last.at(to), "overflow", "missed: " + (to - at) + "\n"));
                    missed += to - at;
                    at = to;
                } else {
                    at++;
                    assertThat(text.equals(Numbered.message(last.at(at), texts.get(at - 1)))).as("message %s", at)
                            .isTrue();
                }
            }
            assertThat(missed).isPositive();
            assertThat(server.hub().stats().missed()).isEqualTo(missed);
            assertThat(server.hub().peers()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"PLAIN, true", "PLAIN, false", "TLS, true", "TLS, false"})
    void oneThatKnowsNoPositionsMissesAsManyAsTheHostIsTold(Wire wire, boolean compressed) throws Exception {
        int count = 120;
        BroadcastHub.Builder hub = BroadcastHub.builder().overflow(OverflowPolicy.skip())
                .retention(Retention.of(4, 64 << 20));
        try (BroadcastServer server = start(wire, hub); RawClient peer = slow(wire, server, compressed)) {
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                texts.add(text(i));
                publish(server.hub(), texts.get(i));
            }
            int before = -1;
            int received = 0;
            while (before < count - 1) {
                String text = next(peer, compressed);
                assertThat(number(text)).isGreaterThan(before);
                before = number(text);
                assertThat(text.equals(texts.get(before))).isTrue();
                received++;
            }
            assertThat(received).isLessThan(count);
            assertThat(server.hub().stats().missed()).isEqualTo(count - received);
        }
    }

    @ParameterizedTest
    @CsvSource({"PLAIN, true", "PLAIN, false", "TLS, true", "TLS, false"})
    void oneThatKnowsPositionsIsToldThoseOfTheNewestOfEachKey(Wire wire, boolean compressed) throws Exception {
        int count = 120;
        int keys = 4;
        BroadcastHub.Builder hub = BroadcastHub.builder().conflate(true).retention(Retention.of(2_000, 64 << 20));
        try (BroadcastServer server = start(wire, hub);
                RawClient peer = slow(wire, server, compressed, Numbered.OFFER)) {
            List<String> texts = new ArrayList<>();
            Position last = null;
            for (int i = 0; i < count; i++) {
                texts.add(text(i));
                last = server.hub().publish(Message.text(texts.get(i)),
                        BroadcastOptions.everyone().key("key" + i % keys)).toCompletableFuture().get();
            }
            assertThat(next(peer, compressed)).isEqualTo(opened(last.at(0), false));
            int[] newest = new int[keys];
            int before = 0;
            int received = 0;
            while (before < count) {
                String text = next(peer, compressed);
                int at = Integer.parseInt(text.replaceAll("(?s)id: \\w+-(\\d+)\n.*", "$1"));
                assertThat(at).isGreaterThan(before);
                before = at;
                int key = (at - 1) % keys;
                assertThat(text.equals("id: " + last.at(at) + "\nkey: key" + key + "\n\n" + texts.get(at - 1)))
                        .as("message %s", at).isTrue();
                newest[key] = at;
                received++;
            }
            assertThat(newest).containsExactly(117, 118, 119, 120);
            assertThat(received).isLessThan(count);
            isCounted(server, count - received);
        }
    }
}
