package io.techops.broadcast.tyrus.frame;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The frames that a server sends: unmasked and never fragmented (RFC 6455 section 5.2).
 */
public final class Frames {

    static final int CONTINUATION = 0x0;
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    public static final int PING = 0x9;
    public static final int PONG = 0xA;

    /**
     * How many pings in one piece of input are answered one by one. Of the others, only the newest is answered (RFC
     * 6455 section 5.5.3), because each pong is a system call.
     */
    public static final int MOST_PONGS = 16;

    /** The most bytes before the payload of a frame that is not masked. */
    static final int MAX_HEADER = 10;
    /** The most payload bytes of a control frame. */
    public static final int MAX_CONTROL = 125;

    private static final int FIN = 0x80;

    private Frames() {
    }

    static void putHeader(ByteBuffer target, int opcode, long length) {
        target.put((byte) (FIN | opcode));
        if (length <= 125) {
            target.put((byte) length);
        } else if (length <= 0xFFFF) {
            target.put((byte) 126).putShort((short) length);
        } else {
            target.put((byte) 127).putLong(length);
        }
    }

    static int headerLength(long length) {
        return length <= 125 ? 2 : length <= 0xFFFF ? 4 : MAX_HEADER;
    }

    /** {@return a whole text frame} */
    public static ByteBuffer text(Message.Text message) {
        ByteBuffer frame = ByteBuffer.allocate(headerLength(message.size()) + message.size());
        putHeader(frame, TEXT, message.size());
        message.copyTo(0, message.size(), frame);
        return frame.flip();
    }

    /** {@return a whole control frame} */
    public static ByteBuffer control(int opcode, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(2 + payload.length);
        putHeader(frame, opcode, payload.length);
        return frame.put(payload).flip();
    }

    /** {@return a whole close frame (RFC 6455 section 5.5.1), without a code if the code must not be sent} */
    public static ByteBuffer close(CloseReason reason) {
        if (!reason.isSendable()) {
            return control(CLOSE, new byte[0]);
        }
        byte[] phrase = reason.phrase().getBytes(StandardCharsets.UTF_8);
        byte[] payload = ByteBuffer.allocate(2 + phrase.length).putShort((short) reason.code()).put(phrase).array();
        return control(CLOSE, payload);
    }
}
