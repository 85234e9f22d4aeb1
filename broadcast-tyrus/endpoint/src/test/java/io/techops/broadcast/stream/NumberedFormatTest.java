package io.techops.broadcast.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.GapReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.StreamEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The bytes of {@code broadcast.v1}. */
class NumberedFormatTest {

    private static final Position POSITION = Position.of("k3f9x2m7", 18_042);

    private static String text(long sequence, @Nullable String key) {
        Message message = NumberedFormat.message(FakeBatch.of(sequence, key, Message.text("{\"bid\":1.0841}")), 0);
        return ((Message.Text) message).text();
    }

    @Test
    void aMessageFollowsItsPosition() {
        assertThat(text(1, null)).isEqualTo("id: k3f9x2m7-1\n\n{\"bid\":1.0841}");
        assertThat(text(18_042, null)).isEqualTo("id: k3f9x2m7-18042\n\n{\"bid\":1.0841}");
        assertThat(text(Position.MAX_SEQUENCE, null)).isEqualTo("id: k3f9x2m7-9007199254740991\n\n{\"bid\":1.0841}");
    }

    @Test
    void itsKeyFollowsThePosition() {
        assertThat(text(18_042, "EURUSD")).isEqualTo("id: k3f9x2m7-18042\nkey: EURUSD\n\n{\"bid\":1.0841}");
        assertThat(text(10, "Zürich € 😀 z")).isEqualTo("id: k3f9x2m7-10\nkey: Zürich € 😀 z\n\n{\"bid\":1.0841}");
        String longest = "€".repeat(256);
        assertThat(text(7, longest)).isEqualTo("id: k3f9x2m7-7\nkey: " + longest + "\n\n{\"bid\":1.0841}");
    }

    @Test
    void aMessageToOnePeerHasNoPosition() {
        assertThat(text(Batch.UNNUMBERED, null)).isEqualTo("event: direct\n\n{\"bid\":1.0841}");
    }

    @Test
    void aBinaryMessageHasTheSameHeaders() {
        byte[] payload = {0, -1, 10, 10, 127};
        Message message = NumberedFormat.message(FakeBatch.of(3, "k", Message.binary(payload)), 0);

        byte[] header = "id: k3f9x2m7-3\nkey: k\n\n".getBytes(StandardCharsets.US_ASCII);
        assertThat(message).isEqualTo(Message.binary(
                ByteBuffer.allocate(header.length + payload.length).put(header).put(payload).flip()));
    }

    @Test
    void aHeaderHasNothingOfTheOneBefore() {
        Message message = Message.text("m");
        List<FakeBatch> batches = List.of(
                new FakeBatch("k3f9x2m7", List.of(new FakeBatch.Entry(99, "a key that is long", message),
                        new FakeBatch.Entry(100, null, message), new FakeBatch.Entry(Batch.UNNUMBERED, "k", message),
                        new FakeBatch.Entry(101, "é", message))),
                new FakeBatch("0", List.of(new FakeBatch.Entry(1, null, message))));
        NumberedHeader header = new NumberedHeader();
        StringBuilder all = new StringBuilder();
        for (FakeBatch batch : batches) {
            for (int i = 0; i < batch.size(); i++) {
                int length = header.set(batch, i);
                assertThat(NumberedHeader.length(batch, i)).isEqualTo(length);
                ByteBuffer bytes = ByteBuffer.allocate(length);
                header.copyTo(0, length, bytes);
                all.append(new String(bytes.array(), StandardCharsets.UTF_8));
            }
        }

        assertThat(all.toString()).isEqualTo("id: k3f9x2m7-99\nkey: a key that is long\n\nid: k3f9x2m7-100\n\n"
                + "event: direct\n\nid: k3f9x2m7-101\nkey: é\n\nid: 0-1\n\n");
    }

    @Test
    void theStreamBeginsWithItsPosition() {
        assertThat(NumberedFormat.message(new StreamEvent.Open(POSITION, true)).text())
                .isEqualTo("event: open\nid: k3f9x2m7-18042\nrecovered: true\n\n");
        assertThat(NumberedFormat.message(new StreamEvent.Open(POSITION.at(0), false)).text())
                .isEqualTo("event: open\nid: k3f9x2m7-0\nrecovered: false\n\n");
    }

    @ParameterizedTest
    @EnumSource
    void aGapSaysWhyAndHowManyIfThatIsKnown(GapReason reason) {
        assertThat(NumberedFormat.message(new StreamEvent.Gap(POSITION, reason, OptionalLong.of(12))).text())
                .isEqualTo("event: gap\nid: k3f9x2m7-18042\nreason: " + reason.text() + "\nmissed: 12\n\n");
        assertThat(NumberedFormat.message(new StreamEvent.Gap(POSITION, reason, OptionalLong.empty())).text())
                .isEqualTo("event: gap\nid: k3f9x2m7-18042\nreason: " + reason.text() + "\n\n");
    }
}
