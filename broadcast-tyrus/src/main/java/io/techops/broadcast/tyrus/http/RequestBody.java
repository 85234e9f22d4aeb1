package io.techops.broadcast.tyrus.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/*
 * The grammar of chunks is applied strictly (RFC 9112 section 7.1): if a proxy and the server disagreed about the end
 * of a body, a client could smuggle a request of its own behind another client's request. Extensions and trailers are
 * checked and skipped.
 */

/** Reads the body of a request, to skip it or to collect it. Owned by the thread that reads. */
public final class RequestBody {

    /**
     * The most bytes that are skipped, including chunk sizes and trailers: a longer body ends the connection. For a
     * body that is collected, the most bytes of chunk sizes and trailers.
     */
    public static final int MAX_BYTES = 64 << 10;

    private static final int MAX_LINE = 1 << 10;
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]++";
    private static final String QUOTED = "\"(?:[\\t !#-\\[\\]-~\\x80-\\xFF]|\\\\[\\t -~\\x80-\\xFF])*+\"";
    private static final Pattern SIZE = Pattern.compile("([0-9A-Fa-f]{1,8})(?:[ \\t]*+;[ \\t]*+" + TOKEN
            + "(?:[ \\t]*+=[ \\t]*+(?:" + TOKEN + "|" + QUOTED + "))?+)*+");
    private static final Pattern TRAILER = Pattern.compile(TOKEN + ":[\\t -~\\x80-\\xFF]*+");

    /** How far the body was read. */
    public enum Progress implements HeadResult { MORE, DONE, BROKEN, TOO_LONG }

    private enum Part { DATA, DATA_END, SIZE, TRAILER }

    private final boolean chunked;
    private final StringBuilder line = new StringBuilder();
    private Part part;
    private long left;
    private int total;
    /** The collected bytes, and how many there may be; null and 0 if the body is skipped. */
    private final @Nullable ByteArrayOutputStream content;
    private final int maxContent;

    private RequestBody(long length, @Nullable ByteArrayOutputStream content, int maxContent) {
        this.content = content;
        this.maxContent = maxContent;
        chunked = length == RequestHead.CHUNKED;
        part = chunked ? Part.SIZE : Part.DATA;
        left = length;
    }

    /**
     * {@return the body of a request, to be skipped}
     *
     * @param length at least 1, or {@link RequestHead#CHUNKED}
     */
    public static RequestBody of(long length) {
        return new RequestBody(length, null, 0);
    }

    /**
     * {@return the body of a request, to be collected}
     *
     * @param length at least 1, or {@link RequestHead#CHUNKED}
     * @param content receives the body as it comes
     * @param maxContent the most bytes of the body
     */
    public static RequestBody of(long length, ByteArrayOutputStream content, int maxContent) {
        return new RequestBody(length, content, maxContent);
    }

    /** Reads a piece, and moves its position behind the bytes of the body. */
    public Progress take(ByteBuffer piece) {
        while (piece.hasRemaining()) {
            if (total >= MAX_BYTES) {
                return Progress.BROKEN;
            }
            if (part == Part.DATA) {
                int count = data(piece);
                if (count < 0) {
                    return Progress.TOO_LONG;
                }
                left -= count;
                if (left == 0) {
                    if (!chunked) {
                        return Progress.DONE;
                    }
                    part = Part.DATA_END;
                }
                continue;
            }
            total++;
            char c = (char) (piece.get() & 0xFF);
            line.append(c);
            if (c == '\n') {
                Progress progress = line();
                if (progress != Progress.MORE) {
                    return progress;
                }
            } else if (line.length() > MAX_LINE) {
                return Progress.BROKEN;
            }
        }
        return Progress.MORE;
    }

    /** {@return how many bytes of the body were taken, or -1 if there are too many} */
    private int data(ByteBuffer piece) {
        int count = (int) Math.min(left, piece.remaining());
        if (content == null) {
            count = Math.min(count, MAX_BYTES - total);
            piece.position(piece.position() + count);
            total += count;
        } else if (count > maxContent - content.size()) {
            return -1;
        } else {
            byte[] bytes = new byte[count];
            piece.get(bytes);
            content.writeBytes(bytes);
        }
        return count;
    }

    private Progress line() {
        int length = line.length() - 2;
        if (length < 0 || line.charAt(length) != '\r') {
            return Progress.BROKEN;
        }
        String text = line.substring(0, length);
        line.setLength(0);
        switch (part) {
            case SIZE -> {
                var matcher = SIZE.matcher(text);
                if (!matcher.matches()) {
                    return Progress.BROKEN;
                }
                left = Long.parseLong(matcher.group(1), 16);
                part = left == 0 ? Part.TRAILER : Part.DATA;
                return Progress.MORE;
            }
            case DATA_END -> {
                part = Part.SIZE;
                return text.isEmpty() ? Progress.MORE : Progress.BROKEN;
            }
            default -> {
                return text.isEmpty() ? Progress.DONE
                        : TRAILER.matcher(text).matches() ? Progress.MORE : Progress.BROKEN;
            }
        }
    }
}
