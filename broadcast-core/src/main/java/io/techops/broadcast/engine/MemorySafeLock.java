package io.techops.broadcast.engine;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock that can be acquired even if there is no memory for a place in its queue. Before JDK 21, {@link
 * ReentrantLock#lock} throws {@code OutOfMemoryError} then, and what was to be done under the lock would not be done.
 * Never serialized.
 */
final class MemorySafeLock extends ReentrantLock {

    private static final long serialVersionUID = 1;

    @Override
    public void lock() {
        while (true) {
            try {
                super.lock();
                return;
            } catch (OutOfMemoryError noMemory) { // the lock is not held, and this thread is not in its queue
                Thread.yield();
            }
        }
    }
}
