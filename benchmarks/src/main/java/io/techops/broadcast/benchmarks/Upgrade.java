package io.techops.broadcast.benchmarks;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;

/** The opening handshake of one peer (RFC 6455 section 4.1), without any extension but the one that compresses. */
final class Upgrade {

    /** A header that asks for the position of each message. */
    static final String NUMBERED = "Sec-WebSocket-Protocol: broadcast.v1\r\n";

    /** A header that offers compression, as browsers have it. */
    static final String DEFLATED = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

    private static final String DEFLATE = "permessage-deflate";
    private static final String EVENT_STREAM = "text/event-stream";
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_BYTES = 16;

    private final String key;
    private String extension = "";

    /**
     * @param number makes the key differ from those of other peers
     */
    Upgrade(long number) {
        ByteBuffer bytes = ByteBuffer.allocate(KEY_BYTES).putLong(System.nanoTime())
                .putLong(number * 0x9e37_79b9_7f4a_7c15L);
        key = Base64.getEncoder().encodeToString(bytes.array());
    }

    /**
     * {@return the request}
     *
     * @param target the path and the query
     * @param more headers, each with its end of line
     */
    ByteBuffer request(int port, String target, String more) {
        return StandardCharsets.US_ASCII.encode("GET " + target + " HTTP/1.1\r\n"
                + "Host: localhost:" + port + "\r\n"
                + "Upgrade: websocket\r\n"
                + "Connection: Upgrade\r\n"
                + "Sec-WebSocket-Key: " + key + "\r\n"
                + "Sec-WebSocket-Version: 13\r\n" + more + "\r\n");
    }

    /** {@return the request for an event stream} */
    static ByteBuffer eventStream(int port) {
        return StandardCharsets.US_ASCII.encode("GET / HTTP/1.1\r\nHost: localhost:" + port + "\r\n"
                + "Accept: " + EVENT_STREAM + "\r\n\r\n");
    }

    /** {@return the index behind the response's head, or -1 if it is not complete} */
    static int end(byte[] in, int length) {
        for (int i = 3; i < length; i++) {
            if (in[i] == '\n' && in[i - 1] == '\r' && in[i - 2] == '\n' && in[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    /** Checks the response's head. */
    void check(byte[] in, int length, Dialect dialect) {
        String head = new String(in, 0, length, StandardCharsets.ISO_8859_1);
        if (dialect == Dialect.EVENTS) {
            if (!head.startsWith("HTTP/1.1 200 ") || !head.contains(EVENT_STREAM)) {
                throw new BrokenDelivery("no event stream: " + head.lines().findFirst().orElse(""));
            }
            return;
        }
        String accept = null;
        for (String line : head.split("\r\n")) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("sec-websocket-accept:")) {
                accept = line.substring(line.indexOf(':') + 1).strip();
            } else if (lower.startsWith("sec-websocket-extensions:")) {
                extension = line.substring(line.indexOf(':') + 1).strip();
            }
        }
        boolean asked = dialect == Dialect.DEFLATED ? extension.startsWith(DEFLATE) : extension.isEmpty();
        if (!asked) {
            throw new BrokenDelivery("not the extensions that were offered: " + extension);
        }
        if (!head.startsWith("HTTP/1.1 101 ") || !accept(key).equals(accept)) {
            throw new BrokenDelivery("no proper handshake: " + head.lines().findFirst().orElse(""));
        }
    }

    /** {@return whether the server compresses a message with those before it in mind} */
    boolean keepsContext() {
        return !extension.contains("server_no_context_takeover");
    }

    /** {@return what a server has to answer to a key} */
    static String accept(String key) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            byte[] digest = sha1.digest((key + ACCEPT_SUFFIX).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}
