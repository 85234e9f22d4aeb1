package io.techops.broadcast.tyrus.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Unmasks a client's payload, eight bytes at a time (RFC 6455 section 5.3). */
final class Masks {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Masks() {
    }

    private static long twice(int mask) {
        return (long) mask << Integer.SIZE | mask & 0xFFFF_FFFFL;
    }

    /** Unmasks a whole payload, or a part that begins with its first byte. */
    static void unmask(ByteBuffer in, int from, int to, int mask) {
        long twice = twice(mask);
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            in.putLong(at, in.getLong(at) ^ twice);
        }
        for (int shift = Long.SIZE - Byte.SIZE; at < to; at++, shift -= Byte.SIZE) {
            in.put(at, (byte) (in.get(at) ^ twice >>> shift));
        }
    }

    /**
     * Unmasks a part of a payload.
     *
     * @param offset how many bytes of the payload have come before
     */
    static void unmask(byte[] bytes, int from, int to, int mask, long offset) {
        long twice = twice(Integer.rotateLeft(mask, Byte.SIZE * (int) (offset & 3)));
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            LONGS.set(bytes, at, (long) LONGS.get(bytes, at) ^ twice);
        }
        for (int shift = Long.SIZE - Byte.SIZE; at < to; at++, shift -= Byte.SIZE) {
            bytes[at] ^= (byte) (twice >>> shift);
        }
    }
}
