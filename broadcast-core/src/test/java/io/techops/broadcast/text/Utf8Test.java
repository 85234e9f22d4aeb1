package io.techops.broadcast.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.Message;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {

    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final CharBuffer text = CharBuffer.allocate(1_000);

    private boolean isTextForTheJdk(byte[] bytes) {
        decoder.reset();
        return !decoder.decode(ByteBuffer.wrap(bytes), text.clear(), true).isError();
    }

    private void isJudgedAsByTheJdk(byte[] bytes) {
        if (Utf8.isWellFormed(bytes) != isTextForTheJdk(bytes)) {
            throw new AssertionError(HexFormat.of().formatHex(bytes));
        }
    }

    @Test
    void everySequenceOfThreeBytesIsJudgedAsByTheJdk() {
        byte[] bytes = new byte[3];
        for (int first = 0x7F; first <= 0xFF; first++) {
            for (int rest = 0; rest <= 0xFFFF; rest++) {
                bytes[0] = (byte) first;
                bytes[1] = (byte) (rest >> 8);
                bytes[2] = (byte) rest;
                isJudgedAsByTheJdk(bytes);
            }
        }
    }

    @Test
    void randomTextsWithOneByteChangedAreJudgedAsByTheJdk() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(30); n > 0; n--) {
                int point = random.nextInt(3) > 0 ? random.nextInt(128) : random.nextInt(0x11_0000);
                text.appendCodePoint(point >= 0xD800 && point < 0xE000 ? 'x' : point);
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            assertThat(Utf8.isWellFormed(bytes)).as("seed %s", seed).isTrue();
            if (bytes.length > 0) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                isJudgedAsByTheJdk(bytes);
            }
        }
    }

    @Test
    void aMessageIsMadeOfItAndTheBufferStaysAsItWas() {
        ByteBuffer payload = ByteBuffer.wrap("<h\u00E9llo \uD83D\uDE00>".getBytes(StandardCharsets.UTF_8)).position(1);
        assertThat(Message.utf8(payload)).isEqualTo(Message.text("h\u00E9llo \uD83D\uDE00>"));
        assertThat(payload.position()).isOne();
        assertThat(Message.utf8(ByteBuffer.allocate(0)).text()).isEmpty();
        assertThatThrownBy(() -> Message.utf8(ByteBuffer.wrap(new byte[] {'a', (byte) 0xC0, 'b'})))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("payload must be UTF-8");
    }
}
