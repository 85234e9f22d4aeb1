package io.techops.broadcast.tyrus;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A frame that comes in pieces, or a message in fragments: becomes one frame that is not masked. It takes memory for
 * what has come, never for what was promised: at most half as much again as the payload so far. For one thread.
 */
final class Gathering {

    private static final int FIRST = 128;

    private final int opcode;
    private final int most;
    private final @Nullable Utf8Check text;
    /** The payload, behind room for the longest header. */
    private byte[] bytes;
    private int end = Frames.MAX_HEADER;

    /**
     * @param opcode of the frame, or of the first fragment
     * @param most how long the payload can become, whatever its fragments
     */
    Gathering(int opcode, int most) {
        this.opcode = opcode;
        this.most = most;
        this.text = opcode == Frames.TEXT ? new Utf8Check() : null;
        this.bytes = new byte[Frames.MAX_HEADER];
    }

    /**
     * Takes the next bytes of a frame's payload.
     *
     * @param mask the frame's masking key
     * @param from how many bytes of the same frame have come before
     * @return whether what has come can be the beginning of the message: false for a text that is not UTF-8
     */
    boolean add(ByteBuffer in, int count, int mask, long from) {
        makeRoom(count);
        for (int i = 0; i < count; i++) {
            byte unmasked = (byte) (in.get() ^ mask >>> 24 - 8 * (int) (from + i & 3));
            if (text != null && !text.takes(unmasked)) {
                return false;
            }
            bytes[end++] = unmasked;
        }
        return true;
    }

    private void makeRoom(int count) {
        int payload = end - Frames.MAX_HEADER + count;
        if (Frames.MAX_HEADER + payload > bytes.length) {
            int ahead = (int) Math.min(payload + Math.max(FIRST, (long) payload / 2), most);
            bytes = Arrays.copyOf(bytes, Frames.MAX_HEADER + Math.max(payload, ahead));
        }
    }

    /** {@return whether the message can end here: not in the middle of a character} */
    boolean mayEnd() {
        return text == null || text.mayEnd();
    }

    /** {@return the whole frame} */
    ByteBuffer frame() {
        int length = end - Frames.MAX_HEADER;
        int start = Frames.MAX_HEADER - Frames.headerLength(length);
        ByteBuffer frame = ByteBuffer.wrap(bytes, 0, end).position(start);
        Frames.putHeader(frame, opcode, length);
        return frame.position(start);
    }
}
