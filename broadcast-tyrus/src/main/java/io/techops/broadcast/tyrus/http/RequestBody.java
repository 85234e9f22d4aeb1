package io.techops.broadcast.tyrus.http;

import java.nio.ByteBuffer;
import java.util.regex.Pattern;

/*
 * The grammar of chunks is taken to the letter (RFC 9112 section 7.1): what one recipient reads as the end of a body
 * and another does not would let a client put a request of its own behind one of somebody else's, through a proxy
 * between the two. An extension is skipped, and so are trailers, once they are in order.
 */

/** The body of a request, which is skipped. Owned by the thread that reads. */
public final class RequestBody {

    /** The most bytes that are skipped, chunk sizes and trailers included: a longer body ends the connection. */
    public static final int MAX_BYTES = 64 << 10;

    private static final int MAX_LINE = 1 << 10;
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]++";
    private static final String QUOTED = "\"(?:[\\t !#-\\[\\]-~\\x80-\\xFF]|\\\\[\\t -~\\x80-\\xFF])*+\"";
    private static final Pattern SIZE = Pattern.compile("([0-9A-Fa-f]{1,8})(?:[ \\t]*+;[ \\t]*+" + TOKEN
            + "(?:[ \\t]*+=[ \\t]*+(?:" + TOKEN + "|" + QUOTED + "))?+)*+");
    private static final Pattern TRAILER = Pattern.compile(TOKEN + ":[\\t -~\\x80-\\xFF]*+");

    /** How far it has come. */
    public enum Progress { MORE, DONE, BROKEN }

    private enum Part { DATA, DATA_END, SIZE, TRAILER }

    private final boolean chunked;
    private final StringBuilder line = new StringBuilder();
    private Part part;
    private long left;
    private int total;

    private RequestBody(long length) {
        chunked = length == RequestHead.CHUNKED;
        part = chunked ? Part.SIZE : Part.DATA;
        left = length;
    }

    /**
     * {@return the body of a request}
     *
     * @param length at least 1, or {@link RequestHead#CHUNKED}
     */
    public static RequestBody of(long length) {
        return new RequestBody(length);
    }

    /** Moves a piece's position behind what is the body's. */
    public Progress skip(ByteBuffer piece) {
        while (piece.hasRemaining()) {
            if (total >= MAX_BYTES) {
                return Progress.BROKEN;
            }
            if (part == Part.DATA) {
                int count = (int) Math.min(Math.min(left, piece.remaining()), MAX_BYTES - total);
                piece.position(piece.position() + count);
                total += count;
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
