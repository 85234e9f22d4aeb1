package io.techops.broadcast.tyrus;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.glassfish.grizzly.http.HttpRequestPacket;
import org.glassfish.grizzly.http.Method;
import org.glassfish.grizzly.http.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of the opening handshake: everything that RFC 6455 section 4.2.1 demands of the request, which Tyrus
 * does not check, and what the server's settings demand.
 */
final class Handshake {

    static final String VERSION = "13";
    static final String KEY = "Sec-WebSocket-Key";
    static final String VERSION_HEADER = "Sec-WebSocket-Version";

    private static final int KEY_BYTES = 16;

    private final @Nullable String path;
    private final Origins origins;

    /**
     * @param path the only path that is served, or null for any
     */
    Handshake(@Nullable String path, Origins origins) {
        this.path = path;
        this.origins = origins;
    }

    /** {@return whether the request asks for a WebSocket at all} */
    static boolean isAsked(HttpRequestPacket request) {
        return hasToken(request, "Upgrade", "websocket");
    }

    /** {@return the answer to a request that asks for something else} */
    static Refusal notAsked() {
        return upgradeRequired("This port speaks WebSocket (RFC 6455), version " + VERSION + ". Connect with ws:// or wss://.");
    }

    private static Refusal upgradeRequired(String text) {
        return Refusal.of("426 Upgrade Required", text)
                .with("Upgrade", "websocket").with("Connection", "Upgrade").with(VERSION_HEADER, VERSION);
    }

    /** {@return why the request is refused, or null} */
    @Nullable Refusal check(HttpRequestPacket request) {
        if (!Method.GET.equals(request.getMethod())) {
            return Refusal.of("405 Method Not Allowed", "A WebSocket handshake is a GET.").with("Allow", "GET");
        }
        if (request.getProtocol() != Protocol.HTTP_1_1) {
            return bad("A WebSocket handshake needs HTTP/1.1.");
        }
        if (!VERSION.equals(only(request, VERSION_HEADER))) {
            return upgradeRequired("This server speaks WebSocket version " + VERSION + " (RFC 6455) and no other.");
        }
        if (!hasToken(request, "Connection", "upgrade")) {
            return bad("The Connection header must contain Upgrade.");
        }
        if (!isKey(only(request, KEY))) {
            return bad("There must be one " + KEY + " header: 16 bytes in base64.");
        }
        String host = only(request, "Host");
        if (host == null || host.isEmpty()) {
            return bad("There must be one Host header.");
        }
        if (request.getContentLength() > 0 || request.isChunked()) {
            return bad("A WebSocket handshake has no body.");
        }
        if (path != null && !path.equals(request.getRequestURI())) {
            return Refusal.of("404 Not Found", "There is no WebSocket at this path.");
        }
        if (values(request, "Origin").size() > 1 || !origins.allows(request.getHeader("Origin"), host)) {
            return Refusal.of("403 Forbidden", "Pages of this origin may not connect: the setting is allowOrigin.");
        }
        return null;
    }

    private static Refusal bad(String text) {
        return Refusal.of("400 Bad Request", text);
    }

    private static boolean isKey(@Nullable String key) {
        try {
            return key != null && Base64.getDecoder().decode(key).length == KEY_BYTES && key.length() == 24;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean hasToken(HttpRequestPacket request, String header, String token) {
        for (String value : values(request, header)) {
            for (String one : value.split(",")) {
                if (one.strip().toLowerCase(Locale.ROOT).equals(token)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static @Nullable String only(HttpRequestPacket request, String header) {
        List<String> values = values(request, header);
        return values.size() == 1 ? values.get(0) : null;
    }

    private static List<String> values(HttpRequestPacket request, String header) {
        List<String> values = new ArrayList<>();
        request.getHeaders().values(header).forEach(values::add);
        return values;
    }
}
