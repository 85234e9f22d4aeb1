package io.techops.broadcast.tyrus.frame;

import io.techops.broadcast.logging.FailureLog;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.slf4j.LoggerFactory;

/**
 * A pool of direct buffers of one size: making and freeing a direct buffer is expensive. Keeps a few megabytes; buffers
 * given back beyond that are left to the garbage collector. Safe for use by any number of threads.
 */
public final class DirectBufferPool {

    /** The size of a chunk, in bytes. */
    static final int CHUNK = 64 << 10;

    private static final int KEPT = 64;
    private static final FailureLog FAILURES = new FailureLog(LoggerFactory.getLogger(DirectBufferPool.class));

    /** Has room for all of them from the start, so that giving a chunk back needs no memory. */
    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>(KEPT);

    /** {@return an empty chunk; one on the heap if no direct memory is left, which costs a copy for each write} */
    ByteBuffer take() {
        synchronized (free) {
            ByteBuffer chunk = free.pollLast();
            if (chunk != null) {
                return chunk.clear();
            }
        }
        try {
            return ByteBuffer.allocateDirect(CHUNK);
        } catch (OutOfMemoryError e) {
            FAILURES.warn("No direct memory is left for messages (-XX:MaxDirectMemorySize): the heap is used", e);
            return ByteBuffer.allocate(CHUNK);
        }
    }

    /** Takes back a chunk that is no longer used. */
    void giveBack(ByteBuffer chunk) {
        synchronized (free) {
            if (free.size() < KEPT && chunk.isDirect()) {
                free.addLast(chunk);
            }
        }
    }
}
