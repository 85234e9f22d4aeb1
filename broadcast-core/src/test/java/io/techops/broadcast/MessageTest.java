package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MessageTest {

    @Test
    void textIsKeptAsUtf8() {
        Message.Text text = Message.text("grüße 👋");
        assertThat(text.text()).isEqualTo("grüße 👋");
        assertThat(text.size()).isEqualTo("grüße 👋".getBytes(StandardCharsets.UTF_8).length);
        assertThat(Message.text("").size()).isZero();
    }

    @Test
    void aSurrogateWithoutItsPartnerBecomesTheReplacementCharacter() {
        assertThat(Message.text("\uD83D").text()).isEqualTo("\uFFFD");
        assertThat(Message.text("\uDC4B").text()).isEqualTo("\uFFFD");
        assertThat(Message.text("a\uD83Db").text()).isEqualTo("a\uFFFDb");
        assertThat(Message.text("👋\uDC4B👋\uD83D").text()).isEqualTo("👋\uFFFD👋\uFFFD");
        assertThat(Message.text("\uDC4B\uD83D").text()).isEqualTo("\uFFFD\uFFFD");
    }

    @Test
    void messagesAreEqualIfKindAndPayloadAre() {
        assertThat(Message.text("a")).isEqualTo(Message.text("a")).hasSameHashCodeAs(Message.text("a"));
        assertThat(Message.text("a")).isNotEqualTo(Message.text("b"));
        assertThat((Message) Message.text("a")).isNotEqualTo(Message.binary(new byte[] {'a'}));
        assertThat(Message.binary(new byte[] {1})).isEqualTo(Message.binary(ByteBuffer.wrap(new byte[] {1})));
    }

    @Test
    void bytesAreCopiedAndTheBufferIsLeftAsItIs() {
        byte[] bytes = {0, 1, 2, 3};
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 1, 2);
        Message.Binary message = Message.binary(buffer);
        Message.Binary whole = Message.binary(bytes);
        assertThat(buffer.position()).isOne();
        bytes[1] = 9;
        assertThat(message).isEqualTo(Message.binary(new byte[] {1, 2}));
        assertThat(whole.payload().get(1)).isEqualTo((byte) 1);
    }

    @Test
    void thePayloadCannotBeChanged() {
        Message message = Message.binary(new byte[] {1, 2});
        ByteBuffer payload = message.payload();
        assertThatThrownBy(() -> payload.put((byte) 9)).isInstanceOf(ReadOnlyBufferException.class);
        payload.get();
        assertThat(message.payload().remaining()).isEqualTo(2);
    }

    @Test
    void aPartIsCopiedToABuffer() {
        Message message = Message.binary(new byte[] {1, 2, 3, 4});
        ByteBuffer target = ByteBuffer.allocate(3);
        message.copyTo(1, 2, target);
        assertThat(target.array()).containsExactly(2, 3, 0);
        assertThatThrownBy(() -> message.copyTo(0, 2, target)).isInstanceOf(BufferOverflowException.class);
        assertThatThrownBy(() -> message.copyTo(4, 1, target)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> message.copyTo(-1, 1, target)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aMessageMayBeLoggedBecauseItsPayloadIsNot() {
        assertThat(Message.text("secret")).hasToString("text of 6 bytes");
        assertThat(Message.binary(new byte[3])).hasToString("binary of 3 bytes");
    }
}
