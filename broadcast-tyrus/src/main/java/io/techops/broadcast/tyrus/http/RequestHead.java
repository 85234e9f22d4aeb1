package io.techops.broadcast.tyrus.http;

import io.techops.broadcast.stream.HostAndPort;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The line and the headers of a request that follows the rules of HTTP (RFC 9112 sections 2 to 6).
 *
 * @param path the target up to a question mark, as it was sent; an asterisk if the target is the server itself
 * @param query the part after the question mark, as it was sent; null if there was no question mark
 * @param modern true for HTTP/1.1, false for HTTP/1.0
 * @param headers the headers, found by their names in any case, each with its lines in order; unmodifiable
 * @param host the host of an absolute target, or else of the Host header; null if there is neither
 * @param bodyLength how many bytes of a body follow, or {@link #CHUNKED}
 */
public record RequestHead(String method, String path, @Nullable String query, boolean modern,
        Map<String, List<String>> headers, @Nullable HostAndPort host, long bodyLength)
        implements HeadResult {

    /** The value of {@link #bodyLength} for a body that comes in chunks. */
    public static final long CHUNKED = -1;

    /** {@return the values of a header, one for each line} */
    public List<String> values(String name) {
        return headers.getOrDefault(name, List.of());
    }

    /** {@return the first value of a header, or null} */
    public @Nullable String first(String name) {
        List<String> values = headers.get(name);
        return values == null ? null : values.get(0);
    }

    /** {@return the value of a header that came once, otherwise null} */
    public @Nullable String only(String name) {
        List<String> values = headers.get(name);
        return values == null || values.size() > 1 ? null : values.get(0);
    }

    /** {@return whether a list header has a token, in any case} */
    public boolean lists(String name, String token) {
        List<String> values = headers.get(name);
        if (values == null) {
            return false;
        }
        if (values.size() == 1 && values.get(0).equalsIgnoreCase(token)) {
            return true;
        }
        return HttpSyntax.list(values).stream().anyMatch(token::equalsIgnoreCase);
    }

    public boolean isHead() {
        return method.equals("HEAD");
    }

    public boolean isGet() {
        return method.equals("GET");
    }

    /** {@return whether the connection may be used again after the answer (RFC 9112 section 9.3)} */
    public boolean keepsAlive() {
        return !lists("Connection", "close") && (modern || lists("Connection", "keep-alive"));
    }
}
