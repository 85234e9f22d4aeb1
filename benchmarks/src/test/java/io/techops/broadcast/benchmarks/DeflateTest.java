package io.techops.broadcast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeflateTest {

    private static byte[] message(Payloads payloads, int sequence) {
        byte[] message = new byte[payloads.bytes()];
        payloads.put(0, sequence, message, 0);
        return message;
    }

    private static byte[] compressed(Deflater deflater, byte[] message) {
        byte[] out = new byte[message.length + 64];
        deflater.setInput(message);
        int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        return Arrays.copyOf(out, length - 4);
    }

    @ParameterizedTest
    @ValueSource(ints = {Json.SMALL, 16_384})
    void everyMessageOfJsonHasItsSizeAndIsKnown(int bytes) {
        Payloads payloads = new Payloads(bytes, true);
        for (int sequence = 0; sequence < 100; sequence++) {
            byte[] message = message(payloads, sequence);
            assertThat(payloads.intact(message, 0, bytes)).isTrue();
            assertThat(payloads.sequence(message, 0)).isEqualTo(sequence);
            assertThat(new String(message, StandardCharsets.US_ASCII)).startsWith("{\"id\":\"M").endsWith("\"}")
                    .doesNotContain("\\");
            message[bytes - 20]++;
            assertThat(payloads.intact(message, 0, bytes)).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"1024, " + Json.SMALL_DEFLATED, "16384, " + Json.LARGE_DEFLATED})
    void theSizesThatPlainMessagesHaveInsteadAreThoseAfterCompression(int bytes, int size) {
        Payloads payloads = new Payloads(bytes, true);
        Deflater deflater = new Deflater(6, true);
        double sum = 0;
        for (int sequence = 0; sequence < 64; sequence++) {
            deflater.reset();
            sum += compressed(deflater, message(payloads, sequence)).length;
        }
        deflater.end();
        assertThat(sum / 64).isCloseTo(size, within(size * 0.05));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsInflatedIsTheMessage(boolean context) {
        Payloads payloads = new Payloads(16_384, true);
        Deflater deflater = new Deflater(6, true);
        try (Inflation inflation = new Inflation(context)) {
            for (int sequence = 0; sequence < 300; sequence++) {
                if (!context) {
                    deflater.reset();
                }
                byte[] message = message(payloads, sequence);
                byte[] compressed = compressed(deflater, message);
                assertThat(inflation.message(compressed, 0, compressed.length).bytes()).isEqualTo(message);
                if (!context) {
                    assertThat(inflation.message(compressed, 0, compressed.length).bytes()).as("again")
                            .isEqualTo(message);
                }
            }
        }
        deflater.end();
    }

    @Test
    void damagedBytesAreNotTakenForThoseThatWereInflatedBefore() {
        Deflater deflater = new Deflater(6, true);
        byte[] message = message(new Payloads(1024, true), 7);
        byte[] compressed = compressed(deflater, message);
        deflater.end();
        try (Inflation inflation = new Inflation(false)) {
            inflation.message(compressed, 0, compressed.length);
            compressed[0] |= 6; // a kind of block that there is not
            assertThatThrownBy(() -> inflation.message(compressed, 0, compressed.length))
                    .isInstanceOf(BrokenDelivery.class).hasMessageContaining("corrupt");
        }
    }

    /** Gives a peer that has just joined one compressed message. */
    private static void deliver(Payloads payloads, Inflation inflation, byte[] compressed) throws IOException {
        LoadPeer.Owner owner = new LoadPeer.Owner() {
            @Override
            public void opened(LoadPeer peer) {
            }

            @Override
            public void got(LoadPeer peer, int publisher, int sequence, long now) {
            }

            @Override
            public void ended(LoadPeer peer) {
            }
        };
        FrameParser parser = new FrameParser(false, new LoadPeer(3, 1, payloads, new Inbox(), owner, null, null));
        parser.inflates(inflation);
        byte[] frame = ByteBuffer.allocate(4 + compressed.length).put((byte) 0xc1).put((byte) 126)
                .putShort((short) compressed.length).put(compressed).array();
        assertThat(parser.consume(frame, 0, frame.length)).isEqualTo(frame.length);
    }

    @Test
    void aMessageWithAWrongByteIsRefusedByEveryPeerThatGetsIt() throws IOException {
        Payloads payloads = new Payloads(1024, true);
        Deflater deflater = new Deflater(6, true);
        byte[] message = message(payloads, 7);
        byte[] right = compressed(deflater, message);
        message[message.length - 20]++;
        deflater.reset();
        byte[] wrong = compressed(deflater, message);
        deflater.end();
        try (Inflation inflation = new Inflation(false)) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> deliver(payloads, inflation, wrong)).as("time %d", i)
                        .isInstanceOf(BrokenDelivery.class).hasMessageContaining("corrupt: peer 3");
                deliver(payloads, inflation, right);
            }
        }
    }

    private static LoadResult measure(int port, Dialect dialect) throws IOException {
        Traffic traffic = Traffic.fan(4, Json.SMALL, 16).in(dialect);
        LoadSpec spec = new LoadSpec(ProcessHandle.current().pid(), port, false, traffic, Duration.ofMillis(50),
                Duration.ofMillis(100), false, Duration.ofSeconds(10));
        try (Load load = new Load(spec, null)) {
            return load.run(stage -> { });
        }
    }

    @Test
    void peersThatOfferCompressionGetEveryMessageInFewerBytes() throws Exception {
        int port = new OursRelay(Setup.Front.DEFLATE).start(null);
        LoadResult deflated = measure(port, Dialect.DEFLATED);
        assertThat(deflated.failure()).isEmpty();
        assertThat((double) deflated.bytes() / deflated.deliveries()).isCloseTo(Json.SMALL_DEFLATED + 4, within(20.0));
        LoadResult plain = measure(port, Dialect.JSON);
        assertThat(plain.failure()).isEmpty();
        assertThat(plain.bytes()).isEqualTo(plain.deliveries() * (Json.SMALL + 4));
    }

    @Test
    void contextsOfPeersAreKeptApart() throws Exception {
        LoadResult result = measure(new NettyRelay(false, true).start(null), Dialect.DEFLATED);
        assertThat(result.failure()).isEmpty();
        assertThat(result.bytes()).isLessThan(result.deliveries() * Json.SMALL);
    }

    @Test
    void aServerThatDoesNotCompressFailsTheMeasurement() throws Exception {
        int port = new OursRelay(Setup.Front.PLAIN).start(null);
        assertThat(measure(port, Dialect.DEFLATED).failure()).contains("not the extensions that were offered");
    }
}
