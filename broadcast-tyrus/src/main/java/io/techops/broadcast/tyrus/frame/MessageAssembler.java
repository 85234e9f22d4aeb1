package io.techops.broadcast.tyrus.frame;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The payload of a message, or of a control frame, that comes in pieces or fragments. It takes memory for the bytes
 * that have come, never for a declared length: at most one and a half times the payload so far. For one thread.
 */
final class MessageAssembler {

    private static final int FIRST = 128;
    private static final byte[] NOTHING = {};

    private final int opcode;
    private final int most;
    private final @Nullable Utf8Validator text;
    private byte[] bytes = NOTHING;
    private int end;

    /**
     * @param opcode of the frame, or of the first fragment
     * @param most the most bytes of the payload, in all fragments together
     * @param isText whether the payload must be UTF-8
     */
    MessageAssembler(int opcode, int most, boolean isText) {
        this.opcode = opcode;
        this.most = most;
        this.text = isText ? new Utf8Validator() : null;
    }

    int opcode() {
        return opcode;
    }

    /**
     * Takes the next bytes of a frame's payload.
     *
     * @param mask the frame's masking key
     * @param from how many bytes of the same frame have come before
     * @return whether the bytes can be the beginning of a message: false for a text that is not UTF-8
     */
    boolean add(ByteBuffer in, int count, int mask, long from) {
        int begin = end;
        end += count;
        if (end > bytes.length) {
            int ahead = (int) Math.min(end + Math.max(FIRST, (long) end / 2), most);
            bytes = Arrays.copyOf(bytes, Math.max(end, ahead));
        }
        in.get(bytes, begin, count);
        Masks.unmask(bytes, begin, end, mask, from);
        return text == null || text.takes(bytes, begin, end);
    }

    /** {@return the whole payload} */
    ByteBuffer payload() {
        return ByteBuffer.wrap(bytes, 0, end);
    }
}
