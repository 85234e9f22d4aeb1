package io.techops.broadcast.tyrus;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the parts of a request's head may consist of (RFC 9110 section 5.6, RFC 9112 section 3). */
final class Tokens {

    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private Tokens() {
    }

    static boolean isTokenChar(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c) || c > 0 && TOKEN_MARKS.indexOf(c) >= 0;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    static boolean isToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(Tokens::isTokenChar);
    }

    static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() <= 18 && text.chars().allMatch(Tokens::isDigit);
    }

    /** {@return whether all of it are printable ASCII characters other than space} */
    static boolean isVisible(String text) {
        return text.chars().allMatch(c -> c > ' ' && c < 127);
    }

    /** {@return whether it has no control characters, but perhaps tabs} */
    static boolean isFieldValue(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c != 127 || c == '\t');
    }

    /** {@return the text without spaces and tabs around it} */
    static String trim(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (start < end && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }

    static boolean isHttpVersion(String text) {
        return text.length() == 8 && text.startsWith("HTTP/") && isDigit(text.charAt(5)) && text.charAt(6) == '.'
                && isDigit(text.charAt(7));
    }

    /** {@return whether it has no space and no control characters; browsers and servers agree that more is possible} */
    static boolean isTargetPart(String text) {
        return text.chars().allMatch(c -> c > ' ' && c != 127);
    }

    /** {@return whether it is a path, an http URI or an asterisk, without its query} */
    static boolean isTarget(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        boolean form = text.startsWith("/") || text.equals("*")
                || (lower.startsWith("http://") || lower.startsWith("https://")) && authority(text) != null;
        return form && isTargetPart(text) && text.indexOf('#') < 0;
    }

    private static @Nullable Authority authority(String uri) {
        int start = uri.indexOf("://") + 3;
        int end = uri.indexOf('/', start);
        return Authority.parse(end < 0 ? uri.substring(start) : uri.substring(start, end));
    }

    /** {@return whether every percent sign is followed by two hexadecimal digits} */
    static boolean isEncoded(String text) {
        for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
            if (i + 2 >= text.length() || Character.digit(text.charAt(i + 1), 16) < 0
                    || Character.digit(text.charAt(i + 2), 16) < 0) {
                return false;
            }
        }
        return true;
    }

    /** {@return the parts of a header that is a list, without white space around them and without empty ones} */
    static List<String> list(Iterable<String> values) {
        List<String> parts = new ArrayList<>();
        for (String value : values) {
            for (String part : value.split(",")) {
                String trimmed = trim(part);
                if (!trimmed.isEmpty()) {
                    parts.add(trimmed);
                }
            }
        }
        return parts;
    }
}
