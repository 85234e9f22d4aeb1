package io.techops.broadcast.tyrus.http;

import io.techops.broadcast.Message;
import io.techops.broadcast.tyrus.connection.SocketTransport;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer to a request: a head, and perhaps a body, which is read only as fast as the socket takes it, so that a
 * connection holds at most one piece of it and an open file. For one thread at a time, except {@link #close}.
 */
public final class Response implements Closeable {

    /** The size of a piece of the body, in bytes. */
    private static final int PIECE_BYTES = 64 << 10;
    /** The most pieces in one turn: then other connections have theirs. */
    private static final int MOST_PIECES = 64;
    private static final String END = "\r\n";
    private static final Map<Integer, String> PHRASES = Map.ofEntries(Map.entry(100, "Continue"),
            Map.entry(200, "OK"), Map.entry(204, "No Content"), Map.entry(206, "Partial Content"),
            Map.entry(304, "Not Modified"), Map.entry(308, "Permanent Redirect"),
            Map.entry(400, "Bad Request"), Map.entry(401, "Unauthorized"), Map.entry(402, "Payment Required"),
            Map.entry(403, "Forbidden"), Map.entry(404, "Not Found"), Map.entry(405, "Method Not Allowed"),
            Map.entry(406, "Not Acceptable"), Map.entry(408, "Request Timeout"), Map.entry(409, "Conflict"),
            Map.entry(410, "Gone"), Map.entry(412, "Precondition Failed"), Map.entry(413, "Content Too Large"),
            Map.entry(414, "URI Too Long"), Map.entry(415, "Unsupported Media Type"),
            Map.entry(416, "Range Not Satisfiable"), Map.entry(422, "Unprocessable Content"),
            Map.entry(426, "Upgrade Required"),
            Map.entry(428, "Precondition Required"), Map.entry(429, "Too Many Requests"),
            Map.entry(431, "Request Header Fields Too Large"), Map.entry(451, "Unavailable For Legal Reasons"),
            Map.entry(500, "Internal Server Error"), Map.entry(501, "Not Implemented"),
            Map.entry(502, "Bad Gateway"), Map.entry(503, "Service Unavailable"), Map.entry(504, "Gateway Timeout"),
            Map.entry(505, "HTTP Version Not Supported"));

    /** The result of a turn of writing. */
    public enum Progress { DONE, WAITS_FOR_SOCKET, GOES_ON }

    private final StringBuilder head;
    private @Nullable ReadableByteChannel body;
    private @Nullable Closeable resource;
    private long left;
    private ByteBuffer @Nullable [] piece;

    private Response(int status) {
        head = new StringBuilder("HTTP/1.1 ").append(status).append(' ').append(phrase(status)).append(END);
        if (status == 100) {
            return;
        }
        head.append("Date: ").append(HttpDate.of(Instant.now())).append(END)
                .append("X-Content-Type-Options: nosniff").append(END);
    }

    public static Response of(int status) {
        return new Response(status);
    }

    /**
     * {@return a 100 response: the client may send the body of its request (RFC 9110 section 15.2.1); the answer
     * follows}
     */
    public static Response goOn() {
        return new Response(100);
    }

    public static String phrase(int status) {
        return PHRASES.getOrDefault(status, "");
    }

    public Response with(String name, String value) {
        head.append(name).append(": ").append(value).append(END);
        return this;
    }

    /**
     * {@return this with more headers}
     *
     * @param lines the header lines, each with its line end
     */
    public Response with(String lines) {
        head.append(lines);
        return this;
    }

    /** {@return this with a line of text as its body} */
    public Response text(String line, boolean withBody) {
        return content("text/plain; charset=utf-8", line + "\n", withBody);
    }

    /** {@return this with a text of a media type as its body} */
    public Response content(String mediaType, String content, boolean withBody) {
        ByteBuffer payload = Message.text(content).payload(); // the same rule for text that UTF-8 cannot express
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        with("Content-Type", mediaType).with("Content-Length", Long.toString(bytes.length));
        return withBody ? body(Channels.newChannel(new ByteArrayInputStream(bytes)), bytes.length, null) : this;
    }

    /**
     * {@return this with a body, and headers with its length}
     *
     * @param resource is closed with the response
     */
    public Response body(ReadableByteChannel bytes, long length, @Nullable Closeable resource) {
        this.body = bytes;
        this.left = length;
        this.resource = resource;
        return this;
    }

    /**
     * Writes as much as the socket takes; may wait for the disk.
     *
     * @throws IOException if the connection or the body breaks: a part must not be taken for the whole
     */
    public Progress write(SocketTransport pipe) throws IOException {
        if (piece == null) {
            byte[] bytes = head.append(END).toString().getBytes(StandardCharsets.ISO_8859_1);
            ByteBuffer first = ByteBuffer.allocate(bytes.length + (int) Math.min(PIECE_BYTES, left)).put(bytes);
            piece = new ByteBuffer[] {fill(first)};
        }
        for (int i = 0; i < MOST_PIECES; i++) {
            pipe.write(piece);
            if (piece[0].hasRemaining()) {
                return Progress.WAITS_FOR_SOCKET;
            }
            if (left == 0) {
                return Progress.DONE;
            }
            ByteBuffer next = piece[0].clear();
            fill(next.limit((int) Math.min(next.capacity(), left)));
        }
        return Progress.GOES_ON;
    }

    private ByteBuffer fill(ByteBuffer buffer) throws IOException {
        left -= buffer.remaining();
        while (buffer.hasRemaining()) {
            if (body.read(buffer) < 0) {
                throw new EOFException(
                        "the page has become shorter: " + (left + buffer.remaining()) + " bytes missing");
            }
        }
        return buffer.flip();
    }

    @Override
    public void close() throws IOException {
        if (resource != null) {
            resource.close();
        }
    }
}
