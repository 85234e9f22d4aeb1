package io.techops.broadcast.tyrus.pages;

import io.techops.broadcast.tyrus.http.HttpDate;
import io.techops.broadcast.tyrus.http.RequestHead;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Evaluates the conditions of a request (RFC 9110, section 13). */
final class ConditionalRequest {

    private static final Pattern TAG = Pattern.compile("(W/)?(\"[^\"]*\")");

    private ConditionalRequest() {
    }

    /**
     * Returns whether the preconditions of the client hold: {@code If-Match} decides; without it {@code
     * If-Unmodified-Since}. If not, the client gets no byte of the page: it may be about to append a part of it to a
     * part of another version.
     */
    static boolean preconditionsHold(RequestHead request, OpenFile page) {
        List<String> headers = request.values("If-Match");
        if (!headers.isEmpty()) {
            return headers.stream().anyMatch(header -> lists(header, page.tag(), false));
        }
        Instant known = date(request, "If-Unmodified-Since");
        return known == null || page.modified() == null || isUnmodified(page.modified(), known);
    }

    /**
     * Returns whether the client has the current page. {@code If-None-Match} decides; without it {@code
     * If-Modified-Since}.
     */
    static boolean notModified(RequestHead request, OpenFile page) {
        List<String> headers = request.values("If-None-Match");
        if (!headers.isEmpty()) {
            return headers.stream().anyMatch(header -> lists(header, page.tag(), true));
        }
        Instant known = date(request, "If-Modified-Since");
        return known != null && page.modified() != null && isUnmodified(page.modified(), known);
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

    /**
     * Returns whether a header lists a tag, or all of them with an asterisk.
     *
     * @param weakly whether a {@code W/} before the tag makes no difference: the weak comparison, and not the strong
     *     one (RFC 9110, section 8.8.3.2)
     */
    private static boolean lists(String header, @Nullable String tag, boolean weakly) {
        if (header.strip().equals("*")) {
            return true;
        }
        Matcher matcher = TAG.matcher(header);
        while (tag != null && matcher.find()) {
            if (matcher.group(2).equals(tag) && (weakly || matcher.group(1) == null)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isUnmodified(Instant modified, Instant since) {
        return !modified.truncatedTo(ChronoUnit.SECONDS).isAfter(since);
    }

    /** Returns the date in a header; {@code null} if the header is ignored: missing, invalid, or given twice. */
    private static @Nullable Instant date(RequestHead request, String name) {
        String text = request.only(name);
        return text == null ? null : HttpDate.parse(text.strip());
    }
}
