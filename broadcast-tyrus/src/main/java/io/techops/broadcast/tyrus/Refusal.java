package io.techops.broadcast.tyrus;

import io.techops.broadcast.RefusalCause;
import java.time.Duration;

/**
 * The answer to a request that does not become a WebSocket.
 *
 * @param cause what it is counted as
 * @param status the HTTP status
 * @param text one sentence for people
 * @param headers whole header lines, each with its line end
 */
record Refusal(RefusalCause cause, int status, String text, String headers) 
        implements RequestHeadParser.Result, Entrance.Answer, Routes.Answer {

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

    /** {@return the whole response, after which the connection ends} */
    Response response(boolean withBody) {
        return Response.of(status).with("Connection", "close").with(headers).text(text, withBody);
    }
}
