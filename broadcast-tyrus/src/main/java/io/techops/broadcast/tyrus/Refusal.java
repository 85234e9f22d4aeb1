package io.techops.broadcast.tyrus;

import io.techops.broadcast.RefusalCause;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.glassfish.grizzly.http.util.HttpStatus;

/**
 * The answer to a request that does not become a WebSocket.
 *
 * @param cause what it is counted as
 * @param status the HTTP status
 * @param text one sentence for people
 * @param headers whole header lines, each with its line end
 */
record Refusal(RefusalCause cause, int status, String text, String headers) implements Entrance.Answer, Routes.Answer {

    private static final String END = "\r\n";

    static Refusal of(RefusalCause cause, int status, String text) {
        return new Refusal(cause, status, text, "");
    }

    /** {@return that the request breaks a rule of HTTP or of the handshake} */
    static Refusal bad(String text) {
        return of(RefusalCause.HANDSHAKE, 400, text);
    }

    /** {@return that it may work later} */
    static Refusal busy(RefusalCause cause, String text, Duration retryAfter) {
        return of(cause, 503, text).retryAfter(retryAfter);
    }

    Refusal with(String name, String value) {
        return new Refusal(cause, status, text, headers + name + ": " + value + END);
    }

    Refusal retryAfter(Duration delay) {
        return with("Retry-After", Long.toString(delay.toSeconds()));
    }

    /** {@return the whole response} */
    ByteBuffer response(boolean withBody) {
        byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 " + status + " " + phrase() + END
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

    private String phrase() {
        return switch (status) {
            case 414 -> "URI Too Long";
            case 426 -> "Upgrade Required";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            default -> new String(HttpStatus.getHttpStatus(status).getReasonPhraseBytes(), StandardCharsets.US_ASCII);
        };
    }
}
