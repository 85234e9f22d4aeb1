package io.techops.broadcast.tyrus.connection;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Reused buffers for TLS records that are written to a socket, for any threads: a thread usually gets the same buffer
 * again, which is still in its processor's caches. The buffers are on the heap, where the JDK's ciphers need no copy.
 * Keeps two megabytes at most. Safe for use by any number of threads.
 */
final class TlsBufferPool {

    /** Room for 64 KiB of plain text, in records of 16 KiB. */
    static final int BUFFER_BYTES = 68 << 10;
    /** How many buffers are kept: up to this number of threads can encrypt at the same time without a new buffer. */
    static final int KEPT = 32;

    private final AtomicReferenceArray<ByteBuffer> free = new AtomicReferenceArray<>(KEPT);

    /** {@return the index at which this thread starts to search} */
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
