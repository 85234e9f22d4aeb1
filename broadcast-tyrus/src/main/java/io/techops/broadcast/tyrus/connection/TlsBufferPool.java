package io.techops.broadcast.tyrus.connection;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Buffers for records on their way to a socket, used again and again, whatever threads come: a thread has the same one
 * as a rule, which is in its caches. They are on the heap, where the JDK's ciphers work on them as they are. Keeps two
 * megabytes at most. Safe for use by any number of threads.
 */
final class TlsBufferPool {

    /** Room for 64 KiB of plain text, in records of 16 KiB. */
    static final int BUFFER_BYTES = 68 << 10;
    /** How many are kept: so many threads may encrypt at a time, and none is made anew. */
    static final int KEPT = 32;

    private final AtomicReferenceArray<ByteBuffer> free = new AtomicReferenceArray<>(KEPT);

    /** {@return where this thread looks first, and then in the places behind it} */
    private static int first() {
        return (int) Thread.currentThread().getId();
    }

    private static int place(int number) {
        return number & KEPT - 1;
    }

    /** {@return an empty buffer} */
    ByteBuffer take() {
        int first = first();
        for (int i = 0; i < KEPT; i++) {
            if (free.get(place(first + i)) != null) {
                ByteBuffer buffer = free.getAndSet(place(first + i), null);
                if (buffer != null) {
                    return buffer.clear();
                }
            }
        }
        return ByteBuffer.allocate(BUFFER_BYTES);
    }

    /** Takes back a buffer that is no longer used. */
    void giveBack(ByteBuffer buffer) {
        int first = first();
        for (int i = 0; i < KEPT; i++) {
            if (free.compareAndSet(place(first + i), null, buffer)) {
                return;
            }
        }
    }
}
