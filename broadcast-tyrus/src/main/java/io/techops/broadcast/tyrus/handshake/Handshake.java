package io.techops.broadcast.tyrus.handshake;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.stream.Subprotocols;
import io.techops.broadcast.tyrus.http.HttpRejection;
import io.techops.broadcast.tyrus.http.HttpSyntax;
import io.techops.broadcast.tyrus.http.RequestHead;
import io.techops.broadcast.tyrus.http.RequestHeadParser;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules of the opening handshake: all requirements of RFC 6455 section 4.2.1 for the request, which Tyrus does not
 * check. {@link RequestHeadParser} has checked before that the request is HTTP and has one Host.
 */
public final class Handshake {

    static final String VERSION = "13";
    static final String KEY = "Sec-WebSocket-Key";
    static final String VERSION_HEADER = "Sec-WebSocket-Version";
    static final String SUBPROTOCOL = "Sec-WebSocket-Protocol";

    private static final int KEY_BYTES = 16;
    /** The text with which the key of a handshake is hashed (RFC 6455 section 1.3). */
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    /** Cached, because finding one among the providers takes longer than the digest. Each use begins with a reset. */
    private static final ThreadLocal<MessageDigest> SHA_1 = ThreadLocal.withInitial(Handshake::sha1);

    private Handshake() {
    }

    /** {@return whether the request asks for a WebSocket} */
    public static boolean isAsked(RequestHead request) {
        return request.lists("Upgrade", "websocket");
    }

    /** {@return the answer to a request that does not ask for a WebSocket} */
    public static HttpRejection notAsked() {
        return upgradeRequired(
                "This port speaks WebSocket (RFC 6455), version " + VERSION + ". Connect with ws:// or wss://.");
    }

    private static HttpRejection upgradeRequired(String text) {
        return HttpRejection.of(RefusalCause.HANDSHAKE, 426, text)
                .with("Upgrade", "websocket").with("Connection", "Upgrade").with(VERSION_HEADER, VERSION);
    }

    /** {@return why the request is refused, or null} */
    static @Nullable HttpRejection check(RequestHead request) {
        if (!request.isGet()) {
            return HttpRejection.of(RefusalCause.HANDSHAKE, 405, "A WebSocket handshake is a GET.").with("Allow",
                    "GET");
        }
        if (!request.modern()) {
            return HttpRejection.bad("A WebSocket handshake needs HTTP/1.1.");
        }
        if (!VERSION.equals(request.only(VERSION_HEADER))) {
            return upgradeRequired("This server speaks WebSocket version " + VERSION + " (RFC 6455) and no other.");
        }
        if (!request.lists("Connection", "upgrade")) {
            return HttpRejection.bad("The Connection header must contain Upgrade.");
        }
        if (!isKey(request.only(KEY))) {
            return HttpRejection.bad("There must be one " + KEY + " header: 16 bytes in base64.");
        }
        if (request.bodyLength() != 0) {
            return HttpRejection.bad("A WebSocket handshake has no body.");
        }
        List<String> offered = HttpSyntax.list(request.values(SUBPROTOCOL));
        if (!offered.stream().allMatch(HttpSyntax::isToken)) {
            return HttpRejection.bad("The " + SUBPROTOCOL + " header must be a list of tokens.");
        }
        String wrong = Subprotocols.wrongNumber(offered);
        if (wrong != null) {
            return HttpRejection.bad(wrong);
        }
        return checkTarget(request);
    }

    /** {@return why the request's target cannot be served, or null} */
    static @Nullable HttpRejection checkTarget(RequestHead request) {
        String path = request.path();
        if (!path.startsWith("/") || !HttpSyntax.isVisible(path) || !HttpSyntax.isEncoded(path)
                || request.query() != null && !HttpSyntax.isVisible(request.query())) {
            return HttpRejection.bad("The path must be that of a URI: a slash, and ASCII with percent signs in order.");
        }
        return null;
    }

    /** {@return the answer to a request that is accepted (RFC 6455 section 4.2.2)} */
    static ByteBuffer response(String key, @Nullable String subprotocol, @Nullable String extension,
            Map<String, List<String>> headers) {
        String head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: " + accept(key) + "\r\n"
                + (subprotocol == null ? "" : SUBPROTOCOL + ": " + subprotocol + "\r\n")
                + (extension == null ? "" : DeflateOffers.HEADER + ": " + extension + "\r\n")
                + HttpRejection.lines(headers)
                + "\r\n";
        return ByteBuffer.wrap(head.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String accept(String key) {
        MessageDigest sha1 = SHA_1.get();
        sha1.reset(); // the last use may have failed for want of memory
        byte[] digest = sha1.digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
        return Base64.getEncoder().encodeToString(digest);
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    static boolean isKey(@Nullable String key) {
        try {
            return key != null && Base64.getDecoder().decode(key).length == KEY_BYTES && key.length() == 24;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
