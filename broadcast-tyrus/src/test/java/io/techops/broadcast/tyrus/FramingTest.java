package io.techops.broadcast.tyrus;

import static io.techops.broadcast.testing.ClientFrames.close;
import static io.techops.broadcast.testing.ClientFrames.concat;
import static io.techops.broadcast.testing.ClientFrames.frame;
import static io.techops.broadcast.testing.ClientFrames.frameOf;
import static io.techops.broadcast.testing.ClientFrames.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.RawClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 sections 5.1 to 5.3, 5.6, 8.1 and 10.4: single frames, in order and not. */
class FramingTest {

    @RegisterExtension
    static final Conformance CONFORMANCE = new Conformance();

    private static Arguments breaks(String section, String what, int code, byte[]... frames) {
        return Arguments.of(section, what, code, concat(frames));
    }

    static Stream<Arguments> violations() {
        List<Arguments> all = new ArrayList<>();
        for (int opcode : new int[] {0x1, 0x2, 0x8, 0x9, 0xA}) {
            byte[] unmasked = {(byte) (0x80 | opcode), 0};
            all.add(breaks("5.1", "opcode " + opcode + " without a mask", 1002, unmasked));
        }
        all.add(breaks("5.1", "two bytes without a mask", 1002, new byte[] {(byte) 0x81, 2, 'h', 'i'}));
        for (int reserved = 1; reserved < 8; reserved++) {
            all.add(breaks("5.2", "reserved bits " + reserved + " of a text", 1002, frame(0x81 | reserved << 4, 'x')));
        }
        all.add(breaks("5.2", "RSV1 of a ping", 1002, frame(0xC9)));
        all.add(breaks("5.2", "RSV2 of a close", 1002, frame(0xA8)));
        all.add(breaks("5.2", "RSV3 of a continuation", 1002, frame(0x01, 'x'), frame(0x90, 'x')));
        for (int opcode : new int[] {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
            all.add(breaks("5.2", "opcode " + opcode, 1002, frame(0x80 | opcode, 'x')));
        }
        all.add(breaks("5.2", "opcode 3 within a message", 1002, frame(0x01, 'x'), frame(0x83)));
        all.add(breaks("5.2", "a length of 0 in two bytes", 1002, header(0x81, 2, 0)));
        all.add(breaks("5.2", "a length of 125 in two bytes", 1002, header(0x81, 2, 125)));
        all.add(breaks("5.2", "a length of 125 in eight bytes", 1002, header(0x81, 8, 125)));
        all.add(breaks("5.2", "a length of 65,535 in eight bytes", 1002, header(0x82, 8, 65_535)));
        all.add(breaks("5.2", "the highest bit of a length", 1002, header(0x81, 8, Long.MIN_VALUE)));
        all.add(breaks("5.2", "all bits of a length", 1002, header(0x82, 8, -1)));
        all.add(breaks("5.6, 8.1", "a byte that begins no character", 1007, frame(0x81, 0xFF)));
        all.add(breaks("5.6, 8.1", "a byte that continues no character", 1007, frame(0x81, 'x', 0x80)));
        all.add(breaks("5.6, 8.1", "a character that does not go on", 1007, frame(0x81, 0xC3, 0x28)));
        all.add(breaks("5.6, 8.1", "a surrogate", 1007, frame(0x81, 0xED, 0xA0, 0x80)));
        all.add(breaks("5.6, 8.1", "a pair of surrogates", 1007, frame(0x81, 0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80)));
        all.add(breaks("5.6, 8.1", "beyond Unicode", 1007, frame(0x81, 0xF4, 0x90, 0x80, 0x80)));
        all.add(breaks("5.6, 8.1", "five bytes", 1007, frame(0x81, 0xF8, 0x88, 0x80, 0x80, 0x80)));
        all.add(breaks("5.6, 8.1", "an overlong slash", 1007, frame(0x81, 0xC0, 0xAF)));
        all.add(breaks("5.6, 8.1", "an overlong zero", 1007, frame(0x81, 0xE0, 0x80, 0x80)));
        all.add(breaks("5.6, 8.1", "half a character at the end", 1007, frame(0x81, 'x', 0xE2, 0x82)));
        all.add(breaks("10.4", "a text over the limit", 1009, header(0x81, 8, Conformance.LIMIT + 1)));
        all.add(breaks("10.4", "a binary over the limit", 1009, header(0x82, 8, Conformance.LIMIT + 1)));
        all.add(breaks("10.4", "a length of 2^31", 1009, header(0x82, 8, 1L << 31)));
        all.add(breaks("10.4", "a length of 2^62", 1009, header(0x81, 8, 1L << 62)));
        all.add(breaks("10.4", "a length of 2^63 - 1", 1009, header(0x82, 8, Long.MAX_VALUE)));
        return all.stream();
    }

    @ParameterizedTest(name = "section {0}: {1} is {2}")
    @MethodSource("violations")
    void whatTheRfcForbidsFailsTheConnection(String section, String what, int code, byte[] bytes) throws Exception {
        CONFORMANCE.failsWith(code, bytes);
    }

    @ParameterizedTest(name = "{0}: {1} is {2}, sent byte by byte")
    @MethodSource("violations")
    void section5_alsoIfItComesByteByByte(String section, String what, int code, byte[] bytes) throws Exception {
        try (RawClient peer = CONFORMANCE.open()) {
            peer.sendPieces(bytes, 1);
            assertThat(peer.readClose().code()).isEqualTo(code);
            assertThat(peer.readsEnd()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void section7_1_7_whatFollowsAViolationIsNotRead(Wire wire) throws Exception {
        byte[] bytes = frame(0x83);
        for (int i = 0; i < 10; i++) {
            bytes = concat(bytes, frameOf(0x81, 100), bytes);
        }
        try (Conformance own = new Conformance(wire);
                RawClient other = wire.open(own.server());
                RawClient peer = wire.open(own.server())) {
            peer.send(bytes);
            RawClient.Frame first = peer.read();
            assertThat(first.opcode()).as("nothing before the close frame").isEqualTo(8);
            assertThat(first.code()).isEqualTo(1002);
            assertThat(peer.readsEnd()).isTrue();
            Conformance.isUsable(other);
        }
    }

    @ParameterizedTest(name = "of {0} bytes")
    @ValueSource(ints = {0, 1, 125, 126, 127, 128, 65_535, 65_536, Conformance.LIMIT})
    void section5_2_aLengthInItsShortestFormIsTaken(int length) throws Exception {
        String text = "\u20AC" + "t".repeat(Math.max(0, length - 3));
        byte[] payload = length < 3 ? "t".repeat(length).getBytes(StandardCharsets.UTF_8)
                : text.getBytes(StandardCharsets.UTF_8);
        assertThat(payload).hasSize(length);
        try (RawClient peer = CONFORMANCE.open()) {
            for (int first : new int[] {0x81, 0x82}) {
                byte[] frame = RawClient.frame(first, payload);
                peer.send(frame);
                isEchoed(peer, first, payload);
                peer.sendPieces(frame, Math.max(1, length / 100)); // reads cut header and payload anywhere
                isEchoed(peer, first, payload);
            }
        }
    }

    private static void isEchoed(RawClient peer, int first, byte[] payload) throws Exception {
        RawClient.Frame echo = peer.read();
        assertThat(echo.first()).isEqualTo(first);
        assertThat(echo.payload()).isEqualTo(payload);
    }

    @Test
    void section5_1_noFrameOfTheServerIsMaskedAndSection5_2_noReservedBitIsSet() throws Exception {
        try (RawClient peer = CONFORMANCE.open()) {
            for (byte[] frame : List.of(frameOf(0x81, 10), frameOf(0x82, 200), frameOf(0x81, 66_000), frameOf(0x89, 5),
                    close(1000, ""))) {
                peer.send(frame);
                RawClient.Frame answer = peer.read(); // refuses a mask
                assertThat(answer.first() & 0xF0).as("FIN, and no reserved bit").isEqualTo(0x80);
            }
            assertThat(peer.readsEnd()).isTrue();
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(ints = {0, 0x01020304, 0xFFFFFFFF, 0x80000001, 0x00FF00FF})
    void section5_3_anyMaskingKeyIsTaken(int key) throws Exception {
        byte[] frame = frame(0x81, "masked with whatever key");
        for (int i = 0; i < frame.length - 2; i++) { // from the key of RawClient to the one asked for
            int shift = 24 - i % 4 * 8;
            frame[2 + i] ^= (byte) ((0x01020304 ^ key) >>> shift);
        }
        try (RawClient peer = CONFORMANCE.open()) {
            peer.send(frame);
            assertThat(peer.readText()).isEqualTo("masked with whatever key");
            peer.sendPieces(frame, 3);
            assertThat(peer.readText()).isEqualTo("masked with whatever key");
        }
    }

    @Test
    void section5_6_anyUnicodeTextIsVerbatim() throws Exception {
        String text = "\u0000\u007F\u0080\u07FF\u0800\uD7FF\uE000\uFEFF\uFFFE\uFFFF\uD800\uDC00\uDBFF\uDFFF\u202E";
        try (RawClient peer = CONFORMANCE.open()) {
            peer.sendText(text);
            assertThat(peer.readText()).isEqualTo(text);
            peer.sendPieces(frame(0x81, text), 1); // a character that is split over reads is whole again
            assertThat(peer.readText()).isEqualTo(text);
        }
    }

    @Test
    void section5_6_anyBytesAreABinaryMessage() throws Exception {
        byte[] payload = new byte[256];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) i;
        }
        try (RawClient peer = CONFORMANCE.open()) {
            peer.send(RawClient.frame(0x82, payload));
            isEchoed(peer, 0x82, payload);
        }
    }

    @Test
    void section10_4_aMessageOverTheLimitIsRefusedBeforeItsPayload() throws Exception {
        try (RawClient peer = CONFORMANCE.open()) {
            peer.send(header(0x81, 8, Conformance.LIMIT + 1)); // and no byte of the payload
            assertThat(peer.readClose().code()).isEqualTo(1009);
        }
    }
}
