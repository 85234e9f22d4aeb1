package io.techops.broadcast.tyrus.http;

import java.util.ArrayList;
import java.util.List;

/** The characters that the parts of a request's head may have (RFC 9110 section 5.6, RFC 9112 section 3). */
public final class HttpSyntax {

    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";
    private static final int TOKEN = 1;
    private static final int VALUE = 2;
    private static final int TARGET = 4;
    private static final int VISIBLE = 8;
    /** For each character of a request, which is one byte: the parts that may contain it. */
    private static final byte[] PARTS = new byte[256];

    static {
        for (int c = 0; c < PARTS.length; c++) {
            boolean control = c < ' ' || c == 127;
            PARTS[c] = (byte) ((Character.isLetterOrDigit(c) && c < 128 || TOKEN_MARKS.indexOf(c) >= 0 ? TOKEN : 0)
                    | (!control || c == '\t' ? VALUE : 0)
                    | (!control && c != ' ' ? TARGET : 0)
                    | (!control && c != ' ' && c < 127 ? VISIBLE : 0));
        }
    }

    private HttpSyntax() {
    }

    private static boolean consistsOf(int part, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= PARTS.length || (PARTS[c] & part) == 0) {
                return false;
            }
        }
        return true;
    }

    public static boolean isTokenChar(int c) {
        return c < PARTS.length && (PARTS[c] & TOKEN) != 0;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    public static boolean isToken(String text) {
        return !text.isEmpty() && consistsOf(TOKEN, text);
    }

    static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() <= 18 && text.chars().allMatch(HttpSyntax::isDigit);
    }

    /** {@return whether the text has only printable ASCII characters other than space} */
    public static boolean isVisible(String text) {
        return consistsOf(VISIBLE, text);
    }

    /** {@return whether the text has no control characters other than tabs} */
    public static boolean isFieldValue(String text) {
        return consistsOf(VALUE, text);
    }

    /** {@return the text without spaces and tabs around it} */
    public static String trim(String text) {
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

    /**
     * {@return whether the text has no space and no control characters; browsers and servers allow more characters than
     * the RFC}
     */
    static boolean isTargetPart(String text) {
        return consistsOf(TARGET, text);
    }

    /** {@return whether every percent sign is followed by two hexadecimal digits} */
    public static boolean isEncoded(String text) {
        for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
            if (i + 2 >= text.length() || Character.digit(text.charAt(i + 1), 16) < 0
                    || Character.digit(text.charAt(i + 2), 16) < 0) {
                return false;
            }
        }
        return true;
    }

    /** {@return the elements of a list header, without white space around them and without empty ones} */
    public static List<String> list(Iterable<String> values) {
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
