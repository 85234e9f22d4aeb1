package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Message;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.Kernel;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A peer that reads slowly, or late, gets what it is owed to the byte. */
class SlowReaderTest {

    private static final Duration LONG = Duration.ofHours(1);

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aPeerWithASmallBufferGetsEveryByteThroughManyShortWrites(Wire wire) throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            messages.add(message(random, switch (random.nextInt(10)) {
                case 0 -> 65_520 + random.nextInt(40); // around the size of a chunk, and of the longest header
                case 1 -> random.nextInt(300_000);
                case 2 -> 120 + random.nextInt(12);
                default -> random.nextInt(5_000);
            }));
        }
        messages.add(150, message(random, 3 << 20));
        messages.add(Message.text(""));
        messages.add(message(random, 5 << 20));
        BroadcastHub.Builder hub = BroadcastHub.builder().retention(Retention.of(10_000, 256 << 20)).stallTimeout(LONG)
                .heartbeat(Duration.ZERO);
        try (BroadcastServer server = wire.start(hub); RawClient peer = wire.open(server, 16_384)) {
            messages.forEach(server.hub()::broadcast);
            for (Message message : messages) {
                RawClient.Frame frame = peer.read();
                byte[] expected = new byte[message.size()];
                message.payload().get(expected);
                assertThat(frame.first()).as("seed %s", seed).isEqualTo(message instanceof Message.Text ? 0x81 : 0x82);
                assertThat(frame.payload().length).as("seed %s", seed).isEqualTo(expected.length);
                assertThat(Arrays.mismatch(frame.payload(), expected)).as("seed %s", seed).isEqualTo(-1);
            }
        }
    }

    private static Message message(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        if (random.nextBoolean()) {
            return Message.binary(bytes);
        }
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (' ' + (bytes[i] & 0x3F));
        }
        return Message.text(new String(bytes, StandardCharsets.US_ASCII));
    }

    @Test
    void aPeerThatClosesAndReadsOnlyAfterItsSocketWasClosedGetsAllThatTheKernelHad() throws Exception {
        assumeTrue(Kernel.isThere(), "only Linux lists the sockets of a process");
        Wire.atOnce(wire -> {
            try (BroadcastServer server = wire.start(BroadcastHub.builder().heartbeat(Duration.ZERO));
                    RawClient peer = wire.open(server, 4_096)) {
                Kernel.Connection socket = Kernel.connection(server.port(), peer.socket().getLocalPort());
                String text = "0123456789".repeat(1_000);
                for (int i = 0; i < 20; i++) {
                    server.hub().broadcast(text); // more than the peer's buffer takes, less than that of the server
                }
                peer.sendClose(4000);
                await().until(() -> !socket.hasDescriptor());
                for (int i = 0; i < 20; i++) {
                    assertThat(peer.readText()).isEqualTo(text);
                }
                assertThat(peer.read().code()).isEqualTo(4000);
                assertThat(peer.socket().getInputStream().read()).as("the end, and no reset").isEqualTo(-1);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void pongsAndTextShareTheWayOutFrameByFrame(Wire wire) throws Exception {
        BroadcastHub.Builder hub = BroadcastHub.builder().retention(Retention.of(10_000, 256 << 20)).stallTimeout(LONG)
                .heartbeat(Duration.ZERO);
        try (BroadcastServer server = wire.start(hub); RawClient peer = wire.open(server, 16_384)) {
            String text = "0123456789".repeat(10_000);
            for (int i = 0; i < 100; i++) {
                server.hub().broadcast(text);
            }
            // The newest pong that waits replaces those before it: RFC 6455 section 5.5.3.
            for (int i = 0; i < 50; i++) {
                peer.send(RawClient.frame(0x89, Integer.toString(i).getBytes(StandardCharsets.UTF_8)));
            }
            int texts = 0;
            int newest = -1;
            while (texts < 100 || newest < 49) {
                RawClient.Frame frame = peer.read();
                if (frame.first() == 0x8A) {
                    assertThat(Integer.parseInt(frame.text())).isGreaterThan(newest);
                    newest = Integer.parseInt(frame.text());
                } else {
                    assertThat(frame.text().equals(text)).isTrue();
                    texts++;
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aPeerThatMaySkipGoesOnWithTheOldestMessageKept(Wire wire) throws Exception {
        int kept = 100;
        int messages = 3_000;
        Recorder recorder = new Recorder();
        BroadcastHub.Builder hub = BroadcastHub.builder().listener(recorder).overflow(OverflowPolicy.skip())
                .retention(Retention.of(kept, 64 << 20)).stallTimeout(LONG).heartbeat(Duration.ZERO);
        try (BroadcastServer server = wire.start(hub); RawClient peer = wire.open(server, 4_096)) {
            String filler = "f".repeat(8_000);
            for (int i = 0; i < messages; i++) {
                server.hub().broadcast(i + " " + filler);
            }
            int expected = 0;
            int jumps = 0;
            long lost = 0;
            while (expected < messages) {
                String text = peer.readText();
                int number = Integer.parseInt(text.substring(0, text.indexOf(' ')));
                if (number != expected) {
                    jumps++;
                    lost += number - expected;
                    assertThat(number).as("the oldest kept").isEqualTo(messages - kept);
                }
                expected = number + 1;
            }
            assertThat(jumps).isEqualTo(1);
            long total = lost;
            await().untilAsserted(() -> assertThat(recorder.missed).containsExactly(total));
            assertThat(server.hub().stats().missed()).isEqualTo(lost);
            Peer known = server.hub().peers().iterator().next();
            assertThat(known.missed()).isEqualTo(lost);
            await().untilAsserted(() -> assertThat(known.delivered()).isEqualTo(messages - total)); // counted last
            assertThat(recorder.departures).isEmpty();
        }
    }
}
