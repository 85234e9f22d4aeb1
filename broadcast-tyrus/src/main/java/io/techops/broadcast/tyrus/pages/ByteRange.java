package io.techops.broadcast.tyrus.pages;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The range of a page's bytes that a request asks for (RFC 9110, section 14).
 *
 * @param first the index of the first byte
 * @param count how many bytes; 0 if the request asks for bytes that the page does not have
 */
record ByteRange(long first, long count) {

    private static final Pattern SINGLE =
            Pattern.compile("bytes=[ \\t]*(\\d{0,18})-(\\d{0,18})[ \\t]*", Pattern.CASE_INSENSITIVE);

    /**
     * Returns the range that {@code header} asks for in a page of {@code length} bytes; {@code null} if the header is
     * to be ignored: it is not understood, or has several ranges, for which the whole page is sent.
     */
    static @Nullable ByteRange parse(String header, long length) {
        Matcher matcher = SINGLE.matcher(header);
        if (!matcher.matches()) {
            return null;
        }
        String from = matcher.group(1);
        String to = matcher.group(2);
        if (from.isEmpty()) {
            if (to.isEmpty()) {
                return null;
            }
            long count = Math.min(Long.parseLong(to), length);
            return new ByteRange(length - count, count);
        }
        long first = Long.parseLong(from);
        long last = to.isEmpty() ? Long.MAX_VALUE : Long.parseLong(to);
        if (last < first) {
            return null;
        }
        return first >= length ? new ByteRange(0, 0) : new ByteRange(first, Math.min(last, length - 1) - first + 1);
    }
}
