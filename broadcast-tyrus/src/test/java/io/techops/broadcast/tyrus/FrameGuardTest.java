package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameGuardTest {

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

    /** What a guard handed on, and what it said about it. */
    private static final class Passed {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final List<Integer> ends = new ArrayList<>();

        /** {@return whether everything in {@code part} was taken} */
        boolean feed(FrameGuard guard, byte[] part) {
            ByteBuffer in = ByteBuffer.wrap(part);
            for (ByteBuffer next = guard.next(in); next != null; next = guard.next(in)) {
                assertThat(next.hasRemaining()).as("something is handed on").isTrue();
                byte[] taken = new byte[next.remaining()];
                next.get(taken);
                bytes.writeBytes(taken);
                if (guard.frameEnded()) {
                    ends.add(bytes.size());
                }
            }
            return !in.hasRemaining();
        }
    }

    @Nested
    class FramesInOrder {

        @Test
        void arePassedByteForByteHoweverTheReadsCutThem() {
            long seed = new Random().nextLong();
            Random random = new Random(seed);
            for (int round = 0; round < 300; round++) {
                List<Integer> ends = new ArrayList<>();
                byte[] stream = randomStream(random, ends);
                FrameGuard guard = new FrameGuard(LIMIT);
                Passed passed = new Passed();
                int largest = 1 + random.nextInt(random.nextBoolean() ? 12 : 20_000);
                for (int from = 0; from < stream.length; ) {
                    int to = Math.min(stream.length, from + 1 + random.nextInt(largest));
                    assertThat(passed.feed(guard, Arrays.copyOfRange(stream, from, to))).as("seed %s", seed).isTrue();
                    from = to;
                }
                assertThat(guard.violation()).as("seed %s", seed).isNull();
                assertThat(passed.bytes.size()).as("seed %s", seed).isEqualTo(stream.length);
                assertThat(Arrays.mismatch(passed.bytes.toByteArray(), stream)).as("seed %s", seed).isEqualTo(-1);
                assertThat(passed.ends).as("seed %s", seed).isEqualTo(ends);
            }
        }

        private byte[] randomStream(Random random, List<Integer> ends) {
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            boolean fragmented = false;
            for (int i = 0; i < 20; i++) {
                int first;
                int length;
                if (random.nextInt(4) == 0) {
                    first = 0x80 | 8 + random.nextInt(3);
                    length = random.nextInt(126);
                } else {
                    boolean fin = random.nextBoolean();
                    first = (fin ? 0x80 : 0) | (fragmented ? 0 : 1 + random.nextInt(2));
                    fragmented = !fin;
                    length = switch (random.nextInt(6)) {
                        case 0 -> 0;
                        case 1 -> 125 + random.nextInt(3);
                        case 2 -> 4_000;
                        default -> random.nextInt(300);
                    };
                }
                stream.writeBytes(RawClient.frame(first, bytes(length)));
                ends.add(stream.size());
            }
            return stream.toByteArray();
        }

        @Test
        void areAskedForAgainOnlyWhenMoreHasCome() {
            FrameGuard guard = new FrameGuard(LIMIT);
            byte[] frame = RawClient.frame(0x81, bytes(10));
            Passed passed = new Passed();
            passed.feed(guard, Arrays.copyOf(frame, 10));
            assertThat(guard.next(ByteBuffer.allocate(0))).isNull();
            passed.feed(guard, Arrays.copyOfRange(frame, 10, frame.length));
            assertThat(passed.bytes.toByteArray()).isEqualTo(frame);
        }
    }

    @Nested
    class ViolationsAreFoundAtTheHeader {

        private @Nullable Integer codeOf(byte[] stream, int pieces) {
            FrameGuard guard = new FrameGuard(LIMIT);
            Passed passed = new Passed();
            for (int from = 0; from < stream.length && guard.violation() == null; from += pieces) {
                passed.feed(guard, Arrays.copyOfRange(stream, from, Math.min(stream.length, from + pieces)));
            }
            return guard.violation() == null ? null : guard.violation().code();
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
            FrameGuard guard = new FrameGuard(LIMIT);
            new Passed().feed(guard, concat(RawClient.frame(0x01, bytes(1000)), header(0x80, Long.MAX_VALUE)));
            assertThat(guard.violation().code()).isEqualTo(1009);
            assertThat(guard.violation().phrase()).contains("maxMessageBytes").contains("" + LIMIT).doesNotContain("-");
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
