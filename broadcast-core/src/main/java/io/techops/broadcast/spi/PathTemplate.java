package io.techops.broadcast.spi;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * These rules decide which path of a request matches which template, in the server and in containers alike:
 *
 *   1. The raw path, as it was sent, is split at each slash. An encoded slash (%2F) does not split.
 *   2. Each segment is percent-decoded once, as strict UTF-8 (RFC 3986 section 2.1). A percent sign without two
 *      hexadecimal digits, or bytes that are not UTF-8, make the path malformed.
 * 3. Decoded segments are compared exactly and case-sensitively. A semicolon does not start a parameter.
 * 4. The last segment is empty after a trailing slash: /live/ is not /live. No other segment may be empty. A segment
 * that is "." or "..", or that contains a slash, a backslash or a control character after decoding, matches nothing.
 */

/**
 * A path at which peers connect, with at most one segment {@value #VARIABLE}, which stands for the name of a topic.
 * Immutable, and safe for use by any number of threads.
 */
public final class PathTemplate {

    /** What stands for the name of the topic: a whole segment. */
    public static final String VARIABLE = "{topic}";

    private final String text;
    /** The decoded segments; null in place of the variable. */
    private final @Nullable String[] segments;

    /** How a path and a template relate. */
    public enum Relation {
        /** The path is one of the template. */
        MATCH,
        /** The path is another one. */
        OTHER,
        /** The path is not percent-encoded UTF-8. */
        MALFORMED
    }

    /**
     * The result of matching a path against a template.
     *
     * @param relation whether the path matches
     * @param topic the decoded segment in place of the variable; null unless there is a variable, and the path matches
     */
    public record Result(Relation relation, @Nullable String topic) {

        private static final Result OTHER = new Result(Relation.OTHER, null);
        private static final Result MALFORMED = new Result(Relation.MALFORMED, null);

        boolean matches() {
            return relation == Relation.MATCH;
        }
    }

    /**
     * Makes a template.
     *
     * @param template begins with a slash, and is percent-encoded but for the variable
     * @throws IllegalArgumentException if no path can match it, or if it has a second variable
     */
    public PathTemplate(String template) {
        text = template;
        String[] raw = split(template);
        segments = new String[raw.length];
        int variables = 0;
        for (int i = 0; i < raw.length; i++) {
            if (raw[i].equals(VARIABLE)) {
                variables++;
            } else {
                segments[i] = decode(raw[i]);
                if (segments[i] == null || !isSegment(segments[i], i == raw.length - 1)) {
                    throw new IllegalArgumentException("path must have segments that can be asked for, none of them "
                            + "empty, . or .., and no encoded slash: " + template);
                }
            }
        }
        if (variables > 1) {
            throw new IllegalArgumentException("path must have one segment " + VARIABLE + ", not " + variables + ": "
                    + template);
        }
    }

    /**
     * {@return whether a path has one segment that is the variable}
     *
     * @param path the path
     */
    public static boolean isTemplate(String path) {
        int at = path.indexOf("/" + VARIABLE);
        int end = at + 1 + VARIABLE.length();
        return at >= 0 && path.indexOf(VARIABLE, end) < 0 && (end == path.length() || path.charAt(end) == '/');
    }

    /**
     * {@return the path of a topic}
     *
     * @param topic its name
     */
    public String fill(String topic) {
        return text.replace(VARIABLE, topic);
    }

    /** {@return the path as far as the variable, or all of it if there is none} */
    public String prefix() {
        int at = text.indexOf(VARIABLE);
        return at < 0 ? text : text.substring(0, at);
    }

    /**
     * {@return the result of matching a path}
     *
     * @param path as it was sent, without the query
     */
    public Result match(String path) {
        List<String> asked = segments(path);
        return asked == null ? Result.MALFORMED : asked.size() == segments.length ? compare(asked) : Result.OTHER;
    }

    /**
     * {@return the result of matching the last segments of a path} The segments before them are a container's context
     * path, and may be any.
     *
     * @param path as it was sent, without the query
     */
    public Result matchEnd(String path) {
        List<String> asked = segments(path);
        int before = asked == null ? 0 : asked.size() - segments.length;
        return asked == null ? Result.MALFORMED
                : before < 0 ? Result.OTHER : compare(asked.subList(before, asked.size()));
    }

    private Result compare(List<String> asked) {
        String topic = null;
        for (int i = 0; i < segments.length; i++) {
            String segment = asked.get(i);
            if (segments[i] == null ? segment.isEmpty() : !segments[i].equals(segment)) {
                return Result.OTHER;
            }
            if (!isSegment(segment, i == segments.length - 1)) {
                return Result.OTHER;
            }
            if (segments[i] == null) {
                topic = segment;
            }
        }
        return new Result(Relation.MATCH, topic);
    }

    /**
     * {@return the decoded segments of a path, the last one empty after a trailing slash; null if the path does not
     * begin with a slash, or is malformed}
     *
     * @param path as it was sent, without the query
     */
    public static @Nullable List<String> segments(String path) {
        if (!path.startsWith("/")) {
            return null;
        }
        List<String> decoded = new ArrayList<>();
        for (String raw : split(path)) {
            String segment = decode(raw);
            if (segment == null) {
                return null;
            }
            decoded.add(segment);
        }
        return decoded;
    }

    /**
     * {@return a path, decoded; null if it is malformed or has a segment that matches nothing}
     *
     * @param path the path, encoded
     */
    public static @Nullable String decoded(String path) {
        List<String> segments = segments(path);
        if (segments == null) {
            return null;
        }
        for (int i = 0; i < segments.size(); i++) {
            if (!isSegment(segments.get(i), i == segments.size() - 1)) {
                return null;
            }
        }
        return "/" + String.join("/", segments);
    }

    private static String[] split(String path) {
        return path.substring(Math.min(1, path.length())).split("/", -1);
    }

    private static boolean isSegment(String decoded, boolean last) {
        return (last || !decoded.isEmpty()) && !decoded.equals(".") && !decoded.equals("..") && isPlain(decoded);
    }

    /**
     * {@return whether a decoded segment has no slash, backslash or control character}
     *
     * @param decoded the segment
     */
    public static boolean isPlain(String decoded) {
        return decoded.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
    }

    /**
     * {@return a segment, decoded; null if it is not percent-encoded UTF-8}
     *
     * @param segment the segment; each of its characters stands for one byte
     */
    public static @Nullable String decode(String segment) {
        if (segment.chars().allMatch(c -> c < 128 && c != '%')) {
            return segment;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(segment.length());
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            if (c > 0xFF) {
                return null;
            }
            if (c != '%') {
                bytes.write(c);
                continue;
            }
            if (i + 2 >= segment.length()) {
                return null;
            }
            int high = hex(segment.charAt(i + 1));
            int low = hex(segment.charAt(i + 2));
            if (high < 0 || low < 0) {
                return null;
            }
            bytes.write(high << 4 | low);
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
        } catch (CharacterCodingException e) {
            return null; // such as an overlong form of a dot or a slash
        }
    }

    private static int hex(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }

    @Override
    public String toString() {
        return text;
    }
}
