package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.Kernel;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** However a peer goes, it is unregistered once, with the reason. */
class DepartureTest {

    /** A way to go. */
    private interface Leaving {
        void of(RawClient peer) throws Exception;
    }

    private static Arguments way(Wire wire, String what, int code, Leaving leaving) {
        return Arguments.of(wire, what, code, leaving);
    }

    static Stream<Arguments> ways() {
        return Stream.of(Wire.values()).flatMap(wire -> Stream.of(
                way(wire, "a close frame", 1000, peer -> peer.sendClose(1000)),
                way(wire, "a close frame with a code of its own", 4321, peer -> peer.sendClose(4321)),
                // Tyrus tells the endpoint 1000 for it, not 1005.
                way(wire, "a close frame without a code", 1005, peer -> peer.send(RawClient.frame(0x88, new byte[0]))),
                way(wire, "a close frame and a reset", 1000, peer -> {
                    peer.sendClose(1000);
                    peer.readClose();
                    peer.reset();
                }),
                way(wire, "a reset", 1006, RawClient::reset),
                way(wire, "the end of the stream", 1006, RawClient::close),
                way(wire, "half a close", 1006, peer -> peer.socket().shutdownOutput()),
                way(wire, "the end of the stream within a frame", 1006, peer -> {
                    peer.send(new byte[] {(byte) 0x81, (byte) 0x85, 1});
                    peer.close();
                }),
                way(wire, "a violation", 1002, peer -> peer.send(new byte[] {0, 0}))));
    }

    @ParameterizedTest(name = "{0}, {1}: {2}")
    @MethodSource("ways")
    void aPeerThatGoesIsUnregisteredOnce(Wire wire, String what, int code, Object leaving) throws Exception {
        Recorder recorder = new Recorder();
        try (BroadcastServer server = wire.start(BroadcastHub.builder().listener(recorder));
                RawClient other = wire.open(server)) {
            try (RawClient peer = wire.open(server)) {
                peer.sendText("here");
                assertThat(peer.readText()).isEqualTo("here");
                assertThat(other.readText()).isEqualTo("here");
                ((Leaving) leaving).of(peer);
                await().untilAsserted(() -> assertThat(recorder.departures).hasSize(1));
            }
            assertThat(recorder.departures.get(0).peer()).isEqualTo(2);
            assertThat(recorder.departures.get(0).reason().code()).isEqualTo(code);
            assertThat(server.hub().peers()).hasSize(1);
            other.sendText("undisturbed");
            assertThat(other.readText()).isEqualTo("undisturbed");
            other.sendClose(1000);
            await().untilAsserted(() -> assertThat(server.hub().peers()).isEmpty());
        }
        assertThat(recorder.registered).hasSize(2);
        assertThat(recorder.departures).extracting(Recorder.Departure::peer).containsExactly(2L, 1L);
        assertThat(recorder.failures).isEmpty();
    }

    @Test
    void aPeerThatDoesNotAnswerAPingIsUnregisteredAndOneThatAnswersIsNot() throws Exception {
        Wire.atOnce(wire -> {
            Recorder recorder = new Recorder();
            BroadcastHub.Builder hub = BroadcastHub.builder().listener(recorder)
                    .heartbeat(Duration.ofMillis(200)).pongTimeout(Duration.ofSeconds(5));
            try (BroadcastServer server = wire.start(hub);
                    JdkClient answers = wire.jdk(server);
                    RawClient silent = wire.open(server)) {
                assertThat(silent.read().first()).as("a ping").isEqualTo(0x89);
                assertThat(silent.readsEnd()).isTrue();
                await().untilAsserted(() -> assertThat(recorder.departures).hasSize(1));
                assertThat(recorder.departures.get(0).peer()).isEqualTo(2);
                assertThat(recorder.departures.get(0).reason().code()).isEqualTo(CloseReason.ABNORMAL);
                assertThat(recorder.departures.get(0).reason().phrase()).contains("5000 ms");
                assertThat(answers.send("alive").next()).isEqualTo("alive");
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void theJdkClientClosesCleanlyAndHearsItsOwnCode(Wire wire) throws Exception {
        Recorder recorder = new Recorder();
        try (BroadcastServer server = wire.start(BroadcastHub.builder().listener(recorder));
                JdkClient peer = wire.jdk(server)) {
            peer.sendClose(3456, "so long");
            assertThat(peer.closed().code()).isEqualTo(3456);
            await().untilAsserted(() -> assertThat(recorder.departures).hasSize(1));
            assertThat(recorder.departures.get(0).reason()).isEqualTo(CloseReason.of(3456, "so long"));
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void thePeerThatTheHostClosesGetsAllThatWasSentBeforeAndThenTheReason(Wire wire) throws Exception {
        Recorder recorder = new Recorder();
        try (BroadcastServer server = wire.start(BroadcastHub.builder().listener(recorder)
                .closeTimeout(Duration.ofMinutes(5)));
                RawClient peer = wire.open(server)) {
            for (int i = 0; i < 500; i++) {
                server.hub().broadcast("m".repeat(1_000));
            }
            server.hub().peers().iterator().next().close(CloseReason.of(4000, "enough"));
            for (int i = 0; i < 500; i++) {
                assertThat(peer.readText()).hasSize(1_000);
            }
            RawClient.Frame close = peer.read();
            assertThat(close.first()).isEqualTo(0x88);
            assertThat(close.code()).isEqualTo(4000);
            assertThat(close.phrase()).isEqualTo("enough");
            peer.sendClose(4000);
            assertThat(peer.readsEnd()).isTrue();
            await().untilAsserted(() -> assertThat(recorder.departures)
                    .extracting(Recorder.Departure::reason).containsExactly(CloseReason.of(4000, "enough")));
        }
    }

    @Test
    void manyThatComeAndGoLeaveNothingBehind() throws Exception {
        Recorder recorder = new Recorder();
        try (BroadcastServer server = Wire.PLAIN.start(BroadcastHub.builder().listener(recorder))) {
            for (int round = 0; round < 10; round++) {
                List<RawClient> peers = new ArrayList<>();
                for (int i = 0; i < 30; i++) {
                    peers.add(Wire.PLAIN.open(server));
                    server.hub().broadcast("churn");
                }
                for (int i = 0; i < 30; i++) {
                    if (i % 3 == 0) {
                        peers.get(i).reset();
                    } else {
                        peers.get(i).close();
                    }
                }
            }
            await().untilAsserted(() -> assertThat(server.hub().peers()).isEmpty());
            await().untilAsserted(() -> assertThat(recorder.departures).hasSize(300));
            assertThat(recorder.departures).extracting(Recorder.Departure::peer).doesNotHaveDuplicates();
            await().untilAsserted(() -> assertThat(Kernel.connectionsOf(server.port())).isEmpty());
        }
    }
}
