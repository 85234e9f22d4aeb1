package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.RawClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Requests that publish, and what answers them. */
final class PublishRequests {

    static final String TOKEN = "k-2.Y_z~+/==";
    static final String HOST = "Host: 127.0.0.1\r\n";
    static final String BEARER = "Authorization: Bearer " + TOKEN + "\r\n";
    static final String TEXT = "Content-Type: text/plain\r\n";
    static final String POST = "POST /live HTTP/1.1\r\n" + HOST;
    static final String GOOD = POST + BEARER + TEXT;

    private PublishRequests() {
    }

    /** {@return a server that takes what has the token} */
    static BroadcastServer.Builder server(Wire wire) {
        return wire.server().path("/live").publishers(Publishers.token(TOKEN)).handshakeTimeout(Duration.ofMinutes(5));
    }

    /** {@return the end of a request with a body} */
    static String length(String body) {
        return "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    static void send(RawClient client, String request) throws IOException {
        client.sendAll(request.getBytes(StandardCharsets.UTF_8));
    }

    /** {@return the answer to a request, with its body} */
    static String answer(RawClient client, String request) throws IOException {
        send(client, request);
        String head = client.readHead();
        return head + (head.contains("Content-Length") ? client.readBody() : "");
    }

    /** {@return the position that an answer tells} */
    static String id(String answer) {
        assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").contains("\r\nContent-Type: application/json\r\n");
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        assertThat(body).matches("\\{\"id\":\"[0-9a-z]{8,32}-\\d+\"}");
        return body.substring(7, body.length() - 2);
    }
}
