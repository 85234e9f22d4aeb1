package io.techops.broadcast.tyrus.http;

import io.techops.broadcast.RefusalCause;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The answer to a request that does not become a WebSocket.
 *
 * @param cause the cause under which it is counted
 * @param status the HTTP status
 * @param text one sentence for human readers
 * @param headers whole header lines, each with its line end
 */
public record HttpRejection(RefusalCause cause, int status, String text, String headers)
        implements HeadResult {

    private static final String END = "\r\n";

    public static HttpRejection of(RefusalCause cause, int status, String text) {
        return new HttpRejection(cause, status, text, "");
    }

    /** {@return the answer to a request that breaks a rule of HTTP or of the handshake} */
    public static HttpRejection bad(String text) {
        return of(RefusalCause.HANDSHAKE, 400, text);
    }

    /** {@return the answer to a request that may succeed later} */
    public static HttpRejection busy(RefusalCause cause, String text, Duration retryAfter) {
        return of(cause, 503, text).retryAfter(retryAfter);
    }

    public HttpRejection with(String name, String value) {
        return new HttpRejection(cause, status, text, headers + name + ": " + value + END);
    }

    /** {@return this with more headers, each with its values} */
    public HttpRejection with(Map<String, List<String>> more) {
        return withLines(lines(more));
    }

    /** {@return this with more headers, as whole lines} */
    public HttpRejection withLines(String lines) {
        return new HttpRejection(cause, status, text, headers + lines);
    }

    /** {@return the headers as whole lines, each with its line end} */
    public static String lines(Map<String, List<String>> headers) {
        StringBuilder lines = new StringBuilder();
        headers.forEach((name, values) -> values.forEach(
                value -> lines.append(name).append(": ").append(value).append(END)));
        return lines.toString();
    }

    public HttpRejection retryAfter(Duration delay) {
        return with("Retry-After", Long.toString(delay.toSeconds()));
    }

    /** {@return the whole response, after which the connection ends} */
    public Response response(boolean withBody) {
        return Response.of(status).with("Connection", "close").with(headers).text(text, withBody);
    }
}
