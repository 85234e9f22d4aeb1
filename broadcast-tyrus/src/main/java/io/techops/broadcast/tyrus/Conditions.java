package io.techops.broadcast.tyrus;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a request knows of a page already (RFC 9110, section 13). */
final class Conditions {

    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US).withZone(ZoneOffset.UTC);
    private static final Pattern TAG = Pattern.compile("\"[^\"]*\"");

    private Conditions() {
    }

    /** Returns {@code instant} as HTTP writes it, to the second. */
    static String date(Instant instant) {
        return HTTP_DATE.format(instant);
    }

    /** Returns whether the client has the page as it is. {@code If-None-Match} counts, the date only without it. */
    static boolean notModified(RequestHead request, Page page) {
        boolean tagged = false;
        for (String header : request.values("If-None-Match")) {
            tagged = true;
            if (header.strip().equals("*") || page.tag() != null && lists(header, page.tag())) {
                return true;
            }
        }
        String since = request.first("If-Modified-Since");
        if (tagged || since == null || page.modified() == null) {
            return false;
        }
        Instant known = parse(since);
        return known != null && !page.modified().truncatedTo(ChronoUnit.SECONDS).isAfter(known);
    }

    /** Returns whether a {@code Range} may be honoured: there is no {@code If-Range}, or it names the page as it is. */
    static boolean rangeApplies(RequestHead request, Page page) {
        String header = request.first("If-Range");
        if (header == null) {
            return true;
        }
        String known = header.strip();
        return known.equals(page.tag()) || page.modified() != null && known.equals(date(page.modified()));
    }

    /** The weak comparison: a {@code W/} before a listed tag makes no difference. */
    private static boolean lists(String header, String tag) {
        Matcher matcher = TAG.matcher(header);
        while (matcher.find()) {
            if (matcher.group().equals(tag)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Instant parse(String date) {
        try {
            return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date.strip()));
        } catch (DateTimeException e) {
            // RFC 9110, section 13.1.3: a date that is none is ignored.
            return null;
        }
    }
}
