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
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 section 5.4: messages in fragments, with the limit and UTF-8 seen across them. */
class FragmentationTest {

    @RegisterExtension
    static final Conformance CONFORMANCE = new Conformance();

    /** {@return {@code payload} as a message of fragments of so many bytes} */
    static byte[] fragments(int opcode, byte[] payload, int size) {
        List<byte[]> frames = new ArrayList<>();
        for (int from = 0; from < payload.length; from += size) {
            int to = Math.min(payload.length, from + size);
            int first = (from == 0 ? opcode : 0) | (to == payload.length ? 0x80 : 0);
            frames.add(RawClient.frame(first, Arrays.copyOfRange(payload, from, to)));
        }
        return concat(frames.toArray(byte[][]::new));
    }

    private static void isOneMessage(int opcode, byte[] frames, byte[] payload) throws Exception {
        try (RawClient peer = CONFORMANCE.open()) {
            peer.send(frames);
            RawClient.Frame echo = peer.read();
            assertThat(echo.first()).isEqualTo(0x80 | opcode);
            assertThat(Arrays.equals(echo.payload(), payload)).isTrue();
            Conformance.isUsable(peer);
        }
    }

    @ParameterizedTest(name = "of {0} bytes")
    @ValueSource(ints = {1, 2, 3, 64, 125, 126, 1_000, 30_000})
    void section5_4_fragmentsAreOneMessage(int size) throws Exception {
        byte[] text = "\u00DF\u20AC\uD83D\uDE00 and so on ".repeat(2_000).getBytes(StandardCharsets.UTF_8);
        isOneMessage(1, fragments(1, text, size), text); // characters are cut anywhere
        byte[] bytes = new byte[50_000];
        Arrays.setAll(new int[bytes.length], i -> bytes[i] = (byte) (i * 31));
        isOneMessage(2, fragments(2, bytes, size), bytes);
    }

    @Test
    void section5_4_fragmentsMayBeEmpty() throws Exception {
        isOneMessage(1, concat(frame(0x01), frame(0x00), frame(0x80)), new byte[0]);
        isOneMessage(2, concat(frame(0x02), frame(0x00, 'a'), frame(0x00), frame(0x00, 'b'), frame(0x80)),
                new byte[] {'a', 'b'});
    }

    @Test
    void section5_4_controlFramesMayComeBetweenFragmentsAndAreAnsweredAtOnce() throws Exception {
        try (RawClient peer = CONFORMANCE.open()) {
            peer.send(concat(frame(0x01, "one "), frame(0x89, "first"), frame(0x00, "two "), frame(0x8A, "unasked")));
            RawClient.Frame pong = peer.read();
            assertThat(pong.first()).as("a pong before the message is complete").isEqualTo(0x8A);
            assertThat(pong.text()).isEqualTo("first");
            peer.sendPieces(concat(frame(0x00, "three"), frame(0x89, "second")), 1);
            assertThat(peer.read().text()).isEqualTo("second");
            peer.send(frame(0x80));
            assertThat(peer.readText()).isEqualTo("one two three");
        }
    }

    @Test
    void section5_4_aCloseFrameBetweenFragmentsEndsTheConnectionAndTheMessageIsNone() throws Exception {
        try (RawClient other = CONFORMANCE.open(); RawClient peer = CONFORMANCE.open()) {
            peer.send(concat(frame(0x01, "half a message"), close(1000, ""), frame(0x80, "the other half")));
            assertThat(peer.read().code()).isEqualTo(1000);
            assertThat(peer.readsEnd()).isTrue();
            Conformance.isUsable(other);
        }
    }

    @Test
    void section5_4_messagesMayFollowEachOtherAtOnce() throws Exception {
        try (RawClient peer = CONFORMANCE.open()) {
            List<byte[]> frames = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                frames.add(i % 3 == 0 ? frame(0x81, "whole " + i)
                        : concat(frame(0x01, "frag"), frame(0x00), frame(0x80, "ments " + i)));
            }
            peer.send(concat(frames.toArray(byte[][]::new)));
            for (int i = 0; i < 100; i++) {
                assertThat(peer.readText()).isEqualTo((i % 3 == 0 ? "whole " : "fragments ") + i);
            }
        }
    }

    private static Arguments breaks(String section, String what, int code, byte[]... frames) {
        return Arguments.of(section, what, code, concat(frames));
    }

    static Stream<Arguments> violations() {
        int limit = Conformance.LIMIT;
        return Stream.of(
                breaks("5.4", "a last continuation of nothing", 1002, frame(0x80, 'x')),
                breaks("5.4", "a continuation of nothing", 1002, frame(0x00, 'x')),
                breaks("5.4", "an empty continuation of nothing", 1002, frame(0x00)),
                breaks("5.4", "a continuation after a whole message", 1002, frame(0x81, 'x'), frame(0x80, 'x')),
                breaks("5.4", "a continuation after the end", 1002, frame(0x01, 'x'), frame(0x80), frame(0x80, 'x')),
                breaks("5.4", "a continuation of a ping", 1002, frame(0x89, 'x'), frame(0x80, 'x')),
                breaks("5.4", "a text within a text", 1002, frame(0x01, 'x'), frame(0x81, 'x')),
                breaks("5.4", "a fragment of a text within a text", 1002, frame(0x01, 'x'), frame(0x01, 'x')),
                breaks("5.4", "a binary within a text", 1002, frame(0x01, 'x'), frame(0x82, 'x')),
                breaks("5.4", "a text within a binary, after a ping", 1002, frame(0x02), frame(0x89), frame(0x81, 'x')),
                breaks("5.6, 8.1", "half a character at the end of the fragments", 1007,
                        frame(0x01, 'x', 0xE2), frame(0x80, 0x82)),
                breaks("5.6, 8.1", "a character that breaks off", 1007, frame(0x01, 0xE2), frame(0x80, 'x')),
                breaks("5.6, 8.1", "a surrogate", 1007, frame(0x01, 0xED), frame(0x00, 0xA0), frame(0x80)),
                breaks("5.6, 8.1", "half a character and an empty fragment", 1007, frame(0x01, 0xC3), frame(0x80)),
                breaks("10.4", "one byte over the limit in fragments", 1009, frameOf(0x01, limit), header(0x80, 0, 1)),
                breaks("10.4", "over the limit in many fragments", 1009,
                        fragments(1, "p".repeat(limit + 1_000).getBytes(StandardCharsets.UTF_8), 1_000)),
                breaks("10.4", "over the limit in fragments with a ping", 1009, frameOf(0x02, limit - 1), frame(0x89),
                        header(0x00, 0, 2)),
                breaks("10.4", "2^63 - 1 more", 1009, frame(0x01, 'x'), header(0x80, 8, Long.MAX_VALUE)));
    }

    @ParameterizedTest(name = "section {0}: {1} is {2}")
    @MethodSource("violations")
    void whatTheRfcForbidsFailsTheConnection(String section, String what, int code, byte[] bytes) throws Exception {
        CONFORMANCE.failsWith(code, bytes);
    }

    @ParameterizedTest(name = "{0}: {1} is {2}, sent in pieces")
    @MethodSource("violations")
    void section5_4_alsoIfItComesInPieces(String section, String what, int code, byte[] bytes) throws Exception {
        try (RawClient peer = CONFORMANCE.open()) {
            peer.sendPieces(bytes, Math.max(1, bytes.length / 1_000));
            assertThat(peer.readClose().code()).isEqualTo(code);
            assertThat(peer.readsEnd()).isTrue();
        }
    }

    @Test
    void section8_1_textInPiecesFailsAtItsFirstBadByteAndDoesNotWaitForTheRest() throws Exception {
        try (RawClient fragmented = CONFORMANCE.open(); RawClient split = CONFORMANCE.open()) {
            fragmented.send(frame(0x01, 0xCE, 0xBA, 0xE1, 0xED, 0xA0)); // no fragment follows
            assertThat(fragmented.readClose().code()).isEqualTo(1007);
            byte[] frame = frame(0x81, 'o', 'k', 0xFF, 'n', 'e', 'v', 'e', 'r');
            split.send(Arrays.copyOf(frame, 9)); // the frame goes on, but its bad byte has come
            assertThat(split.readClose().code()).isEqualTo(1007);
        }
    }
}
