package io.techops.broadcast.tyrus.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Formats dates for HTTP (RFC 9110 section 5.6.7). */
public final class HttpDate {

    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US).withZone(ZoneOffset.UTC);

    private HttpDate() {
    }

    /** {@return a moment in this form, to the second} */
    public static String of(Instant instant) {
        return FORMAT.format(instant);
    }
}
