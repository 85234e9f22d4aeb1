package io.techops.broadcast.tyrus.pages;

import io.techops.broadcast.tyrus.http.HttpDate;
import io.techops.broadcast.tyrus.http.RequestHead;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Evaluates the conditions of a request (RFC 9110, section 13). */
final class ConditionalRequest {

    private static final Pattern TAG = Pattern.compile("\"[^\"]*\"");

    private ConditionalRequest() {
    }
    /**
     * Returns whether the client has the current page. {@code If-None-Match} decides; without it {@code
     * If-Modified-Since}.
     */
    static boolean notModified(RequestHead request, OpenFile page) {
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

    /** Returns whether a {@code Range} applies: there is no {@code If-Range}, or it names the current page. */
    static boolean rangeApplies(RequestHead request, OpenFile page) {
        String header = request.first("If-Range");
        if (header == null) {
            return true;
        }
        String known = header.strip();
        return known.equals(page.tag()) || page.modified() != null && known.equals(HttpDate.of(page.modified()));
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
            // RFC 9110, section 13.1.3: an invalid date is ignored.
            return null;
        }
    }
}
