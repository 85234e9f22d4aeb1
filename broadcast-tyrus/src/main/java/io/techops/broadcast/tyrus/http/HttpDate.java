package io.techops.broadcast.tyrus.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Formats and parses dates of HTTP (RFC 9110 section 5.6.7). */
public final class HttpDate {

    private static final DateTimeFormatter FORMAT = form("EEE, dd MMM yyyy HH:mm:ss 'GMT'");
    /** A year of two digits is not more than 50 years ahead. */
    private static final DateTimeFormatter RFC_850 = new DateTimeFormatterBuilder().appendPattern("EEEE, dd-MMM-")
            .appendValueReduced(ChronoField.YEAR, 2, 2, LocalDate.now(ZoneOffset.UTC).minusYears(49))
            .appendPattern(" HH:mm:ss 'GMT'").toFormatter(Locale.US).withZone(ZoneOffset.UTC);
    /** Each recipient has to know all of them; the last two are those of old clients. */
    private static final List<DateTimeFormatter> READ =
            List.of(DateTimeFormatter.RFC_1123_DATE_TIME, RFC_850, form("EEE MMM ppd HH:mm:ss yyyy"));

    private HttpDate() {
    }

    private static DateTimeFormatter form(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.US).withZone(ZoneOffset.UTC);
    }

    /** {@return a moment in this form, to the second} */
    public static String of(Instant instant) {
        return FORMAT.format(instant);
    }

    /** {@return the moment that a text says; null if it is no date} */
    public static @Nullable Instant parse(String text) {
        for (DateTimeFormatter form : READ) {
            try {
                return Instant.from(form.parse(text));
            } catch (DateTimeException e) {
                // It is of another form, or none.
            }
        }
        return null;
    }
}
