package io.techops.broadcast.tyrus.frame;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/*
 * Follows the frames of a client through the bytes that come (RFC 6455 section 5.2). A message that is one frame and
 * has come with one read, as nearly all do, is unmasked where it is and becomes a message at once. What comes in
 * pieces, be they reads or fragments, is gathered first: what a header declares costs no memory, what is kept grows
 * with the bytes that come, whatever the number of fragments.
 *
 * A header is read byte by byte into the fields below, so that it may be cut anywhere and nothing of it is kept.
 */

/**
 * Decodes client frames into messages and control frames. What RFC 6455 sections 5.1 to 5.5 and 7.4 forbid is a
 * violation with 1002, at the header where the header shows it; a message over the limit one with 1009, before its
 * payload is read; a text that is not UTF-8 one with 1007, at its first bad byte if it comes in pieces. Owned by the
 * reading thread.
 */
public final class FrameDecoder {

    /** What was found. */
    public enum Found {
        /** More bytes are needed. */
        NOTHING,
        /** A whole {@link #message}. */
        MESSAGE,
        /** A ping with {@link #payload}. */
        PING,
        /** A pong. */
        PONG,
        /** A close frame, which says {@link #reason}. */
        CLOSE,
        /** The peer broke the rule that {@link #reason} names: nothing may be asked any more. */
        VIOLATION
    }

    private static final int PROTOCOL_ERROR = 1002;
    private static final int INVALID_PAYLOAD = 1007;
    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int MASKED = 0x80;
    private static final int MASK_LENGTH = 4;
    private static final CloseReason NOT_UTF_8 = CloseReason.of(INVALID_PAYLOAD, "a text must be UTF-8");
    private static final CloseReason PHRASE_NOT_UTF_8 =
            CloseReason.of(INVALID_PAYLOAD, "the reason in a close frame must be UTF-8");
    private static final CloseReason NO_CODE = CloseReason.of(CloseReason.NO_CODE);

    private final int maxMessageBytes;
    /** Of the frame that is read: how many bytes of the header have come, and what they say. */
    private int headerBytes;
    private int first;
    private int second;
    private int mask;
    private long length;
    /** How much of the payload has come. */
    private long come;
    /** Where the payload of the frame that is read is gathered; null while a header is read. */
    private @Nullable MessageAssembler target;
    /** The data message that is gathered; there may be control frames between its fragments. */
    private @Nullable MessageAssembler assembler;
    private boolean fragmented;
    private long messageBytes;

    private @Nullable Message message;
    private byte @Nullable [] payload;
    private @Nullable CloseReason reason;

    public FrameDecoder(int maxMessageBytes) {
        this.maxMessageBytes = maxMessageBytes;
    }

    /** {@return the message that was found, once} */
    public Message message() {
        Message found = message;
        message = null;
        return found;
    }

    /** {@return the payload of the ping that was found, once} */
    public byte[] payload() {
        byte[] found = payload;
        payload = null;
        return found;
    }

    /** {@return what the close frame said, with {@link CloseReason#NO_CODE} if that was nothing; or what was wrong} */
    public @Nullable CloseReason reason() {
        return reason;
    }

    /** {@return whether all that has come are whole messages and control frames} */
    public boolean isBetweenMessages() {
        return target == null && assembler == null && headerBytes == 0;
    }

    /** Decodes up to the end of the next whole message or control frame. The payload is unmasked in place. */
    public Found next(ByteBuffer in) {
        reason = null;
        while (true) {
            if (target == null) {
                if (!readHeader(in)) {
                    return reason == null ? Found.NOTHING : Found.VIOLATION;
                }
                if ((first & FIN) != 0 && opcode() != Frames.CONTINUATION && in.remaining() >= length) {
                    headerBytes = 0;
                    return whole(in);
                }
                target = target();
                come = 0;
            }
            int count = (int) Math.min(in.remaining(), length - come);
            if (!target.add(in, count, mask, come)) {
                return violation(NOT_UTF_8);
            }
            come += count;
            if (come < length) {
                return Found.NOTHING;
            }
            headerBytes = 0;
            MessageAssembler ended = target;
            target = null;
            if ((first & FIN) != 0) {
                if (ended == assembler) {
                    assembler = null;
                }
                return found(ended.opcode(), ended.payload());
            }
        }
    }

    private Found whole(ByteBuffer in) {
        int limit = in.limit();
        int end = in.position() + (int) length;
        Masks.unmask(in, in.position(), end, mask);
        in.limit(end);
        try {
            return found(opcode(), in);
        } finally {
            in.limit(limit).position(end);
        }
    }

    private Found found(int opcode, ByteBuffer content) {
        switch (opcode) {
            case Frames.TEXT -> {
                try {
                    message = Message.utf8(content);
                } catch (IllegalArgumentException e) {
                    return violation(NOT_UTF_8);
                }
                return Found.MESSAGE;
            }
            case Frames.BINARY -> {
                message = Message.binary(content);
                return Found.MESSAGE;
            }
            case Frames.CLOSE -> {
                return close(content);
            }
            case Frames.PING -> {
                payload = new byte[content.remaining()];
                content.get(payload);
                return Found.PING;
            }
            default -> {
                return Found.PONG;
            }
        }
    }

    private Found close(ByteBuffer content) {
        if (!content.hasRemaining()) {
            reason = NO_CODE;
            return Found.CLOSE;
        }
        if (content.remaining() == 1) {
            return violation(wrong("a close frame must have a code of two bytes, or no payload"));
        }
        int code = content.getShort() & 0xFFFF;
        if (!mayBeSent(code)) {
            return violation(wrong("close code " + code + " must not be sent"));
        }
        String phrase;
        try {
            phrase = Message.utf8(content).text();
        } catch (IllegalArgumentException e) {
            return violation(PHRASE_NOT_UTF_8);
        }
        reason = CloseReason.of(code, phrase);
        return Found.CLOSE;
    }

    /** {@return whether a client may say so: 1012 to 1014 are a server's and a gateway's to say} */
    private static boolean mayBeSent(int code) {
        return code >= 1000 && code <= 1003 || code >= 1007 && code <= 1011 || code >= 3000 && code <= 4999;
    }

    private MessageAssembler target() {
        if (opcode() >= Frames.CLOSE) {
            return new MessageAssembler(opcode(), Frames.MAX_CONTROL);
        }
        if (assembler == null) {
            assembler = new MessageAssembler(opcode(), maxMessageBytes);
        }
        return assembler;
    }

    private int opcode() {
        return first & 0x0F;
    }

    /** {@return whether the header is complete and in order} */
    private boolean readHeader(ByteBuffer in) {
        while (headerBytes < 2 || headerBytes < headerLength()) {
            if (!in.hasRemaining()) {
                return false;
            }
            int next = in.get() & 0xFF;
            switch (headerBytes++) {
                case 0 -> first = next;
                case 1 -> {
                    second = next;
                    length = second & 0x7F;
                    reason = checkStart();
                    if (reason != null) {
                        return false;
                    }
                    if (length > Frames.MAX_CONTROL) {
                        length = 0; // it follows
                    }
                }
                default -> {
                    if (headerBytes <= headerLength() - MASK_LENGTH) {
                        length = length << Byte.SIZE | next;
                    } else {
                        mask = mask << Byte.SIZE | next;
                    }
                }
            }
        }
        reason = checkLength();
        return reason == null;
    }

    private int headerLength() {
        int code = second & 0x7F;
        return MASK_LENGTH + (code < 126 ? 2 : code == 126 ? 4 : Frames.MAX_HEADER);
    }

    private @Nullable CloseReason checkStart() {
        boolean fin = (first & FIN) != 0;
        if ((first & RESERVED) != 0) {
            return wrong("reserved bits must be 0");
        }
        if ((second & MASKED) == 0) {
            return wrong("client frames must be masked");
        }
        switch (opcode()) {
            case Frames.TEXT, Frames.BINARY -> {
                if (fragmented) {
                    return wrong("a fragmented message must end before the next one begins");
                }
                messageBytes = 0;
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
                if (length > Frames.MAX_CONTROL) {
                    return wrong("control frames must have at most 125 bytes");
                }
                return null;
            }
            default -> {
                return wrong("unknown opcode " + opcode());
            }
        }
        fragmented = !fin;
        return null;
    }

    private @Nullable CloseReason checkLength() {
        int code = second & 0x7F;
        if (length < 0 || code == 126 && length < 126 || code == 127 && length <= 0xFFFF) {
            return wrong("the payload length must be encoded in the fewest bytes");
        }
        if (opcode() < Frames.CLOSE) {
            if (length > maxMessageBytes - messageBytes) {
                return CloseReason.of(CloseReason.MESSAGE_TOO_BIG,
                        "message of " + Long.toUnsignedString(messageBytes + length) + " bytes is over maxMessageBytes "
                                + maxMessageBytes);
            }
            messageBytes += length;
        }
        return null;
    }

    private Found violation(CloseReason broken) {
        reason = broken;
        return Found.VIOLATION;
    }

    private static CloseReason wrong(String rule) {
        return CloseReason.of(PROTOCOL_ERROR, rule);
    }
}
