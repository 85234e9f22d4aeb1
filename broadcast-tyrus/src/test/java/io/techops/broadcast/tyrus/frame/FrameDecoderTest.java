package io.techops.broadcast.tyrus.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.testing.RawClient;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameDecoderTest {

    private static final int LIMIT = 100_000;

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 'a');
        return bytes;
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** What a decoder handed on: the first byte of a whole frame, and its payload. */
    private record Handed(int first, String payload) {

        static Handed of(Message message) {
            ByteBuffer payload = message.payload();
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            return new Handed(message instanceof Message.Text ? 0x81 : 0x82, latin(bytes));
        }

        static String latin(byte[] bytes) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    /** What a decoder handed on. */
    private static final class Passed {
        final List<Handed> frames = new ArrayList<>();

        /** {@return whether everything in {@code part} was taken} */
        boolean feed(FrameDecoder decoder, byte[] part) {
            ByteBuffer in = ByteBuffer.wrap(part);
            while (true) {
                switch (decoder.next(in)) {
                    case MESSAGE -> frames.add(Handed.of(decoder.message()));
                    case PING -> frames.add(new Handed(0x89, Handed.latin(decoder.payload())));
                    case PONG -> frames.add(new Handed(0x8A, ""));
                    case CLOSE -> frames.add(new Handed(0x88, decoder.reason().toString()));
                    default -> {
                        return !in.hasRemaining();
                    }
                }
            }
        }
    }

    @Nested
    class FramesInOrder {

        @Test
        void arePassedAsWholeMessagesHoweverReadsAndFragmentsCutThem() {
            long seed = new Random().nextLong();
            Random random = new Random(seed);
            for (int round = 0; round < 300; round++) {
                List<Handed> expected = new ArrayList<>();
                byte[] stream = randomStream(random, expected);
                FrameDecoder decoder = new FrameDecoder(LIMIT);
                Passed passed = new Passed();
                int largest = 1 + random.nextInt(random.nextBoolean() ? 12 : 20_000);
                for (int from = 0; from < stream.length; ) {
                    int to = Math.min(stream.length, from + 1 + random.nextInt(largest));
                    assertThat(passed.feed(decoder, Arrays.copyOfRange(stream, from, to))).as("seed %s", seed).isTrue();
                    from = to;
                }
                assertThat(decoder.reason()).as("seed %s", seed).isNull();
                assertThat(passed.frames.equals(expected)).as("seed %s", seed).isTrue();
                assertThat(decoder.isBetweenMessages()).as("seed %s", seed).isTrue();
            }
        }

        private byte[] randomStream(Random random, List<Handed> expected) {
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            int opcode = 0;
            StringBuilder message = new StringBuilder();
            for (int i = 0; i < 20 || opcode != 0; i++) {
                if (random.nextInt(4) == 0) {
                    int first = 0x89 + random.nextInt(2);
                    String payload = text(random, random.nextInt(126));
                    stream.writeBytes(frame(random, first, payload));
                    expected.add(new Handed(first, first == 0x89 ? payload : ""));
                    continue;
                }
                boolean fin = random.nextBoolean();
                int first = fin ? 0x80 : 0;
                if (opcode == 0) {
                    opcode = 1 + random.nextInt(2);
                    first |= opcode;
                }
                String payload = text(random, switch (random.nextInt(6)) {
                    case 0 -> 0;
                    case 1 -> 125 + random.nextInt(3);
                    case 2 -> 4_000;
                    default -> random.nextInt(300);
                });
                stream.writeBytes(frame(random, first, payload));
                message.append(payload);
                if (fin) {
                    expected.add(new Handed(0x80 | opcode, message.toString()));
                    message.setLength(0);
                    opcode = 0;
                }
            }
            return stream.toByteArray();
        }

        private String text(Random random, int length) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < length; i++) {
                text.append((char) (' ' + random.nextInt(95)));
            }
            return text.toString();
        }

        private byte[] frame(Random random, int first, String payload) {
            byte[] frame = RawClient.frame(first, payload.getBytes(StandardCharsets.US_ASCII));
            int key = frame.length - payload.length() - 4;
            for (int i = 0; i < payload.length() + 4; i++) { // another masking key than the client's usual one
                int at = key + i;
                frame[at] ^= (byte) (i < 4 ? 0x5A + i : 0x5A + (i - 4) % 4);
            }
            return frame;
        }

        @Test
        void areAskedForAgainOnlyWhenMoreHasCome() {
            FrameDecoder decoder = new FrameDecoder(LIMIT);
            byte[] frame = RawClient.frame(0x81, bytes(10));
            Passed passed = new Passed();
            passed.feed(decoder, Arrays.copyOf(frame, 10));
            assertThat(decoder.next(ByteBuffer.allocate(0))).isEqualTo(FrameDecoder.Found.NOTHING);
            assertThat(decoder.isBetweenMessages()).isFalse();
            passed.feed(decoder, Arrays.copyOfRange(frame, 10, frame.length));
            assertThat(passed.frames).containsExactly(new Handed(0x81, "a".repeat(10)));
        }

        @Test
        void leaveNothingBehindIfTheyComeWhole() {
            FrameDecoder decoder = new FrameDecoder(LIMIT);
            Passed passed = new Passed();
            assertThat(passed.feed(decoder, concat(RawClient.frame(0x81, bytes(10)), RawClient.frame(0x82,
                    bytes(200)))))
                    .isTrue();
            assertThat(passed.frames)
                    .containsExactly(new Handed(0x81, "a".repeat(10)), new Handed(0x82, "a".repeat(200)));
            assertThat(decoder.isBetweenMessages()).isTrue();
        }
    }

    @Nested
    class CloseFrames {

        private FrameDecoder fed(byte[] payload, int pieces, FrameDecoder.Found expected) {
            FrameDecoder decoder = new FrameDecoder(LIMIT);
            byte[] frame = RawClient.frame(0x88, payload);
            FrameDecoder.Found found = FrameDecoder.Found.NOTHING;
            for (int from = 0; from < frame.length && found == FrameDecoder.Found.NOTHING; from += pieces) {
                found = decoder.next(ByteBuffer.wrap(
                        Arrays.copyOfRange(frame, from, Math.min(frame.length, from + pieces))));
            }
            assertThat(found).isEqualTo(expected);
            return decoder;
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 5, 1_000})
        void areJudgedHoweverTheyAreCut(int pieces) {
            assertThat(fed(new byte[0], pieces, FrameDecoder.Found.CLOSE).reason().code()).isEqualTo(1005);
            assertThat(fed(new byte[] {3}, pieces, FrameDecoder.Found.VIOLATION).reason().code()).isEqualTo(1002);
            assertThat(fed(new byte[] {3, (byte) 0xE9, 'b', 'y', 'e'}, pieces, FrameDecoder.Found.CLOSE).reason())
                    .isEqualTo(CloseReason.of(1001, "bye"));
            assertThat(fed(new byte[] {3, (byte) 0xE9, (byte) 0xC3}, pieces, FrameDecoder.Found.VIOLATION).reason())
                    .isEqualTo(CloseReason.of(1007, "the reason in a close frame must be UTF-8"));
        }

        @Test
        void haveACodeThatAClientMaySend() {
            for (int code = 0; code <= 0xFFFF; code++) {
                boolean may = code >= 1000 && code <= 1003 || code >= 1007 && code <= 1011
                        || code >= 3000 && code <= 4999;
                FrameDecoder decoder = fed(new byte[] {(byte) (code >> 8), (byte) code}, 1_000,
                        may ? FrameDecoder.Found.CLOSE : FrameDecoder.Found.VIOLATION);
                assertThat(decoder.reason().code()).isEqualTo(may ? code : 1002);
            }
        }
    }

    @Nested
    class TextThatComesInPieces {

        /** Feeds a text of two fragments byte by byte. {@return after how many bytes 1007 came, or -1} */
        private int takenOf(byte[] text, int cut) {
            byte[] stream = concat(RawClient.frame(0x01, Arrays.copyOf(text, cut)),
                    RawClient.frame(0x80, Arrays.copyOfRange(text, cut, text.length)));
            FrameDecoder decoder = new FrameDecoder(LIMIT);
            Passed passed = new Passed();
            for (int i = 0; i < stream.length; i++) {
                passed.feed(decoder, new byte[] {stream[i]});
                if (decoder.reason() != null) {
                    assertThat(decoder.reason().code()).isEqualTo(1007);
                    return i + 1 - 6 - (i < 6 + cut ? 0 : 6);
                }
            }
            assertThat(passed.frames).hasSize(1);
            return -1;
        }

        @Test
        void isPassedIfItIsUtf8WhereverACharacterIsCut() {
            String all = "a\u00DF\u20AC\uD83D\uDE00\u0800\uD7FF\uE000\uDBFF\uDFFF\u0000\u007F";
            byte[] text = all.getBytes(StandardCharsets.UTF_8);
            for (int cut = 0; cut <= text.length; cut++) {
                assertThat(takenOf(text, cut)).as("cut at %s", cut).isEqualTo(-1);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"80", "BF", "C0", "C1", "C2 41", "C2 C2", "E0 9F", "E0 A0 7F", "ED A0", "ED BF",
            "EF BF C0", "F0 8F", "F0 90 80 41", "F4 90", "F5", "F8", "FE", "FF"})
        void isRefusedAtItsFirstByteThatIsNotUtf8(String hex) {
            byte[] wrong = HexFormat.ofDelimiter(" ").parseHex(hex);
            byte[] text = concat(new byte[] {'o', 'k', ' '}, wrong, new byte[] {' ', 'a', 'n', 'd'});
            for (int cut = 0; cut <= text.length; cut++) {
                assertThat(takenOf(text, cut)).as("cut at %s", cut).isEqualTo(3 + wrong.length);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"C2", "E2", "E2 82", "F0", "F0 9F", "F0 9F 98"})
        void isRefusedIfItEndsWithinACharacter(String hex) {
            byte[] text = concat(new byte[] {'o', 'k', ' '}, HexFormat.ofDelimiter(" ").parseHex(hex));
            assertThat(takenOf(text, text.length - 1)).isEqualTo(text.length);
        }
    }

    @Nested
    class ViolationsAreFoundAtTheHeader {

        private @Nullable Integer codeOf(byte[] stream, int pieces) {
            FrameDecoder decoder = new FrameDecoder(LIMIT);
            Passed passed = new Passed();
            for (int from = 0; from < stream.length && decoder.reason() == null; from += pieces) {
                passed.feed(decoder, Arrays.copyOfRange(stream, from, Math.min(stream.length, from + pieces)));
            }
            return decoder.reason() == null ? null : decoder.reason().code();
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3, 7, 1_000_000})
        void howeverItIsCut(int pieces) {
            byte[] frame = RawClient.frame(0x81, bytes(3));
            assertThat(codeOf(RawClient.frame(0xC1, bytes(1)), pieces)).isEqualTo(1002);
            assertThat(codeOf(new byte[] {(byte) 0x81, 0x01}, pieces)).isEqualTo(1002);
            assertThat(codeOf(concat(frame, RawClient.frame(0x83, bytes(0))), pieces)).isEqualTo(1002);
            assertThat(codeOf(concat(frame, RawClient.frame(0x80, bytes(0))), pieces)).isEqualTo(1002);
            assertThat(codeOf(concat(RawClient.frame(0x01, bytes(3)), frame), pieces)).isEqualTo(1002);
            assertThat(codeOf(RawClient.frame(0x09, bytes(0)), pieces)).isEqualTo(1002);
            assertThat(codeOf(header(0x89, 126), pieces)).isEqualTo(1002);
            assertThat(codeOf(header(0x81, LIMIT + 1), pieces)).isEqualTo(1009);
            assertThat(codeOf(header(0x81, 1L << 62), pieces)).isEqualTo(1009);
            assertThat(codeOf(header(0x81, -1), pieces)).isEqualTo(1002);
            assertThat(codeOf(header(0x81, LIMIT), pieces)).isNull();
        }

        @Test
        void acrossFragmentsWhateverTheirNumber() {
            byte[] fragment = RawClient.frame(0x01, bytes(LIMIT / 2));
            byte[] more = RawClient.frame(0x00, bytes(LIMIT / 4));
            assertThat(codeOf(concat(fragment, more, more, header(0x00, 0)), 4096)).isNull();
            assertThat(codeOf(concat(fragment, more, more, header(0x80, 1)), 4096)).isEqualTo(1009);
        }

        @Test
        void andTheSumInTheReasonIsNeverNegative() {
            FrameDecoder decoder = new FrameDecoder(LIMIT);
            new Passed().feed(decoder, concat(RawClient.frame(0x01, bytes(1000)), header(0x80, Long.MAX_VALUE)));
            assertThat(decoder.reason().code()).isEqualTo(1009);
            assertThat(decoder.reason().phrase()).contains("maxMessageBytes").contains("" + LIMIT).doesNotContain("-");
        }

        private byte[] header(int first, long length) {
            ByteBuffer header = ByteBuffer.allocate(14).put((byte) first);
            if (length >= 0 && length <= 125) {
                header.put((byte) (0x80 | length));
            } else if (length > 0 && length <= 0xFFFF) {
                header.put((byte) 0xFE).putShort((short) length);
            } else {
                header.put((byte) 0xFF).putLong(length);
            }
            header.putInt(0x01020304);
            return Arrays.copyOf(header.array(), header.position());
        }
    }
}
