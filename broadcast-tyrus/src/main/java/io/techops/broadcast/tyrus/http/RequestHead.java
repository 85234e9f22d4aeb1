package io.techops.broadcast.tyrus.http;

import io.techops.broadcast.stream.HostAndPort;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The line and the headers of a request that follows the rules of HTTP (RFC 9112 sections 2 to 6).
 *
 * @param path what is asked for, up to a question mark, as it was sent; an asterisk if the server itself is meant
 * @param query what followed the question mark, as it was sent; null if there was none
 * @param modern whether it is HTTP/1.1, and not HTTP/1.0
 * @param headers found whatever the case of their names, each with its lines in their order; unmodifiable
 * @param host who is asked: that of an absolute target, or else of the Host header; null if there is neither
 * @param bodyLength how many bytes of a body follow, or {@link #CHUNKED}
 */
public record RequestHead(String method, String path, @Nullable String query, boolean modern,
        Map<String, List<String>> headers, @Nullable HostAndPort host, long bodyLength)
        implements HeadResult {

    /** The length of a body that comes in chunks. */
    public static final long CHUNKED = -1;

    /** {@return the values of a header, one a line} */
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

    /** {@return whether a header that is a list has a token, whatever its case} */
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
