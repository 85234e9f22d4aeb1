package io.techops.broadcast.tyrus;

import io.techops.broadcast.CloseReason;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/*
 * Follows the frames of a client through the bytes that come, header by header (RFC 6455 section 5.2), and hands on what
 * is allowed, never more than to the end of a frame. It keeps nothing but the header that it is in: whatever a header
 * promises costs no memory here, and Tyrus is only ever given frames that are within the limit.
 */

/**
 * Checks client frames at their headers: what RFC 6455 sections 5.1 to 5.5 forbid is a violation with 1002, a message
 * over the limit one with 1009, before its payload is read. Owned by the reading thread.
 */
final class FrameGuard {

    private static final int PROTOCOL_ERROR = 1002;
    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int MASKED = 0x80;
    private static final int MASK_LENGTH = 4;
    private static final int MAX_HEADER = Frames.MAX_HEADER + MASK_LENGTH;

    private final int maxMessageBytes;
    private final ByteBuffer header = ByteBuffer.allocate(MAX_HEADER);
    private long left;
    private long messageBytes;
    private boolean fragmented;
    private boolean frameEnded;
    private @Nullable CloseReason violation;

    FrameGuard(int maxMessageBytes) {
        this.maxMessageBytes = maxMessageBytes;
    }

    /** {@return what was wrong with the last header, or null} Nothing may be asked after a violation. */
    @Nullable CloseReason violation() {
        return violation;
    }

    /** {@return whether the bytes that {@link #next} returned last end a frame} */
    boolean frameEnded() {
        return frameEnded;
    }

    /**
     * Takes the next bytes that may be handed on from {@code in}, at most to the end of a frame.
     *
     * @return the bytes; null if there are none yet, or because of a {@link #violation}
     */
    @Nullable ByteBuffer next(ByteBuffer in) {
        frameEnded = false;
        if (left > 0) {
            return in.hasRemaining() ? take(in, 0) : null;
        }
        int came = header.position();
        while (header.position() < 2 || header.position() < headerLength()) {
            if (!in.hasRemaining()) {
                return null;
            }
            header.put(in.get());
            if (header.position() == 2) {
                violation = checkStart();
                if (violation != null) {
                    return null;
                }
            }
        }
        violation = checkLength();
        if (violation != null) {
            return null;
        }
        int length = header.flip().limit();
        if (came > 0) {
            ByteBuffer whole = ByteBuffer.allocate(length).put(header).flip();
            header.clear();
            frameEnded = left == 0;
            return whole;
        }
        header.clear();
        in.position(in.position() - length);
        return take(in, length);
    }

    private ByteBuffer take(ByteBuffer in, int headerLength) {
        int length = (int) Math.min(in.remaining(), headerLength + left);
        ByteBuffer taken = in.slice(in.position(), length);
        in.position(in.position() + length);
        left -= length - headerLength;
        frameEnded = left == 0;
        return taken;
    }

    private int headerLength() {
        int code = header.get(1) & 0x7F;
        return MASK_LENGTH + (code < 126 ? 2 : code == 126 ? 4 : Frames.MAX_HEADER);
    }

    private @Nullable CloseReason checkStart() {
        int first = header.get(0) & 0xFF;
        int second = header.get(1) & 0xFF;
        int opcode = first & 0x0F;
        boolean fin = (first & FIN) != 0;
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
        long length = code < 126 ? code : code == 126 ? header.getShort(2) & 0xFFFF : header.getLong(2);
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
        left = length;
        return null;
    }

    private static CloseReason wrong(String rule) {
        return CloseReason.of(PROTOCOL_ERROR, rule);
    }
}
