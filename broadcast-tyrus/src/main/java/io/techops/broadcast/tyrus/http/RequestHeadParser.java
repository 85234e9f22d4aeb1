package io.techops.broadcast.tyrus.http;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.stream.HostAndPort;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/*
 * A head is parsed line by line as it comes. Between two pieces the beginning of a line is kept, and the content of the
 * lines before it; the result does not depend on where the pieces end. Rules are checked as soon as a line is whole;
 * input that cannot be HTTP is noticed at its first bytes.
 *
 * Input that a proxy before the server might read in another way is refused: a bare CR, a space before a colon, two
 * Hosts, two lengths, a length and a transfer coding, a transfer coding other than chunked, or with HTTP/1.0. A line
 * may end with LF alone, and a value may continue in the next line: both have only one meaning (RFC 9112 sections 2.2,
 * 5.2).
 */

/**
 * Parses the head of one request (RFC 9112 sections 2 to 6), from pieces of any size. Owned by the thread that reads.
 */
public final class RequestHeadParser {

    /** The most bytes of a request's line and headers, and of empty lines before them. */
    public static final int MAX_HEAD_BYTES = 16 << 10;
    /** The most headers of a request. */
    public static final int MAX_HEADERS = 100;

    private static final int MAX_METHOD = 32;

    private @Nullable ByteArrayOutputStream begun;
    private int total;
    private @Nullable String method;
    private String path = "";
    private @Nullable String query;
    private boolean modern;
    private @Nullable HostAndPort targetHost;
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private int count;
    /** A header whose value may continue in the next line. */
    private @Nullable String name;
    private String value = "";

    /** {@return whether nothing of a head has come yet} */
    boolean isNew() {
        return total == 0;
    }

    /** {@return whether the answer may have a body, as far as is known} */
    public boolean answersWithBody() {
        return !"HEAD".equals(method);
    }

    /**
     * Parses a piece. Moves the piece's position behind the head if the head ends there, otherwise to the limit.
     *
     * @return the head, or why it is invalid, or null if more has to come
     */
    public @Nullable HeadResult parse(ByteBuffer piece) {
        byte[] bytes = new byte[Math.min(piece.remaining(), MAX_HEAD_BYTES - total)];
        piece.get(piece.position(), bytes);
        int at = 0;
        for (int end = lineEnd(bytes, 0); end >= 0; end = lineEnd(bytes, at)) {
            HeadResult result = line(bytes, at, end);
            at = end + 1;
            if (result != null) {
                piece.position(piece.position() + at);
                return result;
            }
        }
        boolean tooLong = piece.remaining() > bytes.length;
        piece.position(piece.limit());
        total += bytes.length;
        HttpRejection refusal = at < bytes.length ? keep(bytes, at) : null;
        return refusal != null ? refusal : tooLong || total == MAX_HEAD_BYTES ? tooLong() : null;
    }

    /** Keeps the beginning of a line. {@return why it cannot begin a request, or null} */
    private @Nullable HttpRejection keep(byte[] bytes, int from) {
        begun = begun == null ? new ByteArrayOutputStream(bytes.length - from) : begun;
        boolean known = method != null || begun.size() > MAX_METHOD;
        begun.write(bytes, from, bytes.length - from);
        return known ? null : firstBytes(begun.toString(StandardCharsets.ISO_8859_1));
    }

    private static int lineEnd(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private HttpRejection tooLong() {
        return method == null
                ? HttpRejection.of(RefusalCause.HANDSHAKE, 414,
                        "A request's line may have at most " + MAX_HEAD_BYTES + " bytes.")
                : HttpRejection.of(RefusalCause.HANDSHAKE, 431,
                        "A request's line and headers may have at most " + MAX_HEAD_BYTES + " bytes.");
    }

    /** {@return a rejection as soon as the input cannot be HTTP; otherwise null} */
    private static @Nullable HttpRejection firstBytes(String line) {
        int end = Math.min(line.length(), MAX_METHOD + 1);
        for (int i = 0; i < end; i++) {
            char c = line.charAt(i);
            if (c == ' ' && i > 0) {
                return null;
            }
            if (!HttpSyntax.isTokenChar(c) && !(c == '\r' && i == line.length() - 1)) { // perhaps an LF follows
                return HttpRejection.bad("This is not HTTP.");
            }
        }
        return end > MAX_METHOD ? HttpRejection.bad("The method is too long.") : null;
    }

    private @Nullable HeadResult line(byte[] bytes, int from, int end) {
        if (begun != null) {
            begun.write(bytes, from, end - from);
            byte[] whole = begun.toByteArray();
            begun = null;
            return line(whole, 0, whole.length);
        }
        int length = end - from - (end > from && bytes[end - 1] == '\r' ? 1 : 0);
        if (method == null) {
            // Empty lines may come first (RFC 9112 section 2.2).
            return length == 0 ? null : requestLine(text(bytes, from, from + length));
        }
        if (length == 0) {
            addHeader();
            return head();
        }
        return bytes[from] == ' ' || bytes[from] == '\t' ? fold(text(bytes, from, from + length))
                : header(bytes, from, from + length);
    }

    private static String text(byte[] bytes, int from, int end) {
        return new String(bytes, from, end - from, StandardCharsets.ISO_8859_1);
    }

    private @Nullable HttpRejection requestLine(String line) {
        HttpRejection refusal = firstBytes(line);
        if (refusal != null) {
            return refusal;
        }
        int first = line.indexOf(' ');
        int last = line.lastIndexOf(' ');
        if (first < 0 || first == last) {
            return HttpRejection.bad("The request line is not in order.");
        }
        method = line.substring(0, first);
        String version = line.substring(last + 1);
        modern = version.equals("HTTP/1.1");
        if (!modern && !version.equals("HTTP/1.0")) {
            return HttpSyntax.isHttpVersion(version)
                    ? HttpRejection.of(RefusalCause.HANDSHAKE, 505, "This port speaks HTTP/1.1.")
                    : HttpRejection.bad("The request line is not in order.");
        }
        return target(line.substring(first + 1, last)) ? null
                : HttpRejection.bad("The request's target must be a path, or an http URI.");
    }

    /** {@return whether the target is a path, an http URI or an asterisk (RFC 9112 section 3.2)} */
    private boolean target(String target) {
        int mark = target.indexOf('?');
        String hierarchy = mark < 0 ? target : target.substring(0, mark);
        query = mark < 0 ? null : target.substring(mark + 1);
        path = hierarchy;
        if (!hierarchy.startsWith("/") && !hierarchy.equals("*")) {
            String lower = hierarchy.toLowerCase(Locale.ROOT);
            if (!lower.startsWith("http://") && !lower.startsWith("https://")) {
                return false;
            }
            int start = hierarchy.indexOf("://") + 3;
            int end = hierarchy.indexOf('/', start);
            targetHost = HostAndPort.parse(hierarchy.substring(start, end < 0 ? hierarchy.length() : end));
            if (targetHost == null) {
                return false;
            }
            path = end < 0 ? "/" : hierarchy.substring(end);
        }
        return HttpSyntax.isTargetPart(target) && path.indexOf('#') < 0;
    }

    private @Nullable HttpRejection header(byte[] bytes, int from, int end) {
        addHeader();
        if (++count > MAX_HEADERS) {
            return HttpRejection.of(RefusalCause.HANDSHAKE, 431,
                    "A request may have at most " + MAX_HEADERS + " headers.");
        }
        int colon = from;
        while (colon < end && bytes[colon] != ':') {
            colon++;
        }
        int start = Math.min(end, colon + 1);
        if (start < end && bytes[start] == ' ') {
            start++; // nearly always exactly one
        }
        name = colon == end ? "" : text(bytes, from, colon);
        value = HttpSyntax.trim(text(bytes, start, end));
        return HttpSyntax.isToken(name) && HttpSyntax.isFieldValue(value) ? null : notInOrder();
    }

    private @Nullable HttpRejection fold(String line) {
        String more = HttpSyntax.trim(line);
        if (name == null || !HttpSyntax.isFieldValue(more) || ++count > MAX_HEADERS) { // each copies the value
            return notInOrder();
        }
        value = HttpSyntax.trim(value + " " + more);
        return null;
    }

    private static HttpRejection notInOrder() {
        return HttpRejection.bad("A header is not in order.");
    }

    /** Adds the header whose value is complete now, if there is one. */
    private void addHeader() {
        if (name != null) {
            headers.merge(name, List.of(value), RequestHeadParser::both);
        }
    }

    private static List<String> both(List<String> one, List<String> other) {
        List<String> both = new ArrayList<>(one);
        both.addAll(other);
        return List.copyOf(both);
    }

    private HeadResult head() {
        List<String> hosts = headers.getOrDefault("Host", List.of());
        HostAndPort host = hosts.size() == 1 ? HostAndPort.parse(hosts.get(0)) : null;
        if (hosts.size() > 1 || hosts.isEmpty() && modern) {
            return HttpRejection.bad("There must be one Host header.");
        }
        if (hosts.size() == 1 && host == null) {
            return HttpRejection.bad("The Host header must be a host, and perhaps a port.");
        }
        List<String> codings = headers.get("Transfer-Encoding");
        List<String> lengths = headers.get("Content-Length");
        if (codings != null && !(codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked"))) {
            return HttpRejection.of(RefusalCause.HANDSHAKE, 501, "The only transfer coding here is chunked.");
        }
        if (codings != null && !modern) {
            return HttpRejection.bad("A transfer coding needs HTTP/1.1.");
        }
        if (lengths != null && codings != null) {
            return HttpRejection.bad("A request has a Content-Length or a Transfer-Encoding, not both.");
        }
        if (lengths != null && !(lengths.size() == 1 && HttpSyntax.isNumber(lengths.get(0)))) {
            return HttpRejection.bad("The Content-Length must be a number.");
        }
        long length = codings != null ? RequestHead.CHUNKED : lengths == null ? 0 : Long.parseLong(lengths.get(0));
        return new RequestHead(method, path, query, modern, Collections.unmodifiableMap(headers),
                targetHost != null ? targetHost : host, length);
    }
}
