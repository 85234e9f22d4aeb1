package io.techops.broadcast.examples;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses the parts of request heads that the health port needs, and makes those of its answers. */
final class HealthHead {

    private static final Pattern LINE =
            Pattern.compile("([A-Z]+) (?:http://[^/? ]*)?([^? ]*)(?:\\?[^ ]*)? HTTP/1\\.[01]\r?\n");
    private static final Pattern ACCEPT = Pattern.compile("\nAccept:([^\r\n]*)", Pattern.CASE_INSENSITIVE);
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("'Date: 'EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);

    /**
     * A request.
     *
     * @param path the target, up to a question mark
     * @param accept the header of this name; null if there is none
     */
    record Request(String method, String path, @Nullable String accept) {
    }

    private HealthHead() {
    }

    /** {@return whether the head is complete: there is an empty line} */
    static boolean isWhole(ByteBuffer in) {
        String head = text(in);
        return head.contains("\n\r\n") || head.contains("\n\n");
    }

    /** {@return the request; null if it is malformed, or too long} */
    static @Nullable Request parsed(ByteBuffer in) {
        String head = text(in);
        Matcher line = LINE.matcher(head);
        if (!isWhole(in) || !line.lookingAt()) {
            return null;
        }
        Matcher accept = ACCEPT.matcher(head);
        return new Request(line.group(1), line.group(2), accept.find() ? accept.group(1).strip() : null);
    }

    private static String text(ByteBuffer in) {
        return new String(in.array(), 0, in.position(), StandardCharsets.ISO_8859_1);
    }

    /** {@return the {@code Date} line of an answer (RFC 9110 section 6.6.1)} */
    static String date() {
        return DATE.format(ZonedDateTime.now(ZoneOffset.UTC)) + "\r\n";
    }
}
