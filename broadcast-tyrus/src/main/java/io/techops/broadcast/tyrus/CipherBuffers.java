package io.techops.broadcast.tyrus;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Buffers for records on their way to a socket, used again and again, whatever threads come: a thread has the same one
 * as a rule, which is in its caches. They are on the heap, where the JDK's ciphers work on them as they are. Keeps a
 * megabyte at most. Safe for use by any number of threads.
 */
final class CipherBuffers {

    /** Room for 64 KiB of plain text, in records of 16 KiB. */
    static final int BUFFER_BYTES = 68 << 10;

    private static final int KEPT = 16;

    private final AtomicReferenceArray<ByteBuffer> free = new AtomicReferenceArray<>(KEPT);

    private static int place() {
        return (int) Thread.currentThread().getId() & KEPT - 1;
    }

    /** {@return an empty buffer} */
    ByteBuffer take() {
        ByteBuffer buffer = free.getAndSet(place(), null);
        return buffer == null ? ByteBuffer.allocate(BUFFER_BYTES) : buffer.clear();
    }

    /** Takes a buffer back that nobody uses any more. */
    void giveBack(ByteBuffer buffer) {
        free.lazySet(place(), buffer);
    }
}
