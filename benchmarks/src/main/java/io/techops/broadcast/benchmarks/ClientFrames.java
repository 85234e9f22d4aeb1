package io.techops.broadcast.benchmarks;

import java.nio.ByteBuffer;

/** The frames that a client sends (RFC 6455 section 5.2). */
final class ClientFrames {

    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** The longest header: two bytes, a length of eight, a mask of four. */
    static final int MAX_HEADER = 14;

    private ClientFrames() {
    }

    static void put(int opcode, byte[] payload, int mask, ByteBuffer target) {
        target.put((byte) (0x80 | opcode));
        if (payload.length < 126) {
            target.put((byte) (0x80 | payload.length));
        } else if (payload.length < 65_536) {
            target.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            target.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        target.putInt(mask);
        for (int i = 0; i < payload.length; i++) {
            target.put((byte) (payload[i] ^ mask >> 24 - 8 * (i & 3)));
        }
    }

    /** {@return the frame that begins to close a connection} */
    static ByteBuffer close(Closing closing) {
        ByteBuffer frame = ByteBuffer.allocate(MAX_HEADER);
        put(CLOSE, closing.payload(), 0x1234_5678, frame);
        return frame.flip();
    }
}
