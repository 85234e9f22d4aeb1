package io.techops.broadcast.tyrus.handshake;

import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.stream.StreamQuery;
import io.techops.broadcast.tyrus.http.HttpDate;
import io.techops.broadcast.tyrus.http.HttpRejection;
import io.techops.broadcast.tyrus.http.HttpSyntax;
import io.techops.broadcast.tyrus.http.RequestHead;
import io.techops.broadcast.tyrus.sse.EventStreamFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The request for an event stream (HTML standard, section 9.2.3), and its answer. */
public final class EventStreamRequest {

    private static final String ALLOW_ORIGIN = "Access-Control-Allow-Origin";
    private static final Pattern NOT_ACCEPTABLE = Pattern.compile("[ \\t]*q=0(\\.0*)?[ \\t]*",
            Pattern.CASE_INSENSITIVE);

    private EventStreamRequest() {
    }

    /** {@return whether the client accepts the media type by its name (RFC 9110 section 12.5.1)} */
    public static boolean isAsked(RequestHead request) {
        return HttpSyntax.list(request.values("Accept")).stream().anyMatch(EventStreamRequest::isEventStream);
    }

    private static boolean isEventStream(String accepted) {
        String[] parts = accepted.split(";");
        if (!parts[0].strip().equalsIgnoreCase(EventStreamFormat.MEDIA_TYPE)) {
            return false;
        }
        for (int i = 1; i < parts.length; i++) {
            if (NOT_ACCEPTABLE.matcher(parts[i]).matches()) {
                return false;
            }
        }
        return true;
    }

    /** {@return why the request is refused, or null} */
    static @Nullable HttpRejection check(RequestHead request) {
        if (request.bodyLength() != 0) {
            return HttpRejection.bad("A request for an event stream has no body.");
        }
        if (request.values(StreamQuery.LAST_EVENT_ID_HEADER).size() > 1) {
            return HttpRejection.bad("There may be one " + StreamQuery.LAST_EVENT_ID_HEADER + " header.");
        }
        return Handshake.checkTarget(request);
    }

    /**
     * {@return the head of the answer to a request that is accepted} The body ends with the connection.
     *
     * @param headers the response headers of the host application
     */
    static ByteBuffer response(HandshakeRequest request, Map<String, List<String>> headers) {
        String origin = request.header("Origin"); // which may connect
        String head = "HTTP/1.1 200 OK\r\nDate: " + HttpDate.of(Instant.now()) + "\r\n"
                + "Content-Type: " + EventStreamFormat.MEDIA_TYPE + "\r\nX-Content-Type-Options: nosniff\r\n"
                + "Cache-Control: no-store\r\nX-Accel-Buffering: no\r\nConnection: close\r\nVary: Origin\r\n"
                + (origin == null || headers.containsKey(ALLOW_ORIGIN) ? ""
                        : ALLOW_ORIGIN + ": " + origin + "\r\n")
                + HttpRejection.lines(headers)
                + "\r\n";
        return ByteBuffer.wrap(head.getBytes(StandardCharsets.ISO_8859_1));
    }
}
