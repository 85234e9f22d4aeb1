package io.techops.broadcast.handshake;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Headers that an application adds to the answer to a handshake (RFC 9110 section 5). Immutable. */
final class ResponseHeaders {

    static final ResponseHeaders NONE = new ResponseHeaders(new TreeMap<>(String.CASE_INSENSITIVE_ORDER));

    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";
    private static final String OF_WEBSOCKET = "sec-websocket-";
    /**
     * Headers that the server sets itself, or that would change the framing of the answer or the use of the connection.
     */
    private static final Set<String> OF_THE_SERVER = Set.of("connection", "content-encoding", "content-length",
            "content-type", "date", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
            "x-content-type-options");

    private final Map<String, List<String>> values;

    /**
     * @param values the headers, in a map that ignores the case of names
     */
    private ResponseHeaders(Map<String, List<String>> values) {
        this.values = Collections.unmodifiableMap(values);
    }

    /** {@return these headers and one more} */
    ResponseHeaders with(String name, String value) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!isToken(name)) {
            throw new IllegalArgumentException("name must be that of a header: " + name);
        }
        if (OF_THE_SERVER.contains(lower) || lower.startsWith(OF_WEBSOCKET)) {
            throw new IllegalArgumentException("name must not be that of a header which the server writes: " + name);
        }
        if (!value.chars().allMatch(c -> c >= ' ' && c < 127 || c == '\t')) { // may be a secret: not in the message
            throw new IllegalArgumentException("value of " + name + " must be printable ASCII, spaces and tabs");
        }
        return and(new ResponseHeaders(Map.of(name, List.of(value))));
    }

    /** {@return these headers and others} */
    ResponseHeaders and(ResponseHeaders others) {
        Map<String, List<String>> sum = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        sum.putAll(values);
        others.values.forEach((name, more) -> sum.merge(name, more, ResponseHeaders::both));
        return new ResponseHeaders(sum);
    }

    private static List<String> both(List<String> one, List<String> other) {
        List<String> both = new ArrayList<>(one);
        both.addAll(other);
        return List.copyOf(both);
    }

    Map<String, List<String>> values() {
        return values;
    }

    static boolean isToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c < 127
                && (Character.isLetterOrDigit(c) || TOKEN_MARKS.indexOf(c) >= 0));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ResponseHeaders that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return values.values().hashCode(); // equal names may differ in case
    }

    /** {@return the names only} */
    @Override
    public String toString() {
        return values.isEmpty() ? "" : " with " + values.keySet();
    }
}
