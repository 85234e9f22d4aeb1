package io.techops.broadcast.tyrus.hosting;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request, as Tyrus expects them: those of the query, decoded like those of a form, and the
 * variables of the path, which hide query parameters of the same name. The path and the query are encoded so that
 * {@link java.net.URI} accepts them, although HTTP clients may send more characters.
 */
final class RequestParameters {

    /**
     * The characters other than letters and digits that a URI's query, and its path, may have (RFC 3986 sections 3.4
     * and 3.3).
     */
    private static final String OF_QUERY = "-._~!$&'()*+,;=:@/?[]";
    /** Without the semicolon, because Tyrus would cut the segment there. */
    private static final String OF_PATH = "-._~!$&'()*+,=:@/";

    private final @Nullable String query;
    private final Map<String, String[]> all = new LinkedHashMap<>();

    RequestParameters(@Nullable String query, Map<String, String> variables) {
        this.query = query == null ? null : legal(query, OF_QUERY);
        Map<String, List<String>> asked = new HashMap<>();
        for (String pair : (query == null ? "" : query).split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
                asked.computeIfAbsent(name, key -> new ArrayList<>())
                        .add(equals < 0 ? "" : decoded(pair.substring(equals + 1)));
            }
        }
        asked.forEach((name, values) -> all.put(name, values.toArray(String[]::new)));
        variables.forEach((name, value) -> all.put(name, new String[] {value}));
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text; // a percent sign that starts no escape
        }
    }

    /** {@return the query, or null if there was none} */
    @Nullable String query() {
        return query;
    }

    /** {@return all parameters} */
    Map<String, String[]> all() {
        return all;
    }

    /** {@return a path, which was checked before, encoded as that of a URI} */
    static String legalPath(String path) {
        return legal(path, OF_PATH);
    }

    private static String legal(String text, String marks) {
        StringBuilder legal = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean escape = c == '%' && i + 2 < text.length() && Character.digit(text.charAt(i + 1), 16) >= 0
                    && Character.digit(text.charAt(i + 2), 16) >= 0;
            if (escape || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
                    || marks.indexOf(c) >= 0) {
                legal.append(c);
            } else {
                legal.append(String.format("%%%02X", (int) c));
            }
        }
        return legal.toString();
    }
}
