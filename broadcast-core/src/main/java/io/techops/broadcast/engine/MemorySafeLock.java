package io.techops.broadcast.engine;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock that is also acquired when there is no memory to wait for it in its queue, as that of newer JDKs is: before
 * JDK 21 {@link #lock} throws {@code OutOfMemoryError} then, and what was to be done under the lock would be left
 * undone. Never serialized.
 */
final class MemorySafeLock extends ReentrantLock {

    private static final long serialVersionUID = 1;

    @Override
    public void lock() {
        while (true) {
            try {
                super.lock();
                return;
            } catch (OutOfMemoryError noMemory) { // it is not held, and not queued for
                Thread.yield();
            }
        }
    }
}
