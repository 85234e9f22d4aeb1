package io.techops.broadcast.tyrus.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.techops.broadcast.Message;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages of RFC 7692 section 7.2, good and bad. */
class MessageInflaterTest {

    private static final int LIMIT = 200_000;

    private final MessageInflater inflater = new MessageInflater();
    private final MessageDeflater deflater = new MessageDeflater(DeflateSettings.of(6, 0));

    @AfterEach
    void close() {
        inflater.close();
        deflater.close();
    }

    /** {@return what was inflated; null if it is more than the limit} */
    private byte[] inflate(byte[] payload) throws DataFormatException {
        return inflater.inflate(ByteBuffer.wrap(payload), LIMIT, MessageInflaterTest::bytes);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static byte[] zeros(int length) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(new byte[length]);
        byte[] out = new byte[length / 500 + 100];
        int count = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return Arrays.copyOf(out, count - 4);
    }

    @ParameterizedTest
    @CsvSource({
        "f248cdc9c90700, Hello",             // section 7.2.3.1: one compressed block
        "000500faff48656c6c6f00, Hello",      // 7.2.3.3: a block without compression
        "f348cdc9c90700 00, Hello",          // 7.2.3.4: a block with BFINAL
        "f348cdc9c90700, Hello",             // the same, without the byte that section 7.2.3.4 adds
        "f24805000000ffff cac9c90700, Hello", // 7.2.3.5: two blocks
        "00, ''",                            // 7.2.3.6: an empty message
        "'', ''"})
    void theExamplesOfTheRfcAreInflated(String hex, String text) throws Exception {
        byte[] payload = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertThat(new String(inflate(payload))).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "f248cdc9", "f2",           // cut
        "ff", "07", "0605",         // a block of a kind that there is not
        "0005000000 48656c6c6f00",  // the complement of the length is wrong
        "f248cdc9c9070001"})
    void damagedPayloadsAreFound(String hex) {
        byte[] payload = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertThatThrownBy(() -> inflate(payload)).isInstanceOf(DataFormatException.class);
    }

    @Test
    void everyCutOfAMessageIsDamaged() {
        byte[] payload = deflater.deflated(Message.text("{\"value\":1234567890,\"name\":\"a name\"}".repeat(9)));
        for (int length = 1; length < payload.length; length++) {
            byte[] cut = Arrays.copyOf(payload, length);
            assertThatThrownBy(() -> inflate(cut)).as("%s bytes of %s", length, payload.length)
                    .isInstanceOf(DataFormatException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 65_535, 65_536, 65_537, 131_072, LIMIT})
    void whatWasDeflatedIsInflated(int length) throws Exception {
        byte[] all = new byte[length];
        for (int i = 0; i < length; i++) {
            all[i] = (byte) (i * i % 11);
        }
        byte[] deflated = deflater.deflated(Message.binary(all));
        if (deflated != null) {
            assertThat(inflate(deflated)).isEqualTo(all);
        } else {
            assertThat(length).isLessThan(16);
        }
    }

    /** {@return what a client may send for a message: blocks of any kind, with or without a final one} */
    private static byte[] deflated(byte[] all, Random random) {
        Deflater client = new Deflater(random.nextInt(10), true);
        client.setStrategy(random.nextInt(3)); // with Huffman codes alone, filtered, or as usual
        byte[] out = new byte[2 * all.length + 10_000];
        int length = 0;
        for (int from = 0; from < all.length;) {
            int count = Math.min(all.length - from, 1 + random.nextInt(1 + random.nextInt(20_000)));
            client.setInput(all, from, count);
            int flush = random.nextInt(20) == 0 ? Deflater.SYNC_FLUSH : random.nextInt(20) == 0 ? Deflater.FULL_FLUSH
                    : Deflater.NO_FLUSH;
            do {
                length += client.deflate(out, length, out.length - length, flush);
            } while (!client.needsInput());
            from += count;
        }
        if (random.nextInt(4) > 0) {
            length += client.deflate(out, length, out.length - length, Deflater.SYNC_FLUSH);
            client.end();
            return Arrays.copyOf(out, length - 4);
        }
        client.finish();
        length += client.deflate(out, length, out.length - length);
        client.end();
        return Arrays.copyOf(out, length + 1); // RFC 7692 section 7.2.3.4
    }

    @Test
    void whateverAClientMayMakeOfAMessageIsInflatedUpToTheLimit() throws Exception {
        Random random = new Random(1951);
        int over = 0;
        for (int i = 0; i < 1_000; i++) {
            byte[] all = new byte[1 + random.nextInt(random.nextInt(10) == 0 ? LIMIT : 3_000)];
            int alphabet = 1 + random.nextInt(256);
            for (int at = 0; at < all.length; at++) {
                all[at] = (byte) (random.nextInt(3) == 0 || at < 9 ? random.nextInt(alphabet) : all[at - 9]);
            }
            int limit = all.length - 2 + random.nextInt(5);
            byte[] inflated = inflater.inflate(ByteBuffer.wrap(deflated(all, random)), limit,
                    MessageInflaterTest::bytes);
            if (limit < all.length) {
                assertThat(inflated).as("message %s", i).isNull();
                over++;
            } else {
                assertThat(inflated).as("message %s", i).isEqualTo(all);
            }
        }
        assertThat(over).isBetween(100, 900);
    }

    @Nested
    class WithALimit {

        @Test
        void exactlyAsMuchIsInflatedAndNotAByteMore() throws Exception {
            assertThat(inflate(zeros(LIMIT))).hasSize(LIMIT);
            assertThat(inflate(zeros(LIMIT + 1))).isNull();
        }

        @Test
        void whatFollowsIsNotLookedAt() throws Exception {
            byte[] damagedAtItsEnd = zeros(10 * LIMIT);
            int length = damagedAtItsEnd.length;
            damagedAtItsEnd = Arrays.copyOf(damagedAtItsEnd, length + 4);
            Arrays.fill(damagedAtItsEnd, length, length + 4, (byte) 0xFF);
            assertThat(inflate(damagedAtItsEnd)).isNull();
        }

        @Test
        void aBombCostsNoMoreThanTheBuffer() throws Exception {
            byte[] bomb = zeros(200_000_000);
            assertThat(bomb.length).isLessThan(200_000);
            inflate(zeros(1)); // has made the buffer
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long thread = Thread.currentThread().getId();
            long before = threads.getThreadAllocatedBytes(thread);
            byte[] inflated = inflate(bomb);
            long allocated = threads.getThreadAllocatedBytes(thread) - before;
            assertThat(inflated).isNull();
            assertThat(allocated).as("bytes").isLessThan(MessageInflater.BUFFER);
        }
    }

    @Test
    void anyBytesAreInflatedOrFoundToBeDamaged() throws Exception {
        Random random = new Random(7692);
        byte[] valid = deflater.deflated(Message.text("{\"a\":[1,2,3],\"b\":\"text\"}".repeat(20)));
        int inflated = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] payload;
            if (i % 2 == 0) {
                payload = new byte[random.nextInt(40)];
                random.nextBytes(payload);
            } else {
                payload = valid.clone();
                payload[random.nextInt(payload.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                inflate(payload);
                inflated++;
            } catch (DataFormatException e) {
                assertThat(e).hasNoCause();
            }
        }
        assertThat(inflated).as("payloads that happen to be valid").isPositive();
        assertThat(inflate(valid)).as("after all this").hasSize(24 * 20);
    }

    @Test
    void finalBlocksInARowDoNotTakeLong() throws Exception {
        byte[] payload = new byte[64_000];
        for (int i = 0; i < payload.length; i += 2) {
            payload[i] = 3; // a final block of nothing
        }
        assertThat(inflate(payload)).isEmpty();
    }
}
