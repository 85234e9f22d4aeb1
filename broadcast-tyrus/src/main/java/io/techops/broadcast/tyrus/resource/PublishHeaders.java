package io.techops.broadcast.tyrus.resource;

import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.tyrus.http.HttpSyntax;
import io.techops.broadcast.tyrus.http.RequestHead;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the headers of a request to publish that describe its message. */
final class PublishHeaders {

    static final String KEY = "Message-Key";
    static final String TTL = "TTL";
    static final String TAKEN = "text/*, application/json, application/octet-stream";

    private static final Pattern MEDIA_TYPE = Pattern.compile("([^;/\\s]++/[^;/\\s]++)[ \\t]*+(;.*+)?");
    private static final Pattern CHARSET = Pattern.compile(
            ";[ \\t]*charset[ \\t]*=[ \\t]*(\"[^\"]*\"|[^;\\s]*)", Pattern.CASE_INSENSITIVE);
    private static final Pattern DIGITS = Pattern.compile("0*([0-9]{1,18})");
    private static final Set<String> UTF_8 = Set.of("utf-8", "\"utf-8\"");

    private PublishHeaders() {
    }

    /** Thrown for a header with an invalid value. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final int status;

        Refused(int status, String text) {
            super(text, null, false, false);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /** {@return true if the body is a text, false if it is binary} */
    static boolean isText(RequestHead head) throws Refused {
        String type = head.only("Content-Type");
        Matcher parts = MEDIA_TYPE.matcher(type == null ? "" : type);
        if (!parts.matches()) {
            throw unsupported();
        }
        if (head.first("Content-Encoding") != null) {
            throw new Refused(415, "The body must have no content coding.");
        }
        String name = parts.group(1).toLowerCase(Locale.ROOT);
        if (name.equals("application/octet-stream")) {
            return false;
        }
        if (!name.startsWith("text/") && !name.equals("application/json")) {
            throw unsupported();
        }
        Matcher charset = CHARSET.matcher(parts.group(2) == null ? "" : parts.group(2));
        while (charset.find()) {
            if (!UTF_8.contains(charset.group(1).toLowerCase(Locale.ROOT))) {
                throw new Refused(415, "The charset of a text must be UTF-8.");
            }
        }
        return true;
    }

    private static Refused unsupported() {
        return new Refused(415, "There must be one Content-Type: text of any kind, application/json, or "
                + "application/octet-stream.");
    }

    /** {@return the options of the broadcast} */
    static BroadcastOptions options(RequestHead head) throws Refused {
        BroadcastOptions options = BroadcastOptions.everyone();
        String key = one(head, KEY);
        Duration time = timeToLive(head);
        try {
            options = key == null ? options : options.key(utf8(key));
        } catch (CharacterCodingException | IllegalArgumentException e) {
            throw new Refused(400, KEY + " must be 1 to " + BroadcastOptions.MAX_KEY_LENGTH
                    + " characters, as UTF-8, none of them a control character.");
        }
        return time == null ? options : options.timeToLive(time);
    }

    /**
     * {@return the time to live in whole seconds (RFC 8030 section 5.2); null if the request has none} At most the
     * longest that a message can have. Zero, which means "now or never", becomes one second.
     */
    private static @Nullable Duration timeToLive(RequestHead head) throws Refused {
        String text = one(head, TTL);
        if (text == null) {
            return null;
        }
        Matcher digits = DIGITS.matcher(text);
        if (!digits.matches()) {
            if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return BroadcastOptions.MAX_TIME_TO_LIVE;
            }
            throw new Refused(400, TTL + " must be a number of seconds (RFC 8030 section 5.2).");
        }
        long seconds = Math.max(1, Long.parseLong(digits.group(1)));
        return Duration.ofSeconds(Math.min(seconds, BroadcastOptions.MAX_TIME_TO_LIVE.toSeconds()));
    }

    private static @Nullable String one(RequestHead head, String name) throws Refused {
        List<String> values = head.values(name);
        if (values.size() > 1) {
            throw new Refused(400, "There may be one " + name + " header.");
        }
        return values.isEmpty() ? null : values.get(0);
    }

    /** {@return a header, whose characters are single bytes, decoded as UTF-8} */
    private static String utf8(String header) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder()
                .decode(ByteBuffer.wrap(header.getBytes(StandardCharsets.ISO_8859_1))).toString();
    }

    /** {@return the bearer token (RFC 6750 section 2.1); null if the request has none} */
    static @Nullable String token(RequestHead head) throws Refused {
        List<String> values = head.values("Authorization");
        if (values.isEmpty()) {
            return null;
        }
        String value = values.get(0);
        int space = value.indexOf(' ');
        String scheme = space < 0 ? value : value.substring(0, space);
        if (values.size() == 1 && !scheme.equalsIgnoreCase("Bearer") && HttpSyntax.isToken(scheme)) {
            return null;
        }
        String token = value.substring(scheme.length()).strip();
        if (values.size() > 1 || !KnownTokens.isToken(token)) {
            throw new Refused(400,
                    "There must be one Authorization header: Bearer and a token (RFC 6750 section 2.1).");
        }
        return token;
    }
}
