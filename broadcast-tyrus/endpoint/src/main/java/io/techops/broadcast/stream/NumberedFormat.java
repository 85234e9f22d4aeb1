package io.techops.broadcast.stream;

import io.techops.broadcast.Message;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.StreamEvent;
import java.nio.ByteBuffer;

/**
 * The format of the subprotocol {@value #SUBPROTOCOL}: every message is preceded by headers with its position. This
 * class makes whole messages; {@link NumberedHeader} makes the headers alone, for code that writes frames itself.
 *
 * <p>A header is a line {@code name: value} that ends with a line feed. An empty line follows, and then the unchanged
 * payload. Only static methods.
 */
public final class NumberedFormat {

    /** The name of the subprotocol. */
    public static final String SUBPROTOCOL = "broadcast.v1";

    private NumberedFormat() {
    }

    /**
     * {@return a message of a batch with its headers, of the same kind: text or binary}
     *
     * @param batch the batch
     * @param index the index of the message, from 0 to {@code batch.size() - 1}
     */
    public static Message message(Batch batch, int index) {
        Message message = batch.message(index);
        NumberedHeader header = new NumberedHeader();
        int length = header.set(batch, index);
        ByteBuffer whole = ByteBuffer.allocate(length + message.size());
        header.copyTo(0, length, whole);
        message.copyTo(0, message.size(), whole);
        whole.flip();
        return message instanceof Message.Text ? Message.utf8(whole) : Message.binary(whole);
    }

    /**
     * {@return an event as a message}
     *
     * @param event the event
     */
    public static Message.Text message(StreamEvent event) {
        return Message.text(text(event));
    }

    private static String text(StreamEvent event) {
        String id = "id: " + event.position() + "\n";
        if (event instanceof StreamEvent.Open open) {
            return "event: open\n" + id + "recovered: " + open.isRecovered() + "\n\n";
        }
        StreamEvent.Gap gap = (StreamEvent.Gap) event;
        return "event: gap\n" + id + "reason: " + gap.reason().text() + "\n"
                + (gap.missed().isPresent() ? "missed: " + gap.missed().getAsLong() + "\n" : "") + "\n";
    }
}
