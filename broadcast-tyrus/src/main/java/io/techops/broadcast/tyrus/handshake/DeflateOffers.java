package io.techops.broadcast.tyrus.handshake;

import io.techops.broadcast.tyrus.http.HttpSyntax;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * Sec-WebSocket-Extensions (RFC 6455 section 9.1) is a list of offers, in the order of preference, over as many header
 * lines as the client likes:
 *
 *     permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate; client_max_window_bits
 *
 * The first offer that can be accepted is accepted. An offer is declined if it has a parameter that is unknown,
 * malformed or given twice (RFC 7692 section 7), or that wants a smaller window than the JDK's Deflater has, always one
 * of 15 bits. client_max_window_bits is a hint: an inflater can do with any window, and an answer without it leaves the
 * choice to the client.
 */

/** The negotiation of {@code permessage-deflate} (RFC 7692 section 7.1). Only static methods. */
final class DeflateOffers {

    static final String HEADER = "Sec-WebSocket-Extensions";

    private static final String NAME = "permessage-deflate";
    private static final String SERVER_NO_CONTEXT = "server_no_context_takeover";
    private static final String CLIENT_NO_CONTEXT = "client_no_context_takeover";
    private static final String SERVER_WINDOW = "server_max_window_bits";
    private static final String CLIENT_WINDOW = "client_max_window_bits";
    private static final String ANSWER = NAME + "; " + SERVER_NO_CONTEXT + "; " + CLIENT_NO_CONTEXT;
    private static final int LEAST_WINDOW = 8;
    private static final int WINDOW = 15;

    private DeflateOffers() {
    }

    /**
     * {@return the value of the answer's header; null if there is no offer that can be accepted}
     *
     * @param headers the values of all header lines of this name, in their order
     */
    static @Nullable String answer(List<String> headers) {
        for (String header : headers) {
            for (String offer : split(header, ',')) {
                String answer = accepted(split(offer, ';'));
                if (answer != null) {
                    return answer;
                }
            }
        }
        return null;
    }

    private static @Nullable String accepted(Iterable<String> parts) {
        Set<String> seen = new HashSet<>();
        String answer = ANSWER;
        for (String part : parts) {
            if (seen.isEmpty()) {
                if (!part.equals(NAME)) {
                    return null;
                }
                seen.add(NAME);
                continue;
            }
            int equals = part.indexOf('=');
            String name = HttpSyntax.trim(equals < 0 ? part : part.substring(0, equals));
            String value = equals < 0 ? null : unquoted(HttpSyntax.trim(part.substring(equals + 1)));
            if (!seen.add(name) || !isAcceptable(name, equals >= 0, value)) {
                return null;
            }
            if (name.equals(SERVER_WINDOW)) {
                answer += "; " + SERVER_WINDOW + "=" + WINDOW; // section 7.1.2.1: must be in the answer
            }
        }
        return answer;
    }

    private static boolean isAcceptable(String name, boolean hasValue, @Nullable String value) {
        return switch (name) {
            case SERVER_NO_CONTEXT, CLIENT_NO_CONTEXT -> !hasValue;
            case SERVER_WINDOW -> window(value) == WINDOW;
            case CLIENT_WINDOW -> !hasValue || window(value) > 0;
            default -> false;
        };
    }

    /** {@return the value, a decimal number from 8 to 15 without leading zeros; 0 if it is anything else} */
    private static int window(@Nullable String value) {
        for (int bits = LEAST_WINDOW; bits <= WINDOW; bits++) {
            if (Integer.toString(bits).equals(value)) {
                return bits;
            }
        }
        return 0;
    }

    /** {@return a value without its quotes, which must contain a token; null if it is malformed} */
    private static @Nullable String unquoted(String value) {
        if (!value.startsWith("\"")) {
            return HttpSyntax.isToken(value) ? value : null;
        }
        if (value.length() < 2 || !value.endsWith("\"")) {
            return null;
        }
        StringBuilder token = new StringBuilder();
        for (int i = 1; i < value.length() - 1; i++) {
            boolean escaped = value.charAt(i) == '\\';
            if (escaped && ++i == value.length() - 1) {
                return null;
            }
            token.append(value.charAt(i));
        }
        return HttpSyntax.isToken(token.toString()) ? token.toString() : null; // no bare quote
    }

    /** {@return the parts between separators that are not in quotes, without white space around them} */
    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            } else if (c == separator && !quoted) {
                parts.add(HttpSyntax.trim(text.substring(start, i)));
                start = i + 1;
            }
        }
        parts.add(HttpSyntax.trim(text.substring(start)));
        return parts;
    }
}
