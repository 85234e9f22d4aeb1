package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Peers that speak {@code permessage-deflate} and do not read: they lose what other slow peers lose, and no more. */
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
            for (int i = 0; recorder.departures.isEmpty(); i++) {
                assertThat(i).as("messages without an overflow").isLessThan(1_000);
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
            assertThat(server.hub().stats().conflated()).isEqualTo(texts.size() - count);
        }
    }
}
