package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The one buffer that all peers of a thread read into, so that a peer owns nothing but what an incomplete frame left
 * over.
 */
final class Inbox {

    private static final int CAPACITY = 1 << 18;
    private static final int LITTLE = 1 << 14;

    private final ByteBuffer direct = ByteBuffer.allocateDirect(CAPACITY);
    private final byte[] bytes = new byte[CAPACITY + Wire.ROOM * 4];
    private final Inflation inflation = new Inflation(false);
    private int length;
    private boolean more;
    private boolean little;
    /** Written by the thread of the peers. */
    private volatile long total;

    /** Reads only a little at a time, without TLS, or as much as there is. */
    void readsLittle(boolean on) {
        little = on;
    }

    /** {@return how many bytes were read so far; for any thread} */
    long total() {
        return total;
    }

    /**
     * Reads what there is behind what was left over.
     *
     * @return false at the end of the stream
     */
    boolean read(Wire wire, byte[] left, int leftLength) throws IOException {
        System.arraycopy(left, 0, bytes, 0, leftLength);
        direct.clear().limit(little ? LITTLE : Math.min(CAPACITY, bytes.length - leftLength));
        int read = wire.read(direct);
        more = read > 0 && direct.remaining() < Wire.ROOM && !little;
        length = leftLength;
        if (read > 0) {
            direct.flip().get(bytes, leftLength, read);
            length += read;
            total += read;
        }
        return read >= 0;
    }

    /** {@return what inflates for all of these peers} */
    Inflation inflation() {
        return inflation;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** {@return whether the buffer was filled, so that there may be more to read} */
    boolean more() {
        return more;
    }
}
