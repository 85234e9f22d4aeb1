package io.techops.broadcast.tyrus;

import static io.techops.broadcast.testing.ClientFrames.close;
import static io.techops.broadcast.testing.ClientFrames.concat;
import static io.techops.broadcast.testing.ClientFrames.frame;
import static io.techops.broadcast.testing.ClientFrames.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Promise I12: what a peer sent before its close frame, or before its violation, reaches it before our close frame. */
class LastWordsTest {

    private static final int LIMIT = 1_000;
    private static final int ROUNDS = 20;

    static Stream<Arguments> ends() {
        List<Arguments> all = new ArrayList<>();
        for (Wire wire : Wire.values()) {
            all.addAll(List.of(
                    Arguments.of(wire, "a close frame", 1000, "", close(1000, "bye")),
                    Arguments.of(wire, "a close frame that says 1001", 1001, "", close(1001, "")),
                    Arguments.of(wire, "an unknown opcode", 1002, "unknown opcode 3", frame(0x83)),
                    Arguments.of(wire, "no mask", 1002, "client frames must be masked", new byte[] {(byte) 0x81, 0}),
                    Arguments.of(wire, "a close frame of one byte", 1002,
                            "a close frame must have a code of two bytes, or no payload", frame(0x88, 3)),
                    Arguments.of(wire, "a code that must not be sent", 1002, "close code 1005 must not be sent",
                            close(1005, "")),
                    Arguments.of(wire, "no UTF-8", 1007, "a text must be UTF-8", frame(0x81, 0xC0)),
                    Arguments.of(wire, "a long message", 1009, "message of 1001 bytes is over maxMessageBytes 1000",
                            header(0x81, 2, LIMIT + 1))));
        }
        return all.stream();
    }

    private static void hears(RawClient peer, int texts, int code, String phrase) throws IOException {
        for (int i = 0; i < texts; i++) {
            assertThat(peer.readText()).isEqualTo("last words " + i);
        }
        RawClient.Frame close = peer.read();
        assertThat(close.opcode()).isEqualTo(8);
        assertThat(close.code()).isEqualTo(code);
        assertThat(close.phrase()).isEqualTo(phrase);
        assertThat(peer.readsEnd()).isTrue();
    }

    private static byte[] texts(int count) {
        byte[] texts = {};
        for (int i = 0; i < count; i++) {
            texts = concat(texts, frame(0x81, "last words " + i));
        }
        return texts;
    }

    @ParameterizedTest(name = "{0}, {1}: {2} {3}")
    @MethodSource("ends")
    void comeBackBeforeTheCloseFrame(Wire wire, String what, int code, String phrase, byte[] end) throws Exception {
        Recorder recorder = new Recorder();
        try (BroadcastServer server = wire.server().maxMessageBytes(LIMIT)
                .hub(BroadcastHub.builder().listener(recorder).build()).start()) {
            for (int i = 0; i < ROUNDS; i++) {
                try (RawClient peer = wire.open(server)) {
                    peer.send(concat(texts(i), end, frame(0x81, "not heard")));
                    hears(peer, i, code, phrase);
                }
            }
        }
        assertThat(recorder.departures).hasSize(ROUNDS).allMatch(one -> one.reason().code() == code);
        assertThat(recorder.failures).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void comeBackAlsoIfTheEndOfTheStreamIsRightBehind(Wire wire) throws Exception {
        try (BroadcastServer server = wire.start(BroadcastHub.builder())) {
            for (int i = 0; i < ROUNDS; i++) {
                try (RawClient peer = wire.open(server)) {
                    peer.send(concat(texts(i), close(4000, "")));
                    peer.socket().shutdownOutput();
                    hears(peer, i, 4000, "");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void reachTheOthersWhateverTheEndIs(Wire wire) throws Exception {
        try (BroadcastServer server = wire.start(BroadcastHub.builder().heartbeat(Duration.ZERO));
                RawClient other = wire.open(server)) {
            for (int i = 0; i < ROUNDS; i++) {
                try (RawClient peer = wire.open(server)) {
                    server.hub().broadcast("before " + i); // a write that may find the connection reset
                    peer.send(frame(0x81, "last words " + i));
                    switch (i % 3) {
                        case 0 -> peer.socket().close();
                        case 1 -> peer.socket().shutdownOutput();
                        default -> peer.sendClose(1000);
                    }
                    assertThat(other.readText()).isEqualTo("before " + i);
                    assertThat(other.readText()).isEqualTo("last words " + i);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseFrameOfTheHostIsTheOnlyOneThen(Wire wire) throws Exception {
        try (BroadcastServer server = wire.start(BroadcastHub.builder())) {
            for (int i = 0; i < ROUNDS; i++) {
                try (RawClient peer = wire.open(server)) {
                    peer.send(concat(texts(3), close(1000, "")));
                    server.hub().peers().forEach(one -> one.close(CloseReason.of(4001)));
                    RawClient.Frame close = peer.readClose();
                    assertThat(close.code()).isIn(1000, 4001);
                    assertThat(peer.readsEnd()).isTrue();
                }
            }
        }
    }
}
