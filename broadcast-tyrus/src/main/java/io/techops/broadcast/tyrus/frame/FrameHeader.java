package io.techops.broadcast.tyrus.frame;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The headers of a client's frames, and the rules for them (RFC 6455 sections 5.1 to 5.5 and 7.4). A header is read
 * byte by byte into the fields, so that it may be cut anywhere without being kept. Subclasses read the payloads. Owned
 * by the reading thread.
 */
abstract class FrameHeader {

    static final int FIN = 0x80;
    static final int INVALID_PAYLOAD = 1007;

    private static final int PROTOCOL_ERROR = 1002;
    private static final int RESERVED = 0x70;
    /** A compressed message may be longer than its content by one byte for this many bytes, and a few more. */
    private static final int LONGER_BY = 8;
    private static final int LONGER_BYTES = 64;
    private static final int MASKED = 0x80;
    private static final int MASK_LENGTH = 4;
    private static final CloseReason PHRASE_NOT_UTF_8 =
            CloseReason.of(INVALID_PAYLOAD, "the reason in a close frame must be UTF-8");
    private static final CloseReason NO_CODE = CloseReason.of(CloseReason.NO_CODE);

    final int maxMessageBytes;
    private final boolean mayBeCompressed;
    /** The frame that is read: how many bytes of its header have come, and their content. */
    int headerBytes;
    int first;
    private int second;
    int mask;
    long length;
    private boolean fragmented;
    /** Whether the current message, or the last one, is compressed. */
    boolean compressed;
    private long messageBytes;
    private boolean broken;
    @Nullable CloseReason reason;

    /**
     * @param mayBeCompressed whether {@code permessage-deflate} was negotiated
     */
    FrameHeader(int maxMessageBytes, boolean mayBeCompressed) {
        this.maxMessageBytes = maxMessageBytes;
        this.mayBeCompressed = mayBeCompressed;
    }

    /** {@return the most payload bytes of a message} A compressed message is checked again when it is inflated. */
    final int most() {
        return compressed ? maxMessageBytes + maxMessageBytes / LONGER_BY + LONGER_BYTES : maxMessageBytes;
    }

    /**
     * {@return the content of the close frame, with {@link CloseReason#NO_CODE} if it had none; or the rule that was
     * broken}
     */
    public final @Nullable CloseReason reason() {
        return reason;
    }

    /** {@return whether the close frame that was read breaks a rule, which {@link #reason} names} */
    final boolean isBroken() {
        return broken;
    }

    /** {@return the content of a close frame; or, if it {@link #isBroken}, the rule that it breaks} */
    final CloseReason closeReason(ByteBuffer content) {
        if (!content.hasRemaining()) {
            return NO_CODE;
        }
        broken = true;
        if (content.remaining() == 1) {
            return wrong("a close frame must have a code of two bytes, or no payload");
        }
        int code = content.getShort() & 0xFFFF;
        if (!mayBeSent(code)) {
            return wrong("close code " + code + " must not be sent");
        }
        String phrase;
        try {
            phrase = Message.utf8(content).text();
        } catch (IllegalArgumentException e) {
            return PHRASE_NOT_UTF_8;
        }
        broken = false;
        return CloseReason.of(code, phrase);
    }

    /** {@return whether a client may send the code: 1012 to 1014 are for servers and gateways} */
    private static boolean mayBeSent(int code) {
        return code >= 1000 && code <= 1003 || code >= 1007 && code <= 1011 || code >= 3000 && code <= 4999;
    }

    /** {@return the opcode of the frame whose header was read last} */
    public final int opcode() {
        return first & 0x0F;
    }

    /** {@return whether the header is complete and in order} */
    final boolean readHeader(ByteBuffer in) {
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
        int reserved = first & RESERVED;
        if (reserved != 0 && (!mayBeCompressed || reserved != DeflateEncoder.RSV1)) {
            return wrong("reserved bits must be 0");
        }
        if ((second & MASKED) == 0) {
            return wrong("client frames must be masked");
        }
        if (reserved != 0 && opcode() != Frames.TEXT && opcode() != Frames.BINARY) {
            return wrong("RSV1 must be 0 but in the first frame of a message");
        }
        switch (opcode()) {
            case Frames.TEXT, Frames.BINARY -> {
                if (fragmented) {
                    return wrong("a fragmented message must end before the next one begins");
                }
                messageBytes = 0;
                compressed = reserved != 0;
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
            if (length > most() - messageBytes) {
                return tooBig("message of " + Long.toUnsignedString(messageBytes + length)
                        + (compressed ? " compressed bytes" : " bytes"));
            }
            messageBytes += length;
        }
        return null;
    }

    final CloseReason tooBig(String what) {
        return CloseReason.of(CloseReason.MESSAGE_TOO_BIG, what + " is over maxMessageBytes " + maxMessageBytes);
    }

    static CloseReason wrong(String rule) {
        return CloseReason.of(PROTOCOL_ERROR, rule);
    }
}
