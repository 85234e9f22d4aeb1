package io.techops.broadcast.tyrus;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Direct buffers of one size, used again and again: a direct buffer is dear to make and dear to free. Keeps a few
 * megabytes; what comes back beyond that is left to the garbage collector. Safe for use by any number of threads.
 */
final class ChunkPool {

    /** The size of a chunk, in bytes. */
    static final int CHUNK = 64 << 10;

    private static final int KEPT = 64;

    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();

    /** {@return an empty chunk} */
    ByteBuffer take() {
        synchronized (free) {
            ByteBuffer chunk = free.pollLast();
            if (chunk != null) {
                return chunk.clear();
            }
        }
        return ByteBuffer.allocateDirect(CHUNK);
    }

    /** Takes a chunk back that nobody uses any more. */
    void giveBack(ByteBuffer chunk) {
        synchronized (free) {
            if (free.size() < KEPT) {
                free.addLast(chunk);
            }
        }
    }
}
