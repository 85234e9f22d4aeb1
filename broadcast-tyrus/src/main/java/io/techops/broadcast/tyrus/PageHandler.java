package io.techops.broadcast.tyrus;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.glassfish.grizzly.http.Method;
import org.glassfish.grizzly.http.server.ErrorPageGenerator;
import org.glassfish.grizzly.http.server.HttpHandler;
import org.glassfish.grizzly.http.server.Request;
import org.glassfish.grizzly.http.server.Response;
import org.glassfish.grizzly.http.util.Header;
import org.glassfish.grizzly.http.util.HttpStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers GET and HEAD with pages; to be mapped at the root of a server. A request may block its worker thread on the
 * disk, never on its reader. Safe for use by many threads.
 */
final class PageHandler extends HttpHandler {

    /** How long a reader may stop before its connection is cut. */
    static final Duration STALL_TIMEOUT = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(PageHandler.class);

    private final PageSource source;
    private final Duration stallTimeout;

    PageHandler(Pages pages) {
        this(pages, STALL_TIMEOUT);
    }

    PageHandler(Pages pages, Duration stallTimeout) {
        this.source = pages.source();
        this.stallTimeout = stallTimeout;
    }

    /** Grizzly's own page, for an exception that we let through, would show the stack trace. */
    @Override
    protected ErrorPageGenerator getErrorPageGenerator(Request request) {
        return (failed, status, reason, description, exception) -> reason + '\n';
    }

    @Override
    public void service(Request request, Response response) {
        response.setHeader("X-Content-Type-Options", "nosniff");
        if (!isHead(request) && !Method.GET.equals(request.getMethod())) {
            response.setHeader(Header.Allow, "GET, HEAD");
            line(request, response, HttpStatus.METHOD_NOT_ALLOWED_405);
            return;
        }
        String raw = request.getRequest().getRequestURIRef().getRequestURIBC().toString(StandardCharsets.ISO_8859_1);
        PagePath path = PagePath.parse(raw);
        try {
            if (path == null) {
                line(request, response, HttpStatus.NOT_FOUND_404);
                return;
            }
            List<String> names = path.folder() ? path.index() : path.segments();
            Page page = source.open(names);
            if (page != null) {
                show(request, response, page, MediaTypes.of(names.get(names.size() - 1)));
            } else if (!path.folder() && exists(path.index())) {
                response.setHeader(Header.Location, location(raw, request.getQueryString()));
                line(request, response, HttpStatus.PERMANENT_REDIRECT_308);
            } else {
                line(request, response, HttpStatus.NOT_FOUND_404);
            }
        } catch (IOException e) {
            LOG.debug("{} could not be read", raw, e);
            line(request, response, HttpStatus.SERVICE_UNAVAILABLE_503);
        }
    }

    private boolean exists(List<String> names) throws IOException {
        try (Page page = source.open(names)) {
            return page != null;
        }
    }

    private void show(Request request, Response response, Page page, String mediaType) throws IOException {
        try {
            response.setHeader(Header.CacheControl, "no-cache");
            if (page.tag() != null) {
                response.setHeader(Header.ETag, page.tag());
            }
            if (page.modified() != null) {
                response.setHeader(Header.LastModified, Conditions.date(page.modified()));
            }
            if (Conditions.notModified(request, page)) {
                response.setStatus(HttpStatus.NOT_MODIFIED_304);
                send(request, response, page, 0);
                return;
            }
            response.setHeader(Header.AcceptRanges, "bytes");
            ByteRange range = range(request, page);
            if (range != null && range.count() == 0) {
                page.close();
                response.setHeader(Header.ContentRange, "bytes */" + page.length());
                line(request, response, HttpStatus.REQUEST_RANGE_NOT_SATISFIABLE_416);
                return;
            }
            response.setContentType(mediaType);
            if (range == null) {
                response.setStatus(HttpStatus.OK_200);
                response.setContentLengthLong(page.length());
                send(request, response, page, page.length());
                return;
            }
            page.skip(range.first());
            response.setStatus(HttpStatus.PARTIAL_CONTENT_206);
            response.setHeader(Header.ContentRange,
                    "bytes " + range.first() + '-' + (range.first() + range.count() - 1) + '/' + page.length());
            response.setContentLengthLong(range.count());
            send(request, response, page, range.count());
        } catch (IOException | RuntimeException e) {
            page.close();
            throw e;
        }
    }

    private static @Nullable ByteRange range(Request request, Page page) {
        String header = request.getHeader(Header.Range);
        return header == null || isHead(request) || !Conditions.rangeApplies(request, page)
                ? null : ByteRange.parse(header, page.length());
    }

    /** Answers with one line of text that says no more than the status. */
    private void line(Request request, Response response, HttpStatus status) {
        byte[] text = (new String(status.getReasonPhraseBytes(), StandardCharsets.US_ASCII) + '\n')
                .getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType("text/plain; charset=utf-8");
        response.setContentLengthLong(text.length);
        send(request, response, Page.small(text, null), text.length);
    }

    private void send(Request request, Response response, Page page, long length) {
        PageSender.send(response, page.body(), isHead(request) ? 0 : length, page, stallTimeout);
    }

    private static boolean isHead(Request request) {
        return Method.HEAD.equals(request.getMethod());
    }

    /**
     * Returns the same address with a slash. It stays on this server: {@link PagePath} lets only paths through whose
     * first slash is followed by a name.
     */
    private static String location(String rawPath, @Nullable String query) {
        String target = rawPath + '/' + (query == null ? "" : '?' + query);
        StringBuilder location = new StringBuilder(target.length());
        target.chars().forEach(c -> {
            if (c > ' ' && c < 127) {
                location.append((char) c);
            } else {
                location.append('%').append(Character.forDigit(c >> 4 & 15, 16)).append(Character.forDigit(c & 15, 16));
            }
        });
        return location.toString();
    }
}
