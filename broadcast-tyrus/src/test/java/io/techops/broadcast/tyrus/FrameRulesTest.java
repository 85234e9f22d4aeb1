package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** RFC 6455 sections 5 and 7 as a client can break them. */
class FrameRulesTest {

    private static final int LIMIT = 1_000;

    private static Arguments frames(String what, int code, byte[]... frames) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] frame : frames) {
            all.writeBytes(frame);
        }
        return Arguments.of(what, code, all.toByteArray());
    }

    private static byte[] frame(int first, int... payload) {
        byte[] bytes = new byte[payload.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) payload[i];
        }
        return RawClient.frame(first, bytes);
    }

    private static byte[] frameOf(int first, int length) {
        return RawClient.frame(first, "p".repeat(length).getBytes(StandardCharsets.UTF_8));
    }

    /** {@return only the header of a masked frame, with the length in so many bytes} */
    private static byte[] header(int first, int lengthBytes, long length) {
        ByteBuffer header = ByteBuffer.allocate(2 + lengthBytes + 4).put((byte) first);
        if (lengthBytes == 0) {
            header.put((byte) (0x80 | length));
        } else if (lengthBytes == 2) {
            header.put((byte) 0xFE).putShort((short) length);
        } else {
            header.put((byte) 0xFF).putLong(length);
        }
        return header.putInt(0x01020304).array();
    }

    private static byte[] close(int code, String phrase) {
        byte[] text = phrase.getBytes(StandardCharsets.UTF_8);
        return RawClient.frame(0x88, ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text).array());
    }

    static Stream<Arguments> violations() {
        return Stream.of(
                frames("unmasked", 1002, new byte[] {(byte) 0x81, 2, 'h', 'i'}),
                frames("unmasked close", 1002, new byte[] {(byte) 0x88, 0}),
                frames("RSV1", 1002, frame(0xC1, 'x')),
                frames("RSV2", 1002, frame(0xA1, 'x')),
                frames("RSV3", 1002, frame(0x91, 'x')),
                frames("RSV1 in a ping", 1002, frame(0xC9)),
                frames("opcode 3", 1002, frame(0x83)),
                frames("opcode 7", 1002, frame(0x87)),
                frames("opcode 11", 1002, frame(0x8B)),
                frames("opcode 15", 1002, frame(0x8F)),
                frames("a ping of 126 bytes", 1002, frameOf(0x89, 126)),
                frames("a close of 126 bytes", 1002, header(0x88, 2, 126)),
                frames("a fragmented ping", 1002, frame(0x09, 'x')),
                frames("a fragmented close", 1002, frame(0x08, 0x03, 0xE8)),
                frames("a continuation of nothing", 1002, frame(0x80, 'x')),
                frames("a continuation after the end", 1002, frame(0x01, 'x'), frame(0x80, 'x'), frame(0x80, 'x')),
                frames("a text within a fragmented text", 1002, frame(0x01, 'x'), frame(0x81, 'x')),
                frames("a binary within a fragmented text", 1002, frame(0x01, 'x'), frame(0x82, 'x')),
                frames("a length of 125 in two bytes", 1002, header(0x81, 2, 125)),
                frames("a length of 65,535 in eight bytes", 1002, header(0x82, 8, 65_535)),
                frames("the highest bit of a length", 1002, header(0x81, 8, Long.MIN_VALUE)),
                frames("UTF-8 that is none", 1007, frame(0x81, 0xC3, 0x28)),
                frames("a surrogate in UTF-8", 1007, frame(0x81, 0xED, 0xA0, 0x80)),
                frames("beyond Unicode", 1007, frame(0x81, 0xF4, 0x90, 0x80, 0x80)),
                frames("an overlong slash", 1007, frame(0x81, 0xC0, 0xAF)),
                frames("half a character at the end", 1007, frame(0x81, 'x', 0xE2, 0x82)),
                frames("half a character at the end of the fragments", 1007, frame(0x01, 'x', 0xE2), frame(0x80, 0x82)),
                frames("UTF-8 that is none in a close reason", 1007, frame(0x88, 0x03, 0xE8, 0xC3, 0x28)),
                frames("a close code of one byte", 1002, frame(0x88, 0x03)),
                frames("close code 0", 1002, close(0, "")),
                frames("close code 999", 1002, close(999, "")),
                frames("close code 1004", 1002, close(1004, "")),
                frames("close code 1005", 1002, close(1005, "")),
                frames("close code 1006", 1002, close(1006, "")),
                frames("close code 1015", 1002, close(1015, "")),
                frames("close code 1016", 1002, close(1016, "")),
                frames("close code 2999", 1002, close(2999, "")),
                frames("close code 5000", 1002, close(5000, "")),
                frames("a text over the limit", 1009, header(0x81, 2, LIMIT + 1)),
                frames("a binary over the limit", 1009, header(0x82, 2, LIMIT + 1)),
                frames("a length of 2^62", 1009, header(0x81, 8, 1L << 62)),
                frames("a length of 2^63-1", 1009, header(0x82, 8, Long.MAX_VALUE)),
                frames("over the limit in fragments", 1009, frameOf(0x01, LIMIT), header(0x80, 0, 1)),
                frames("over the limit in fragments with a ping", 1009, frameOf(0x02, LIMIT - 1), frame(0x89),
                        header(0x00, 0, 2)));
    }

    private static void isClosedWith(Wire wire, int code, byte[] bytes) throws Exception {
        Recorder recorder = new Recorder();
        try (BroadcastServer server = wire.server().maxMessageBytes(LIMIT)
                        .hub(BroadcastHub.builder().listener(recorder).build()).start();
                RawClient other = wire.open(server);
                RawClient peer = wire.open(server)) {
            peer.sendText("before");
            assertThat(peer.readText()).isEqualTo("before");
            peer.send(bytes);
            RawClient.Frame close = peer.readClose();
            assertThat(close.code()).isEqualTo(code);
            if (code == 1009) {
                assertThat(close.phrase()).contains("maxMessageBytes").contains("1000");
            }
            assertThat(peer.readsEnd()).isTrue();
            await().untilAsserted(() -> assertThat(recorder.departures).hasSize(1));
            assertThat(recorder.departures.get(0).reason().code()).isEqualTo(code);
            other.sendText("undisturbed");
            String text = other.readText();
            while (!text.equals("undisturbed")) { // what came before the violation was broadcast
                assertThat(text).isIn("before", "xx");
                text = other.readText();
            }
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("violations")
    void aViolationIsClosedWith(String what, int code, byte[] bytes) throws Exception {
        isClosedWith(Wire.PLAIN, code, bytes);
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void whatFollowsAViolationIsNotRead(Wire wire) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(frame(0x83));
        for (int i = 0; i < 1_000; i++) {
            bytes.writeBytes(frameOf(0x81, 100));
        }
        isClosedWith(wire, 1002, bytes.toByteArray());
    }

    @Nested
    class Pings {

        @ParameterizedTest
        @EnumSource(Wire.class)
        void areAnsweredWithTheirPayload(Wire wire) throws Exception {
            try (BroadcastServer server = wire.server().start(); RawClient peer = wire.open(server)) {
                for (int length : new int[] {0, 1, 124, 125}) {
                    peer.send(frameOf(0x89, length));
                    RawClient.Frame pong = peer.read();
                    assertThat(pong.first()).isEqualTo(0x8A);
                    assertThat(pong.text()).isEqualTo("p".repeat(length));
                }
                peer.send(frameOf(0x8A, 3));
                peer.sendText("a pong that nobody asked for is no reason to close");
                assertThat(peer.readText()).startsWith("a pong");
            }
        }

        @ParameterizedTest
        @EnumSource(Wire.class)
        void areAnsweredBetweenTheFramesWhileTextFlows(Wire wire) throws Exception {
            try (BroadcastServer server = wire.server().start(); RawClient peer = wire.open(server)) {
                int texts = 0;
                String lastPong = "";
                for (int round = 0; round < 100; round++) {
                    for (int i = 0; i < 20; i++) {
                        server.hub().broadcast("t".repeat(500));
                    }
                    peer.send(RawClient.frame(0x89, Integer.toString(round).getBytes(StandardCharsets.UTF_8)));
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

    @Test
    void everyCloseCodeThatMayBeSentIsAnsweredWithTheSame() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.server().start()) {
            for (int code : new int[] {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999}) {
                try (RawClient peer = Wire.PLAIN.open(server)) {
                    peer.send(close(code, "b\u00FCe"));
                    assertThat(peer.readClose().code()).isEqualTo(code);
                    assertThat(peer.readsEnd()).isTrue();
                }
            }
        }
    }

    @Test
    void nothingThatFollowsACloseFrameIsBroadcast() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.server().start();
                RawClient peer = Wire.PLAIN.open(server);
                RawClient other = Wire.PLAIN.open(server)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.writeBytes(frameOf(0x81, 1));
            bytes.writeBytes(close(1000, ""));
            bytes.writeBytes(frameOf(0x81, 2));
            peer.send(bytes.toByteArray());
            assertThat(peer.readClose().code()).isEqualTo(1000);
            assertThat(other.readText()).isEqualTo("p");
            other.sendText("next");
            assertThat(other.readText()).isEqualTo("next");
        }
    }
}
