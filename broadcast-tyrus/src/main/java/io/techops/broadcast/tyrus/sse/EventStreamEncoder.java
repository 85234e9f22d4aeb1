package io.techops.broadcast.tyrus.sse;

import io.techops.broadcast.Message;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.stream.NumberedHeader;
import io.techops.broadcast.tyrus.frame.ChunkWriter;
import io.techops.broadcast.tyrus.frame.DirectBufferPool;
import io.techops.broadcast.tyrus.frame.EncodedBatch;
import io.techops.broadcast.tyrus.frame.SpareHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/*
 *     id: k3f9x2m7-18042          of every message but those that were sent to this peer alone
 *     key: EURUSD                 if it has one; a field that clients of the standard ignore
 *     data: first line            one for each line of the text, which CR LF, CR or LF ends
 *     data: second line
 *
 * Nothing is written for a binary message.
 */

/** Encodes messages as Server-Sent Events. For one thread. */
public final class EventStreamEncoder {

    private static final byte[] DATA = ascii("data: ");
    private static final byte[] DIRECT = ascii("event: direct\ndata: {\"message\":\"");
    private static final byte[] DIRECT_END = ascii("\"}\n\n");

    private final ChunkWriter out;
    private final NumberedHeader header = SpareHeader.take();

    private EventStreamEncoder(DirectBufferPool pool) {
        out = new ChunkWriter(pool);
    }

    /**
     * {@return the events of all texts of {@code batch}, without bytes if there is no text} Held once, by the caller.
     */
    public static EncodedBatch encode(Batch batch, DirectBufferPool pool) {
        EventStreamEncoder encoder = new EventStreamEncoder(pool);
        for (int i = 0; i < batch.size(); i++) {
            if (batch.message(i) instanceof Message.Text text) {
                if (batch.sequence(i) == Batch.UNNUMBERED) {
                    encoder.direct(text);
                } else {
                    encoder.numbered(batch, i, text);
                }
            }
        }
        SpareHeader.giveBack(encoder.header);
        return encoder.out.end();
    }

    private void numbered(Batch batch, int index, Message.Text text) {
        out.put(header, header.set(batch, index) - 1); // without the empty line
        ByteBuffer payload = text.payload();
        int size = text.size();
        int start = 0;
        for (int i = 0; i < size; i++) {
            byte next = payload.get(i);
            if (next == '\n' || next == '\r') {
                line(text, start, i);
                if (next == '\r' && i + 1 < size && payload.get(i + 1) == '\n') {
                    i++;
                }
                start = i + 1;
            }
        }
        line(text, start, size);
        out.put((byte) '\n');
    }

    private void line(Message.Text text, int from, int to) {
        out.put(DATA);
        out.put(text, from, to);
        out.put((byte) '\n');
    }

    /** Writes a text as a JSON string (RFC 8259 section 7), which has no line end. */
    private void direct(Message.Text text) {
        out.put(DIRECT);
        ByteBuffer payload = text.payload();
        int start = 0;
        for (int i = 0; i < text.size(); i++) {
            byte next = payload.get(i);
            if (next == '"' || next == '\\' || next >= 0 && next < ' ') {
                out.put(text, start, i);
                out.put(escape(next));
                start = i + 1;
            }
        }
        out.put(text, start, text.size());
        out.put(DIRECT_END);
    }

    private static byte[] escape(byte character) {
        return switch (character) {
            case '"' -> ascii("\\\"");
            case '\\' -> ascii("\\\\");
            case '\n' -> ascii("\\n");
            case '\r' -> ascii("\\r");
            case '\t' -> ascii("\\t");
            default -> ascii(String.format("\\u%04x", character));
        };
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
