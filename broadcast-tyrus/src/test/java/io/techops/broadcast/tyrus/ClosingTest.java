package io.techops.broadcast.tyrus;

import static io.techops.broadcast.testing.ClientFrames.close;
import static io.techops.broadcast.testing.ClientFrames.concat;
import static io.techops.broadcast.testing.ClientFrames.frame;
import static io.techops.broadcast.testing.ClientFrames.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Peer;
import io.techops.broadcast.testing.Kernel;
import io.techops.broadcast.testing.RawClient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 sections 5.5.1 and 7: the closing handshake, from both sides, and what can go wrong with it. */
class ClosingTest {

    @RegisterExtension
    static final Conformance CONFORMANCE = new Conformance();

    // The peer begins.

    @ParameterizedTest(name = "{0}")
    @ValueSource(ints = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999})
    void section7_4_aCloseCodeThatMayBeSentIsAnsweredWithTheSame(int code) throws Exception {
        try (RawClient peer = CONFORMANCE.open()) {
            Peer registered = CONFORMANCE.newest();
            peer.send(close(code, "b\u00FCe"));
            RawClient.Frame answer = peer.read();
            assertThat(answer.first()).isEqualTo(0x88);
            assertThat(answer.code()).isEqualTo(code);
            assertThat(peer.readsEnd()).as("section 7.1.1: the server ends the connection").isTrue();
            CloseReason told = CONFORMANCE.departure(registered);
            assertThat(told).as("sections 7.1.5 and 7.1.6").isEqualTo(CloseReason.of(code, "b\u00FCe"));
        }
    }

    @Test
    void section5_5_1_aCloseFrameWithoutACodeIsAnswered() throws Exception {
        try (RawClient peer = CONFORMANCE.open()) {
            peer.send(frame(0x88));
            assertThat(peer.read().first()).isEqualTo(0x88);
            assertThat(peer.readsEnd()).isTrue();
        }
    }

    @Test
    void section5_5_1_aReasonMayHave123BytesAndTheFrameMayComeByteByByte() throws Exception {
        try (RawClient peer = CONFORMANCE.open()) {
            Peer registered = CONFORMANCE.newest();
            peer.sendPieces(close(4000, "\u20AC".repeat(41)), 1);
            assertThat(peer.read().code()).isEqualTo(4000);
            assertThat(CONFORMANCE.departure(registered)).isEqualTo(CloseReason.of(4000, "\u20AC".repeat(41)));
        }
    }

    private static Arguments breaks(String section, String what, int code, byte[] frame) {
        return Arguments.of(section, what, code, frame);
    }

    static Stream<Arguments> violations() {
        List<Arguments> all = new ArrayList<>(List.of(
                breaks("5.5.1", "a code of one byte", 1002, frame(0x88, 0x03)),
                breaks("5.5.1", "a reason that is not UTF-8", 1007, frame(0x88, 0x03, 0xE8, 0xC3, 0x28)),
                breaks("5.5.1", "a reason that ends within a character", 1007, frame(0x88, 0x03, 0xE8, 'x', 0xE2)),
                breaks("5.5", "a reason of 124 bytes", 1002, header(0x88, 2, 126))));
        // 1012 and 1013 are a server's to say. 1014 and 1015 are for gateways and for reports.
        for (int code : new int[] {0, 999, 1004, 1005, 1006, 1012, 1013, 1014, 1015, 1016, 1100, 2000, 2999, 5000,
            65_535}) {
            all.add(breaks("7.4", "close code " + code, 1002, close(code, "")));
        }
        return all.stream();
    }

    @ParameterizedTest(name = "section {0}: {1} is {2}")
    @MethodSource("violations")
    void aCloseFrameThatIsNotInOrderFailsTheConnection(String section, String what, int code, byte[] frame)
            throws Exception {
        CONFORMANCE.failsWith(code, frame);
    }

    @Test
    void section5_5_1_nothingThatFollowsAPeersCloseFrameCounts() throws Exception {
        try (RawClient other = CONFORMANCE.open(); RawClient peer = CONFORMANCE.open()) {
            peer.send(concat(frame(0x81, "before"), close(1000, ""), frame(0x81, "after"), frame(0x89, "ping"),
                    close(4000, ""), new byte[] {0, 0, 0}));
            RawClient.Frame next = peer.read();
            while (next.opcode() == 1) {
                assertThat(next.text()).isEqualTo("before");
                next = peer.read();
            }
            assertThat(next.code()).as("no pong before it").isEqualTo(1000);
            assertThat(peer.readsEnd()).as("nothing follows it").isTrue();
            assertThat(other.readText()).isEqualTo("before");
            Conformance.isUsable(other);
        }
    }

    @Test
    void section7_1_1_aPeerThatGoesOnSendingAfterItsCloseFrameIsCutInTheEnd() throws Exception {
        try (RawClient peer = CONFORMANCE.open()) {
            int port = peer.socket().getLocalPort();
            peer.sendClose(1000);
            assertThat(peer.read().code()).isEqualTo(1000);
            await().until(() -> { // its bytes are read and dropped, until its time is over
                try {
                    peer.sendText("and another thing");
                    return false;
                } catch (java.net.SocketException e) {
                    return true;
                }
            });
            if (Kernel.isThere()) {
                await().untilAsserted(() -> assertThat(Kernel.connectionsOf(CONFORMANCE.server().port()))
                        .noneMatch(one -> one.remotePort() == port));
            }
        }
    }

    // The server begins.

    @Test
    void section7_1_2_theServersCloseFrameIsAnsweredAndTheServerEndsTheConnection() throws Exception {
        try (RawClient peer = CONFORMANCE.open()) {
            Peer registered = CONFORMANCE.newest();
            registered.close(CloseReason.of(4100, "enough"));
            RawClient.Frame close = peer.read();
            assertThat(close.code()).isEqualTo(4100);
            assertThat(close.phrase()).isEqualTo("enough");
            peer.sendClose(4100);
            assertThat(peer.readsEnd()).isTrue();
            assertThat(CONFORMANCE.departure(registered)).isEqualTo(CloseReason.of(4100, "enough"));
        }
    }

    @Test
    void section7_1_2_whatAPeerSendsBetweenTheServersCloseFrameAndItsAnswerIsDropped() throws Exception {
        try (RawClient other = CONFORMANCE.open()) {
            try (RawClient peer = CONFORMANCE.open()) {
                CONFORMANCE.newest().close(CloseReason.of(1000));
                assertThat(peer.read().code()).isEqualTo(1000);
                peer.send(concat(frame(0x81, "too late"), frame(0x89, "ping"), close(1000, "")));
                assertThat(peer.readsEnd()).isTrue();
            }
            Conformance.isUsable(other);
        }
    }

    @Test
    void section7_1_4_bothMayBeginAtTheSameTime() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (RawClient peer = CONFORMANCE.open()) {
                Peer registered = CONFORMANCE.newest();
                peer.sendClose(4001);
                registered.close(CloseReason.of(4002));
                RawClient.Frame close = peer.read();
                assertThat(close.code()).isIn(4001, 4002);
                assertThat(peer.readsEnd()).as("one close frame and no more").isTrue();
                assertThat(CONFORMANCE.departure(registered).code()).isIn(4001, 4002);
            }
        }
    }

    @Test
    void section7_1_2_anAnswerThatBreaksRulesEndsTheConnectionToo() throws Exception {
        try (RawClient peer = CONFORMANCE.open()) {
            Peer registered = CONFORMANCE.newest();
            registered.close(CloseReason.of(4200));
            assertThat(peer.read().code()).isEqualTo(4200);
            peer.send(new byte[] {0, 0});
            assertThat(peer.readsEnd()).as("after one close frame").isTrue();
            assertThat(CONFORMANCE.departure(registered).code()).isEqualTo(4200);
        }
    }

    // TCP ends first.

    @Test
    void section7_1_4_halfACloseAfterTheCloseFrameStillGetsTheAnswer() throws Exception {
        try (RawClient peer = CONFORMANCE.open()) {
            peer.sendClose(1000);
            peer.socket().shutdownOutput();
            assertThat(peer.read().code()).isEqualTo(1000);
            assertThat(peer.readsEnd()).isTrue();
        }
    }

    static Stream<Arguments> brokenOff() {
        byte[] text = frame(0x81, "a text that is not complete");
        return Stream.of(
                Arguments.of("before any frame", new byte[0]),
                Arguments.of("within a header", Arrays.copyOf(text, 1)),
                Arguments.of("within a masking key", Arrays.copyOf(text, 4)),
                Arguments.of("within a payload", Arrays.copyOf(text, 12)),
                Arguments.of("between two fragments", frame(0x01, "x")),
                Arguments.of("within a close frame", Arrays.copyOf(close(1000, "bye"), 7)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenOff")
    void section7_1_5_aConnectionThatEndsWithoutACloseFrameWas1006(String where, byte[] bytes) throws Exception {
        try (RawClient half = CONFORMANCE.open()) {
            Peer registered = CONFORMANCE.newest();
            half.send(bytes);
            half.socket().shutdownOutput();
            assertThat(half.readsEnd()).isTrue();
            assertThat(CONFORMANCE.departure(registered).code()).isEqualTo(CloseReason.ABNORMAL);
        }
        try (RawClient reset = CONFORMANCE.open()) {
            Peer registered = CONFORMANCE.newest();
            reset.send(bytes);
            reset.reset();
            assertThat(CONFORMANCE.departure(registered).code()).isEqualTo(CloseReason.ABNORMAL);
        }
    }
}
