package io.techops.broadcast.tyrus.pages;

import io.techops.broadcast.tyrus.http.HttpDate;
import io.techops.broadcast.tyrus.http.RequestHead;
import io.techops.broadcast.tyrus.http.Response;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers GET and HEAD with pages. May wait for the disk. Safe for use by any number of threads.
 */
public final class StaticFileHandler {

    private static final Logger LOG = LoggerFactory.getLogger(StaticFileHandler.class);

    private final PageSource source;

    public StaticFileHandler(PageSource source) {
        this.source = source;
    }

    /** {@return the answer, without the headers about the connection} */
    public Response answer(RequestHead request) {
        if (!request.isHead() && !request.isGet()) {
            return line(request, Response.of(405).with("Allow", "GET, HEAD"), 405);
        }
        RequestPath path = RequestPath.parse(request.path());
        try {
            if (path == null) {
                return line(request, 404);
            }
            List<String> names = path.folder() ? path.index() : path.segments();
            OpenFile page = source.open(names);
            if (page != null) {
                return show(request, page, MediaTypes.of(names.get(names.size() - 1)));
            }
            return !path.folder() && exists(path.index())
                    ? line(request, Response.of(308).with("Location", location(request)), 308) : line(request, 404);
        } catch (IOException e) {
            LOG.debug("A page could not be read: {}", e.toString());
            return line(request, 503);
        }
    }

    private boolean exists(List<String> names) throws IOException {
        try (OpenFile page = source.open(names)) {
            return page != null;
        }
    }

    private static Response show(RequestHead request, OpenFile page, String mediaType) throws IOException {
        try {
            if (!ConditionalRequest.preconditionsHold(request, page)) {
                page.close();
                return line(request, 412);
            }
            boolean known = ConditionalRequest.notModified(request, page);
            ByteRange range = known ? null : range(request, page);
            int status = known ? 304 : range == null ? 200 : range.count() == 0 ? 416 : 206;
            // A client could not revalidate a copy of a page without a tag and a date.
            boolean canCheck = page.tag() != null || page.modified() != null;
            Response response = Response.of(status).with("Cache-Control", canCheck ? "no-cache" : "no-store");
            if (page.tag() != null) {
                response.with("ETag", page.tag());
            }
            if (page.modified() != null) {
                response.with("Last-Modified", HttpDate.of(page.modified()));
            }
            if (known) {
                page.close();
                return response;
            }
            response.with("Accept-Ranges", "bytes");
            if (status == 416) {
                page.close();
                return line(request, response.with("Content-Range", "bytes */" + page.length()), status);
            }
            long first = range == null ? 0 : range.first();
            long count = range == null ? page.length() : range.count();
            if (range != null) {
                page.skip(first);
                response.with("Content-Range", "bytes " + first + '-' + (first + count - 1) + '/' + page.length());
            }
            return response.with("Content-Type", mediaType).with("Content-Length", Long.toString(count))
                    .body(page.body(), request.isHead() ? 0 : count, page);
        } catch (IOException | RuntimeException e) {
            page.close();
            throw e;
        }
    }

    private static @Nullable ByteRange range(RequestHead request, OpenFile page) {
        String header = request.only("Range");
        return header == null || request.isHead() || !ConditionalRequest.rangeApplies(request, page)
                ? null : ByteRange.parse(header, page.length());
    }

    private static Response line(RequestHead request, int status) {
        return line(request, Response.of(status), status);
    }

    /** Answers with the status as one line of text. */
    private static Response line(RequestHead request, Response response, int status) {
        return response.text(Response.phrase(status), !request.isHead());
    }

    /**
     * Returns the same address with a slash. It stays on this server: {@link RequestPath} lets only paths through whose
     * first slash is followed by a name.
     */
    private static String location(RequestHead request) {
        String target = request.path() + '/' + (request.query() == null ? "" : '?' + request.query());
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
