package io.techops.broadcast.tyrus;

import io.techops.broadcast.CloseReason;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/*
 * Follows the frames of a client through the bytes that come, header by header (RFC 6455 section 5.2), and hands on
 * whole ones. A message that is one frame and has come with one read, as nearly all do, is handed on where it is. What
 * comes in pieces, be they reads or fragments, is gathered first:
 *   - a header promises, and what it promises costs no memory: what is kept grows with the bytes that come;
 *   - fragments become one frame, so that a message of 64 KiB in fragments of one byte holds 64 KiB, not an object a
 *     fragment, and one in endless fragments of no bytes holds nothing;
 *   - Tyrus is only ever given whole frames that are within the limit, and has nothing to put together.
 */

/**
 * Checks client frames at their headers: what RFC 6455 sections 5.1 to 5.5 forbid is a violation with 1002, a message
 * over the limit one with 1009, before its payload is read. A text that comes in pieces is one with 1007 at its first
 * byte that is not UTF-8; one that comes whole is left to Tyrus. Owned by the reading thread.
 */
final class FrameGuard {

    private static final int PROTOCOL_ERROR = 1002;
    private static final int INVALID_PAYLOAD = 1007;
    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int MASKED = 0x80;
    private static final int MASK_LENGTH = 4;
    private static final int MAX_HEADER = Frames.MAX_HEADER + MASK_LENGTH;
    private static final CloseReason NOT_UTF_8 = CloseReason.of(INVALID_PAYLOAD, "a text must be UTF-8");

    private final int maxMessageBytes;
    private final ByteBuffer header = ByteBuffer.allocate(MAX_HEADER);
    /** Of the frame that is read: what its header said, and how much of its payload has come. */
    private boolean fin;
    private long length;
    private long come;
    private int mask;
    /** Where the payload of the frame that is read is gathered; null while a header is read. */
    private @Nullable Gathering target;
    /** The data message that is gathered; there may be control frames between its fragments. */
    private @Nullable Gathering message;
    private boolean fragmented;
    private long messageBytes;
    private @Nullable CloseReason violation;

    FrameGuard(int maxMessageBytes) {
        this.maxMessageBytes = maxMessageBytes;
    }

    /** {@return what was wrong, or null} Nothing may be asked after a violation. */
    @Nullable CloseReason violation() {
        return violation;
    }

    /** {@return whether all that has come are whole messages and control frames} */
    boolean isBetweenMessages() {
        return target == null && message == null && header.position() == 0;
    }

    /**
     * Takes the next whole frame from {@code in}, and takes the mask off: Tyrus, whose own way to do that takes ten
     * nanoseconds a byte, is given frames without one. The frame is a part of {@code in}, changed in place, or the
     * caller's own.
     *
     * @return the frame; null if there is none yet, or because of a {@link #violation}
     */
    @Nullable ByteBuffer next(ByteBuffer in) {
        while (true) {
            if (target == null) {
                int came = header.position();
                if (!readHeader(in)) {
                    return null;
                }
                int headerLength = header.flip().limit();
                int opcode = header.get(0) & 0x0F;
                mask = header.getInt(headerLength - MASK_LENGTH);
                header.clear();
                if (came == 0 && fin && opcode != Frames.CONTINUATION && in.remaining() >= length) {
                    return take(in, headerLength);
                }
                target = target(opcode);
                come = 0;
            }
            int count = (int) Math.min(in.remaining(), length - come);
            if (!target.add(in, count, mask, come)) {
                violation = NOT_UTF_8;
                return null;
            }
            come += count;
            if (come < length) {
                return null;
            }
            ByteBuffer whole = gathered();
            if (whole != null || violation != null) {
                return whole;
            }
        }
    }

    private ByteBuffer take(ByteBuffer in, int headerLength) {
        int payload = in.position();
        int end = payload + (int) length;
        unmask(in, payload, end);
        // The rest of the header moves to where the mask was.
        int start = payload - headerLength + MASK_LENGTH;
        for (int i = payload - 1; i >= start; i--) {
            in.put(i, in.get(i - MASK_LENGTH));
        }
        in.put(start + 1, (byte) (in.get(start + 1) & ~MASKED));
        in.position(end);
        return in.slice(start, end - start);
    }

    private void unmask(ByteBuffer in, int from, int end) {
        long twice = (long) mask << Integer.SIZE | mask & 0xFFFF_FFFFL;
        int at = from;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            in.putLong(at, in.getLong(at) ^ twice);
        }
        for (int shift = Long.SIZE - Byte.SIZE; at < end; at++, shift -= Byte.SIZE) {
            in.put(at, (byte) (in.get(at) ^ twice >>> shift));
        }
    }

    private Gathering target(int opcode) {
        if (opcode >= Frames.CLOSE) {
            return new Gathering(opcode, Frames.MAX_CONTROL);
        }
        if (message == null) {
            message = new Gathering(opcode, maxMessageBytes);
        }
        return message;
    }

    /** {@return the frame that was gathered if its last fragment has come} */
    private @Nullable ByteBuffer gathered() {
        Gathering ended = target;
        target = null;
        if (!fin) {
            return null;
        }
        if (ended == message) {
            message = null;
        }
        if (!ended.mayEnd()) {
            violation = NOT_UTF_8;
            return null;
        }
        return ended.frame();
    }

    /** {@return whether the header is complete and in order} */
    private boolean readHeader(ByteBuffer in) {
        while (header.position() < 2 || header.position() < headerLength()) {
            if (!in.hasRemaining()) {
                return false;
            }
            header.put(in.get());
            if (header.position() == 2) {
                violation = checkStart();
                if (violation != null) {
                    return false;
                }
            }
        }
        violation = checkLength();
        return violation == null;
    }

    private int headerLength() {
        int code = header.get(1) & 0x7F;
        return MASK_LENGTH + (code < 126 ? 2 : code == 126 ? 4 : Frames.MAX_HEADER);
    }

    private @Nullable CloseReason checkStart() {
        int first = header.get(0) & 0xFF;
        int second = header.get(1) & 0xFF;
        int opcode = first & 0x0F;
        fin = (first & FIN) != 0;
        if ((first & RESERVED) != 0) {
            return wrong("reserved bits must be 0");
        }
        if ((second & MASKED) == 0) {
            return wrong("client frames must be masked");
        }
        switch (opcode) {
            case Frames.TEXT, Frames.BINARY -> {
                if (fragmented) {
                    return wrong("a fragmented message must end before the next one begins");
                }
            }
            case Frames.CONTINUATION -> {
                if (!fragmented) {
                    return wrong("a continuation frame must continue a message");
                }
            }
            case Frames.CLOSE, Frames.PING, Frames.PONG -> {
                if (!fin) {
                    return wrong("control frames must not be fragmented");
                }
                if ((second & 0x7F) > Frames.MAX_CONTROL) {
                    return wrong("control frames must have at most 125 bytes");
                }
                return null;
            }
            default -> {
                return wrong("unknown opcode " + opcode);
            }
        }
        if (opcode != Frames.CONTINUATION) {
            messageBytes = 0;
        }
        fragmented = !fin;
        return null;
    }

    private @Nullable CloseReason checkLength() {
        int code = header.get(1) & 0x7F;
        length = code < 126 ? code : code == 126 ? header.getShort(2) & 0xFFFF : header.getLong(2);
        if (length < 0 || code == 126 && length < 126 || code == 127 && length <= 0xFFFF) {
            return wrong("the payload length must be encoded in the fewest bytes");
        }
        boolean control = (header.get(0) & 0x08) != 0;
        if (!control) {
            if (length > maxMessageBytes - messageBytes) {
                return CloseReason.of(CloseReason.MESSAGE_TOO_BIG,
                        "message of " + Long.toUnsignedString(messageBytes + length) + " bytes is over maxMessageBytes "
                                + maxMessageBytes);
            }
            messageBytes += length;
        }
        return null;
    }

    private static CloseReason wrong(String rule) {
        return CloseReason.of(PROTOCOL_ERROR, rule);
    }
}
