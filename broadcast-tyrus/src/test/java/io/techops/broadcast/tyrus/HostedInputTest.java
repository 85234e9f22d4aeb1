package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.ClientFrames;
import io.techops.broadcast.testing.RawClient;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What of a client's bytes an endpoint is given: all of them from right behind the request on, until it has ended. */
class HostedInputTest {

    @BeforeEach
    void forget() {
        Hosted.forget();
    }

    private static BroadcastServer start(Wire wire) {
        return wire.server().path("/live").endpoint(Hosted.Parts.class).start();
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void whatComesInOneWriteWithTheRequestIsRead(Wire wire) throws Exception {
        try (BroadcastServer server = start(wire); RawClient raw = wire.connect(server)) {
            raw.send(ClientFrames.concat(RawClient.handshake("/parts").getBytes(StandardCharsets.ISO_8859_1),
                    ClientFrames.frame(0x81, "first"), ClientFrames.frame(0x81, "second")));
            assertThat(raw.readHead()).startsWith("HTTP/1.1 101 ");
            assertThat(raw.readText()).isEqualTo("first");
            assertThat(raw.readText()).isEqualTo("second");
        }
    }

    /** A container keeps an object for each fragment of a message, so that any number of them would take any memory. */
    @ParameterizedTest
    @EnumSource(Wire.class)
    void fragmentsThatAddNothingAreLeftOut(Wire wire) throws Exception {
        byte[] empty = ClientFrames.frame(0x00);
        try (BroadcastServer server = start(wire); RawClient raw = wire.connect(server)) {
            raw.shakeHands("/parts");
            raw.send(ClientFrames.concat(ClientFrames.frame(0x01), empty, ClientFrames.frame(0x00, "a"), empty, empty,
                    ClientFrames.frame(0x89, "between"), empty, ClientFrames.frame(0x00, "b"), empty,
                    ClientFrames.frame(0x80)));
            raw.sendText("next");
            RawClient.Frame frame = raw.read();
            while (!frame.text().equals("next")) {
                frame = raw.read();
            }
        }
        assertThat(Hosted.PARTS).containsExactly("", "a", "b", ".", "next.");
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void nothingIsReadBehindACloseFrame(Wire wire) throws Exception {
        endsAt(wire, ClientFrames.close(1000, ""), 1000);
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void nothingIsReadBehindAViolation(Wire wire) throws Exception {
        endsAt(wire, ClientFrames.frame(0xC1, "a reserved bit"), 1002);
    }

    private static void endsAt(Wire wire, byte[] end, int code) throws Exception {
        try (BroadcastServer server = start(wire); RawClient raw = wire.connect(server)) {
            raw.shakeHands("/parts");
            raw.send(ClientFrames.concat(ClientFrames.frame(0x81, "before"), end, ClientFrames.frame(0x81, "behind")));
            assertThat(raw.readText()).isEqualTo("before");
            assertThat(raw.readClose().code()).isEqualTo(code);
            assertThat(raw.readsEnd()).isTrue();
        }
        assertThat(Hosted.PARTS).containsExactly("before.");
    }
}
