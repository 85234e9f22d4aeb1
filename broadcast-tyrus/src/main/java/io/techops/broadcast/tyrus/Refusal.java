package io.techops.broadcast.tyrus;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The answer to a request that does not become a WebSocket.
 *
 * @param status the HTTP status and its phrase
 * @param text one sentence for people
 * @param headers whole header lines, each with its line end
 */
record Refusal(String status, String text, String headers) {

    private static final String END = "\r\n";

    static Refusal of(String status, String text) {
        return new Refusal(status, text, "");
    }

    Refusal with(String name, String value) {
        return new Refusal(status, text, headers + name + ": " + value + END);
    }

    /** {@return the whole response} */
    ByteBuffer response(boolean withBody) {
        byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 " + status + END
                + headers
                + "Connection: close" + END
                + "Content-Type: text/plain; charset=utf-8" + END
                + "X-Content-Type-Options: nosniff" + END
                + "Content-Length: " + body.length + END
                + END;
        byte[] bytes = head.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer response = ByteBuffer.allocate(bytes.length + body.length).put(bytes);
        return (withBody ? response.put(body) : response).flip();
    }
}
