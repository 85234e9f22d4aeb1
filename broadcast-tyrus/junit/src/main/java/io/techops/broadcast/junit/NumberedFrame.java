package io.techops.broadcast.junit;

import io.techops.broadcast.GapReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.StreamEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A frame of {@code broadcast.v1}: headers, an empty line, and the payload. */
final class NumberedFrame {

    private final Map<String, String> headers = new TreeMap<>();
    private final Message payload;

    /**
     * @param frame a whole message, as it was received
     * @throws IllegalArgumentException if it has no headers
     */
    NumberedFrame(Message frame) {
        ByteBuffer rest = frame.payload();
        for (String header = line(rest); !header.isEmpty(); header = line(rest)) {
            String[] parts = header.split(": ", 2);
            headers.put(parts[0], parts.length < 2 ? "" : parts[1]);
        }
        payload = frame instanceof Message.Text ? Message.utf8(rest) : Message.binary(rest);
    }

    private static String line(ByteBuffer from) {
        byte[] bytes = new byte[from.remaining()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = from.get();
            if (bytes[i] == '\n') {
                return new String(Arrays.copyOf(bytes, i), StandardCharsets.UTF_8);
            }
        }
        throw new IllegalArgumentException("a frame without an empty line behind its headers");
    }

    /** {@return the stream event; null if the frame is a message} */
    @Nullable StreamEvent event() {
        Position position = position();
        String event = headers.getOrDefault("event", "");
        if (position != null && event.equals("open")) {
            return new StreamEvent.Open(position, "true".equals(headers.get("recovered")));
        }
        if (position != null && event.equals("gap")) {
            String missed = headers.get("missed");
            return new StreamEvent.Gap(position, reason(headers.getOrDefault("reason", "")),
                    missed == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(missed)));
        }
        return null;
    }

    private static GapReason reason(String text) {
        return Arrays.stream(GapReason.values()).filter(reason -> reason.text().equals(text)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no reason of a gap: " + text));
    }

    Message payload() {
        return payload;
    }

    /** {@return the position; null if the message was addressed to this client} */
    @Nullable Position position() {
        String id = headers.get("id");
        return id == null ? null : Position.parse(id);
    }

    @Nullable String key() {
        return headers.get("key");
    }
}
