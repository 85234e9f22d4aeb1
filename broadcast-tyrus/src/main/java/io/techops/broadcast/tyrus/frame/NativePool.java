package io.techops.broadcast.tyrus.frame;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Objects that hold native memory, used again and again: there are never more than threads that use one at the same
 * time. As many as there are processors are kept; what comes back beyond that, or after the close, is ended. Safe for
 * use by any number of threads.
 */
final class NativePool<T> {

    private final int kept = Math.max(4, Runtime.getRuntime().availableProcessors());
    private final Supplier<T> maker;
    private final Consumer<T> end;

    /** Guarded by itself, as {@link #closed}; has room for all of them from the start. */
    private final ArrayDeque<T> free = new ArrayDeque<>(kept);
    private boolean closed;

    /**
     * @param end frees the native memory of one
     */
    NativePool(Supplier<T> maker, Consumer<T> end) {
        this.maker = maker;
        this.end = end;
    }

    /** {@return one that no other thread uses; to be given back} */
    T take() {
        synchronized (free) {
            T spare = free.pollLast();
            if (spare != null) {
                return spare;
            }
        }
        return maker.get();
    }

    /** Takes back one that is as it was when it was new. */
    void giveBack(T used) {
        synchronized (free) {
            if (!closed && free.size() < kept) {
                free.addLast(used);
                return;
            }
        }
        end.accept(used);
    }

    /** Frees those that are not used, and each of the others when it is given back. */
    void close() {
        synchronized (free) {
            closed = true;
            free.forEach(end);
            free.clear();
        }
    }
}
