package io.techops.broadcast.tyrus.handshake;

import org.jspecify.annotations.Nullable;

/*
 * Read from the end, a quoted string begins at the nearest quote without a backslash before it. So a quote that a
 * client has opened and not closed cannot reach into what a proxy has appended. The reading stops at anything that is
 * not an element.
 */

/** Reads one line of a Forwarded header (RFC 7239 section 4) from its end, element by element. */
final class ForwardedParser {

    private static final String SEPARATORS = ",;=\"\\ \t";

    private final String text;
    /** The index from which on the line has been read. */
    private int at;

    ForwardedParser(String text) {
        this.text = text;
        this.at = text.length();
    }

    /**
     * {@return the {@code for} parameter of the element before, empty if it has none; null if there is no element
     * before}
     */
    @Nullable String next() {
        String hop = "";
        boolean begun = false;
        while (true) {
            skipSpace();
            if (at == 0 || text.charAt(at - 1) == ',') {
                at = Math.max(0, at - 1);
                if (begun) {
                    return hop;
                }
                if (at == 0) {
                    return null;
                }
            } else if (text.charAt(at - 1) == ';') {
                at--;
                begun = true;
            } else {
                String value = value();
                boolean pair = value != null && at > 0 && text.charAt(at - 1) == '=';
                at = pair ? at - 1 : 0;
                String name = word();
                skipSpace();
                if (name.isEmpty() || at > 0 && ",;".indexOf(text.charAt(at - 1)) < 0) {
                    at = 0; // not an element, so that its start is unknown
                    return "";
                }
                if (name.equalsIgnoreCase("for") && hop.isEmpty()) {
                    hop = value;
                }
                if (at > 0 && text.charAt(at - 1) == ';') {
                    at--;
                }
                begun = true;
            }
        }
    }

    private void skipSpace() {
        while (at > 0 && (text.charAt(at - 1) == ' ' || text.charAt(at - 1) == '\t')) {
            at--;
        }
    }

    private @Nullable String value() {
        if (text.charAt(at - 1) != '"') {
            return word();
        }
        int end = at - 1;
        int start = end - 1;
        while (start >= 0 && (text.charAt(start) != '"' || isEscaped(start))) {
            start--;
        }
        if (start < 0 || isEscaped(end)) {
            return null;
        }
        at = start;
        return text.substring(start + 1, end).replaceAll("\\\\(.)", "$1");
    }

    private boolean isEscaped(int index) {
        int start = index;
        while (start > 0 && text.charAt(start - 1) == '\\') {
            start--;
        }
        return (index - start) % 2 == 1;
    }

    /** {@return a token, or a value that proxies write without the required quotes, such as an address with a port} */
    private String word() {
        int end = at;
        while (at > 0 && SEPARATORS.indexOf(text.charAt(at - 1)) < 0) {
            at--;
        }
        return text.substring(at, end);
    }
}
