package io.techops.broadcast.tyrus;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The request of a handshake as nearly every client sends it: whole, in one piece, with nothing behind it, and in plain
 * form. It is read here, at a tenth of what it costs to bring it through Grizzly's parser and all its checks. What is
 * not of this form may still be in order: {@link RequestParser} and {@link Handshake} decide about that, and have the
 * answers. So whatever is taken here they take too, and understand in the same way.
 *
 * @param path what the request asks for, up to a question mark
 * @param headers found whatever the case of their names; each has at least one value
 * @param host who is asked
 */
record PlainHandshake(String path, @Nullable String query, Map<String, List<String>> headers, Authority host) {

    private static final String START = "GET /";
    private static final String END = " HTTP/1.1\r\n";

    /** {@return the request, or null if it is not of this form} */
    static @Nullable PlainHandshake parse(byte[] bytes, int length) {
        String head = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
        int lineEnd = head.indexOf(END);
        if (!head.startsWith(START) || lineEnd < 0) {
            return null;
        }
        String target = head.substring(START.length() - 1, lineEnd);
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        String query = mark < 0 ? null : target.substring(mark + 1);
        if (!isPlain(path) || query != null && !isPlain(query)) {
            return null;
        }
        Map<String, List<String>> headers = headers(head, lineEnd + END.length());
        if (headers == null || !isHandshake(headers)) {
            return null;
        }
        String host = only(headers, "Host");
        Authority authority = host == null ? null : Authority.parse(host);
        return authority == null ? null : new PlainHandshake(path, query, headers, authority);
    }

    /** {@return whether it has no space, no percent sign, nothing but ASCII, and no number sign} */
    private static boolean isPlain(String part) {
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c <= ' ' || c >= 127 || c == '%' || c == '#') {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Map<String, List<String>> headers(String head, int start) {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        int at = start;
        for (int count = 0; count <= RequestParser.MAX_HEADERS; count++) {
            int end = head.indexOf("\r\n", at);
            if (end == at) {
                return end + 2 == head.length() ? headers : null;
            }
            int colon = head.indexOf(": ", at);
            if (end < 0 || colon <= at || !isName(head, at, colon) || !isValue(head, colon + 2, end)) {
                return null;
            }
            headers.merge(head.substring(at, colon), List.of(head.substring(colon + 2, end)), PlainHandshake::both);
            at = end + 2;
        }
        return null;
    }

    private static List<String> both(List<String> one, List<String> other) {
        List<String> both = new ArrayList<>(one);
        both.addAll(other);
        return List.copyOf(both);
    }

    private static boolean isName(String head, int start, int end) {
        for (int i = start; i < end; i++) {
            if (!Tokens.isTokenChar(head.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether it is printable ASCII, with spaces within but not around} */
    private static boolean isValue(String head, int start, int end) {
        if (start >= end || head.charAt(start) == ' ' || head.charAt(end - 1) == ' ') {
            return false;
        }
        for (int i = start; i < end; i++) {
            char c = head.charAt(i);
            if (c < ' ' || c >= 127) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHandshake(Map<String, List<String>> headers) {
        return "websocket".equalsIgnoreCase(only(headers, "Upgrade"))
                && Handshake.VERSION.equals(only(headers, Handshake.VERSION_HEADER))
                && Handshake.isKey(only(headers, Handshake.KEY))
                && asksForUpgrade(only(headers, "Connection"))
                && areTokens(headers.get(Handshake.SUBPROTOCOL))
                && !headers.containsKey("Content-Length")
                && !headers.containsKey("Transfer-Encoding")
                && !headers.containsKey("Expect");
    }

    private static @Nullable String only(Map<String, List<String>> headers, String name) {
        List<String> values = headers.get(name);
        return values != null && values.size() == 1 ? values.get(0) : null;
    }

    private static boolean asksForUpgrade(@Nullable String connection) {
        return "Upgrade".equalsIgnoreCase(connection) || connection != null
                && Tokens.list(List.of(connection)).stream().anyMatch("Upgrade"::equalsIgnoreCase);
    }

    private static boolean areTokens(@Nullable List<String> subprotocols) {
        return subprotocols == null || Tokens.list(subprotocols).stream().allMatch(Tokens::isToken);
    }
}
