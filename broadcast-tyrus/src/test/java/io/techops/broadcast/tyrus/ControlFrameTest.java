package io.techops.broadcast.tyrus;

import static io.techops.broadcast.testing.ClientFrames.concat;
import static io.techops.broadcast.testing.ClientFrames.frame;
import static io.techops.broadcast.testing.ClientFrames.frameOf;
import static io.techops.broadcast.testing.ClientFrames.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.RawClient;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** RFC 6455 sections 5.5, 5.5.2 and 5.5.3: pings and pongs, and the shape of control frames. */
class ControlFrameTest {

    @RegisterExtension
    static final Conformance CONFORMANCE = new Conformance();

    private static Arguments breaks(String what, byte[]... frames) {
        return Arguments.of(what, concat(frames));
    }

    static Stream<Arguments> violations() {
        return Stream.of(
                breaks("a ping of 126 bytes", frameOf(0x89, 126)),
                breaks("a pong of 126 bytes", header(0x8A, 2, 126)),
                breaks("a close of 126 bytes", header(0x88, 2, 126)),
                breaks("a ping of 65,536 bytes", header(0x89, 8, 65_536)),
                breaks("a ping whose length is in two bytes", header(0x89, 2, 5)),
                breaks("a ping of 126 bytes within a message", frame(0x01, 'x'), header(0x89, 2, 126)),
                breaks("a fragmented ping", frame(0x09, 'x'), frame(0x80, 'x')),
                breaks("a fragmented pong", frame(0x0A)),
                breaks("a fragmented close", frame(0x08, 0x03, 0xE8)),
                breaks("a fragmented ping within a message", frame(0x01, 'x'), frame(0x09)));
    }

    @ParameterizedTest(name = "section 5.5: {0} is 1002")
    @MethodSource("violations")
    void whatTheRfcForbidsFailsTheConnection(String what, byte[] bytes) throws Exception {
        CONFORMANCE.failsWith(1002, bytes);
    }

    @Test
    void section5_5_2_aPingIsAnsweredWithItsPayload() throws Exception {
        try (RawClient peer = CONFORMANCE.open()) {
            for (int length : new int[] {0, 1, 124, 125}) {
                byte[] ping = frameOf(0x89, length);
                for (int pieces : new int[] {1, 5, ping.length}) {
                    peer.sendPieces(ping, pieces);
                    RawClient.Frame pong = peer.read();
                    assertThat(pong.first()).isEqualTo(0x8A);
                    assertThat(pong.text()).isEqualTo("p".repeat(length));
                }
            }
            peer.send(frame(0x89, 0x00, 0xFF, 0xFE, 0xC0, 0x80)); // a payload need not be text
            assertThat(peer.read().payload()).isEqualTo(new byte[] {0, -1, -2, -64, -128});
        }
    }

    @Test
    void section5_5_3_ofPipelinedPingsAtLeastTheLastIsAnsweredAndNoneTwice() throws Exception {
        try (RawClient peer = CONFORMANCE.open()) {
            List<byte[]> pings = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                pings.add(frame(0x89, Integer.toString(i)));
            }
            peer.send(concat(pings.toArray(byte[][]::new)));
            int newest = -1;
            while (newest < 999) {
                RawClient.Frame pong = peer.read();
                assertThat(pong.first()).isEqualTo(0x8A);
                assertThat(Integer.parseInt(pong.text())).isGreaterThan(newest);
                newest = Integer.parseInt(pong.text());
            }
            Conformance.isUsable(peer);
        }
    }

    @Test
    void section5_5_3_aPongThatNobodyAskedForIsNoReasonToClose() throws Exception {
        try (RawClient peer = CONFORMANCE.open()) {
            peer.send(concat(frame(0x8A), frameOf(0x8A, 125), frame(0x8A, "x")));
            Conformance.isUsable(peer);
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void section5_5_2_pingsAreAnsweredBetweenTheFramesWhileTextFlows(Wire wire) throws Exception {
        try (BroadcastServer server = wire.server().start(); RawClient peer = wire.open(server)) {
            int texts = 0;
            String lastPong = "";
            for (int round = 0; round < 100; round++) {
                for (int i = 0; i < 20; i++) {
                    server.hub().broadcast("t".repeat(500));
                }
                peer.send(frame(0x89, Integer.toString(round)));
                while (texts < 20 * (round + 1) || !lastPong.equals(Integer.toString(round))) {
                    RawClient.Frame frame = peer.read();
                    if (frame.first() == 0x8A) {
                        lastPong = frame.text();
                    } else {
                        assertThat(frame.first()).isEqualTo(0x81);
                        assertThat(frame.payload()).hasSize(500);
                        texts++;
                    }
                }
            }
            assertThat(texts).isEqualTo(2_000);
        }
    }
}
