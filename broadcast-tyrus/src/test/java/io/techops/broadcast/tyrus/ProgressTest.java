package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Over real sockets, with virtual time: a peer that takes a large message slowly is slow, but not stalled.
 *
 * <p>A client may have read what the server has written before the thread that wrote it tells the hub. So a part is
 * known to be told of only when the next one has been read, and the parts are read at a pace for which that will do.
 */
class ProgressTest {

    /** More than the kernel hides at both ends of a connection: reading it makes the server write. */
    private static final int PART = 7 << 20;
    private static final int PARTS = 7;
    private static final Duration PACE = Duration.ofSeconds(3);
    private static final int SMALL_BUFFER = 65_536;

    private final VirtualTimer timer = new VirtualTimer();
    private final Recorder recorder = new Recorder();

    private BroadcastServer start(Wire wire) {
        return wire.start(BroadcastHub.builder().timer(timer).listener(recorder).heartbeat(Duration.ZERO)
                .retention(Retention.of(1_000, 64 << 20)));
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aPeerThatTakesOneLargeMessageBitByBitIsNotCut(Wire wire) throws Exception {
        try (BroadcastServer server = start(wire); RawClient peer = wire.open(server, SMALL_BUFFER)) {
            server.hub().broadcast(Message.binary(new byte[PARTS * PART]));
            assertThat(peer.readBytes(10)).as("the header of the frame").startsWith(0x82, 127);
            for (int part = 0; part < PARTS; part++) {
                timer.pass(PACE);
                assertThat(Arrays.equals(peer.readBytes(PART), new byte[PART])).isTrue();
            }
            server.hub().broadcast("still here");
            assertThat(peer.readText()).isEqualTo("still here");
            assertThat(server.hub().stats().stalls()).isZero();
            assertThat(recorder.departures).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void onceItTakesNothingForTheWholeTimeItIsCut(Wire wire) throws Exception {
        try (BroadcastServer server = start(wire); RawClient peer = wire.open(server, SMALL_BUFFER)) {
            server.hub().broadcast(Message.binary(new byte[PARTS * PART]));
            for (int part = 0; part < PARTS - 2; part++) {
                timer.pass(PACE);
                peer.readBytes(PART);
            }
            // The kernel fills up by itself, which is progress as well; after that nothing moves any more.
            await().untilAsserted(() -> {
                timer.pass(Duration.ofSeconds(10));
                assertThat(recorder.departures).hasSize(1);
            });
            assertThat(recorder.departures.get(0).reason())
                    .isEqualTo(CloseReason.of(CloseReason.TRY_AGAIN_LATER, "too slow: no progress for 10000 ms"));
            await().untilAsserted(() -> assertThat(server.hub().stats().stalls()).isOne()); // the listener may be first
        }
    }
}
