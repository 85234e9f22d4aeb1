package io.techops.broadcast.tyrus.frame;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/*
 * Follows the frames of a client through the bytes that come (RFC 6455 section 5.2). A message of one frame that comes
 * with one read, as nearly all do, is unmasked in place and becomes a message at once. A message that comes in several
 * reads or fragments is gathered first: the length in a header costs no memory; the memory grows only with the bytes
 * that come, whatever the number of fragments.
 */

/**
 * Decodes client frames into messages and control frames. What RFC 6455 sections 5.1 to 5.5 and 7.4 forbid is a
 * violation with 1002, reported at the header if that shows it; a message over the limit is a violation with 1009,
 * before its payload is read; a text that is not UTF-8 is one with 1007, at its first bad byte if it comes in pieces. A
 * compressed message (RFC 7692) is inflated when all of it has come: it is a violation with 1009 if it inflates to more
 * than the limit, and with 1007 if it is damaged. Owned by the reading thread.
 */
public final class FrameDecoder extends FrameHeader {

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
        /** A close frame with {@link #reason}. */
        CLOSE,
        /** The peer broke the rule that {@link #reason} names: no method but that may be called any more. */
        VIOLATION
    }

    private static final CloseReason DAMAGED =
            CloseReason.of(INVALID_PAYLOAD, "a compressed message must be as RFC 7692 section 7.2.1 says");
    private static final CloseReason NOT_UTF_8 = CloseReason.of(INVALID_PAYLOAD, "a text must be UTF-8");

    /** How much the work of a compressed byte is, in inflated bytes. */
    private static final long WORK_OF_A_BYTE = 8;

    /** How many bytes of the payload have come. */
    private long come;
    /** Where the payload of the frame that is read is gathered; null while a header is read. */
    private @Nullable MessageAssembler target;
    /** The data message that is gathered; there may be control frames between its fragments. */
    private @Nullable MessageAssembler assembler;

    private final @Nullable DeflateExtension deflate;
    private long inflating;
    private @Nullable Message message;
    private byte @Nullable [] payload;

    /** Makes a decoder for one connection without an extension. */
    public FrameDecoder(int maxMessageBytes) {
        this(maxMessageBytes, null);
    }

    /**
     * Makes a decoder for one connection.
     *
     * @param maxMessageBytes the most bytes of a message, inflated
     * @param deflate inflates its messages; null if none may be compressed
     */
    public FrameDecoder(int maxMessageBytes, @Nullable DeflateExtension deflate) {
        super(maxMessageBytes, deflate != null);
        this.deflate = deflate;
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

    /**
     * {@return the work of inflating all messages so far, in inflated bytes} A compressed byte counts as {@value
     * #WORK_OF_A_BYTE} of them, because blocks may cause much work without any output.
     */
    public long inflating() {
        return inflating;
    }

    /** {@return whether the input so far ends with a whole message or control frame} */
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
        return compressed && opcode < Frames.CLOSE ? inflated(opcode, content) : plain(opcode, content);
    }

    private Found inflated(int opcode, ByteBuffer content) {
        inflating += WORK_OF_A_BYTE * content.remaining();
        try {
            Found found = deflate.in.inflate(content, maxMessageBytes, inflated -> {
                inflating += inflated.remaining();
                return plain(opcode, inflated);
            });
            return found != null ? found : violation(tooBig("inflated message"));
        } catch (DataFormatException e) {
            return violation(DAMAGED);
        }
    }

    private Found plain(int opcode, ByteBuffer content) {
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
        reason = closeReason(content);
        return isBroken() ? Found.VIOLATION : Found.CLOSE;
    }

    private MessageAssembler target() {
        if (opcode() >= Frames.CLOSE) {
            return new MessageAssembler(opcode(), Frames.MAX_CONTROL, false);
        }
        if (assembler == null) {
            assembler = new MessageAssembler(opcode(), most(), opcode() == Frames.TEXT && !compressed);
        }
        return assembler;
    }

    private Found violation(CloseReason broken) {
        reason = broken;
        return Found.VIOLATION;
    }
}
