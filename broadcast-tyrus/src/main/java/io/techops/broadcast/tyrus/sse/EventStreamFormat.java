package io.techops.broadcast.tyrus.sse;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.spi.StreamEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The parts of an event stream other than messages, as whole lines. Only static methods. */
public final class EventStreamFormat {

    /** The media type (HTML standard, section 9.2.1). */
    public static final String MEDIA_TYPE = "text/event-stream";

    private static final byte[] HEARTBEAT = {':', '\n'};

    private EventStreamFormat() {
    }

    /**
     * {@return an event whose data is a stream event as JSON} Its position is also its {@code id}, so that a client
     * that has not received a message yet resumes after it.
     */
    public static ByteBuffer event(StreamEvent event) {
        String id = event.position().toString();
        String json = "{\"id\":\"" + id + "\"";
        if (event instanceof StreamEvent.Open open) {
            return lines("event: open\nid: " + id + "\ndata: " + json + ",\"recovered\":" + open.isRecovered()
                    + "}\n\n");
        }
        StreamEvent.Gap gap = (StreamEvent.Gap) event;
        return lines("event: gap\nid: " + id + "\ndata: " + json + ",\"reason\":\"" + gap.reason().text() + "\""
                + (gap.missed().isPresent() ? ",\"missed\":" + gap.missed().getAsLong() : "") + "}\n\n");
    }

    /** {@return a comment, which a client ignores} */
    public static ByteBuffer heartbeat() {
        return ByteBuffer.wrap(HEARTBEAT.clone());
    }

    /** {@return the last line of a stream: a comment for human readers about why it ends} */
    public static ByteBuffer end(CloseReason reason) {
        return lines(reason.isSendable()
                ? (": closed " + reason.code() + ' ' + reason.phrase().replaceAll("\\R", " ")).stripTrailing() + "\n"
                : ": closed\n");
    }

    private static ByteBuffer lines(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
