package io.techops.broadcast.tyrus.frame;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Splits a client's input into frames, for a container that wants fragments one by one. A header that breaks a rule is
 * a violation with 1002; a message over the limit, in however many fragments, is one with 1009, before the payload of
 * the frame is read. A payload is unmasked, and takes memory only for the bytes that have come. An empty fragment is
 * left out unless it is the first or the last one of its message: a container keeps an object for each fragment, and
 * there is no bound on how many of them come. It is not checked whether a text is UTF-8. Owned by the reading thread.
 */
public final class FrameSplitter extends FrameHeader {

    /** What was found. */
    public enum Found {
        /** More bytes are needed. */
        NOTHING,
        /** A whole frame, of a message or a control frame: {@link #opcode}, {@link #isLast}, {@link #payload}. */
        FRAME,
        /** A close frame with {@link #reason}. */
        CLOSE,
        /** The peer broke the rule that {@link #reason} names: no method but that may be called any more. */
        VIOLATION
    }

    private @Nullable MessageAssembler assembler;
    private long come;
    private byte @Nullable [] payload;

    /**
     * Makes a splitter for one connection.
     *
     * @param maxMessageBytes the most bytes of a message
     */
    public FrameSplitter(int maxMessageBytes) {
        super(maxMessageBytes, false);
    }

    /** {@return whether the frame that was found is the last one of its message} */
    public boolean isLast() {
        return (first & FIN) != 0;
    }

    /** {@return the payload of the frame that was found, once} */
    public byte[] payload() {
        byte[] found = payload;
        payload = null;
        return found;
    }

    /** Reads up to the end of the next frame. */
    public Found next(ByteBuffer in) {
        if (assembler == null) {
            reason = null;
            do {
                if (!readHeader(in)) {
                    return reason == null ? Found.NOTHING : Found.VIOLATION;
                }
            } while (addsNothing());
            assembler = new MessageAssembler(Frames.BINARY, (int) length, false);
            come = 0;
        }
        int count = (int) Math.min(in.remaining(), length - come);
        assembler.add(in, count, mask, come);
        come += count;
        if (come < length) {
            return Found.NOTHING;
        }
        headerBytes = 0;
        ByteBuffer content = assembler.payload();
        assembler = null;
        if (opcode() == Frames.CLOSE) {
            reason = closeReason(content);
            return isBroken() ? Found.VIOLATION : Found.CLOSE;
        }
        payload = new byte[content.remaining()];
        content.get(payload);
        return Found.FRAME;
    }

    /** {@return whether the frame whose header was read is to be left out; then that of the next one is read} */
    private boolean addsNothing() {
        boolean empty = opcode() == Frames.CONTINUATION && length == 0 && !isLast();
        if (empty) {
            headerBytes = 0;
        }
        return empty;
    }
}
