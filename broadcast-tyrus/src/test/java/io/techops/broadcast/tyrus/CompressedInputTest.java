package io.techops.broadcast.tyrus;

import static io.techops.broadcast.testing.ClientFrames.concat;
import static io.techops.broadcast.testing.ClientFrames.frame;
import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.testing.RawClient;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed messages of clients (RFC 7692 sections 6.2 and 7.2.2), and what is none. */
class CompressedInputTest {

    private static final int LIMIT = 100_000;

    private BroadcastServer server;
    private DeflateClient client;

    @BeforeEach
    void open() throws Exception {
        server = Wire.PLAIN.server().maxMessageBytes(LIMIT).compression(Compression.deflate()).start();
        client = DeflateClient.open(Wire.PLAIN, server);
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        server.close();
    }

    private static byte[] deflated(String text) {
        return DeflateClient.deflate(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends these bytes, and expects to be told why the connection ends. */
    private void isRefused(byte[] bytes, int code, String phrase) throws Exception {
        client.raw.sendAll(bytes);
        RawClient.Frame close = client.raw.readClose();
        assertThat(close.code()).isEqualTo(code);
        assertThat(close.phrase()).isEqualTo(phrase);
    }

    /** Sends these bytes, and expects that others hear this text. */
    private void isHeard(byte[] bytes, int pieces, String text) throws Exception {
        try (RawClient hears = Wire.PLAIN.open(server)) {
            client.raw.sendPieces(bytes, pieces);
            assertThat(hears.readText()).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 1000})
    void fragmentsAreInflatedTogetherWithControlFramesBetween(int pieces) throws Exception {
        String text = "{\"a\":\"\u20AC\"}".repeat(50);
        byte[] payload = deflated(text);
        byte[] fragments = concat(RawClient.frame(0x41, Arrays.copyOf(payload, 3)), frame(0x89, "ping"),
                RawClient.frame(0x00, Arrays.copyOfRange(payload, 3, 10)), RawClient.frame(0x00, new byte[0]),
                RawClient.frame(0x80, Arrays.copyOfRange(payload, 10, payload.length)));
        isHeard(fragments, pieces, text);
        assertThat(client.raw.read().text()).isEqualTo("ping");
        isHeard(concat(frame(0x01, "not "), frame(0x80, "compressed")), pieces, "not compressed");
    }

    @ParameterizedTest
    @ValueSource(ints = {0xC0, 0xC8, 0xC9, 0xCA, 0xC3, 0x40})
    void rsv1IsForTheFirstFrameOfAMessageAlone(int first) throws Exception {
        isRefused(concat(RawClient.frame(0x41, deflated("begins")), frame(first)), 1002,
                "RSV1 must be 0 but in the first frame of a message");
    }

    @ParameterizedTest
    @ValueSource(ints = {0xA1, 0x91, 0xE1, 0xD1, 0xF1})
    void theOtherReservedBitsMustBe0(int first) throws Exception {
        isRefused(frame(first), 1002, "reserved bits must be 0");
    }

    @Test
    void rsv1IsForPeersThatNegotiatedTheExtension() throws Exception {
        try (RawClient plain = Wire.PLAIN.open(server)) {
            plain.send(RawClient.frame(0xC1, deflated("text")));
            assertThat(plain.readClose().code()).isEqualTo(1002);
        }
    }

    @Test
    void damagedDataIsRefused() throws Exception {
        isRefused(frame(0xC1, 0xFF, 0xFF), 1007, "a compressed message must be as RFC 7692 section 7.2.1 says");
    }

    @Test
    void dataThatIsCutIsRefused() throws Exception {
        byte[] payload = deflated("some text that goes on for a while");
        isRefused(RawClient.frame(0xC1, Arrays.copyOf(payload, payload.length - 3)), 1007,
                "a compressed message must be as RFC 7692 section 7.2.1 says");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000})
    void anInflatedTextMustBeUtf8(int pieces) throws Exception {
        byte[] notText = DeflateClient.deflate(new byte[] {'a', (byte) 0xED, (byte) 0xA0, (byte) 0x80});
        client.raw.sendPieces(RawClient.frame(0xC1, notText), pieces);
        RawClient.Frame close = client.raw.readClose();
        assertThat(close.code()).isEqualTo(1007);
        assertThat(close.phrase()).isEqualTo("a text must be UTF-8");
    }

    @Test
    void aBombIsRefused() throws Exception {
        byte[] bomb = DeflateClient.deflate(new byte[50_000_000]);
        assertThat(bomb.length).isLessThan(LIMIT);
        isRefused(RawClient.frame(0xC2, bomb), 1009, "inflated message is over maxMessageBytes 100000");
    }

    /** What is much work is done in turns, between those of other peers. */
    @ParameterizedTest
    @EnumSource(Wire.class)
    void fewBytesThatInflateToMuchAreReadToTheirEnd(Wire wire) throws Exception {
        int count = 60;
        String text = "x".repeat(60_000);
        byte[] message = RawClient.frame(0xC1, deflated(text));
        byte[] all = new byte[0];
        for (int i = 0; i < count; i++) {
            all = concat(all, message);
        }
        BroadcastHub hub = BroadcastHub.builder().policy((context, said) -> MessagePolicy.Verdict.relay(said)).build();
        for (BroadcastServer.Builder builder : List.of(wire.server(), wire.server().hub(hub))) { // the second may block
            try (BroadcastServer own = builder.compression(Compression.deflate()).start();
                    DeflateClient sends = DeflateClient.open(wire, own); RawClient hears = wire.open(own)) {
                sends.raw.sendAll(concat(all, frame(0x88, 0x03, 0xE8)));
                for (int i = 0; i < count; i++) {
                    assertThat(hears.readText()).isEqualTo(text);
                }
                assertThat(sends.raw.readClose().code()).isEqualTo(1000);
            }
        }
    }

    @Test
    void whatIsOverTheLimitAlreadyAsItComesIsRefusedAtItsHeader() throws Exception {
        isRefused(Arrays.copyOf(RawClient.frame(0xC2, new byte[2 * LIMIT]), 14), 1009,
                "message of 200000 compressed bytes is over maxMessageBytes 100000");
    }

    @Test
    void theLimitIsThatOfTheInflatedMessageEvenIfItDoesNotGetSmaller() throws Exception {
        char[] noise = new char[LIMIT];
        Random random = new Random(3);
        for (int i = 0; i < LIMIT; i++) {
            noise[i] = (char) random.nextInt(128);
        }
        String text = new String(noise);
        isHeard(RawClient.frame(0xC1, stored(text)), LIMIT * 2, text);
        isRefused(RawClient.frame(0xC1, deflated("x".repeat(LIMIT + 1))), 1009,
                "inflated message is over maxMessageBytes 100000");
    }

    /** {@return a text in blocks without compression, which are longer than the text} */
    private static byte[] stored(String text) {
        byte[] all = new byte[0];
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < bytes.length; from += 1000) {
            byte[] part = Arrays.copyOfRange(bytes, from, Math.min(from + 1000, bytes.length));
            byte[] head = {0, (byte) part.length, (byte) (part.length >> 8), (byte) ~part.length,
                (byte) (~part.length >> 8)};
            all = concat(all, head, part);
        }
        return concat(all, new byte[] {0});
    }
}
