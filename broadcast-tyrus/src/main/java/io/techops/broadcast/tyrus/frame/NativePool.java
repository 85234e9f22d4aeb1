package io.techops.broadcast.tyrus.frame;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A pool of objects that hold native memory: there are never more than threads that use one at the same time. As many
 * as there are processors are kept; an object given back beyond that, or after the close, is ended. Safe for use by any
 * number of threads.
 */
final class NativePool<T> {

    private final int kept = Math.max(4, Runtime.getRuntime().availableProcessors());
    private final Supplier<T> maker;
    private final Consumer<T> end;

    /** Guarded by itself, like {@link #closed}; has room for all of them from the start. */
    private final ArrayDeque<T> free = new ArrayDeque<>(kept);
    private boolean closed;

    /**
     * @param end frees the native memory of one
     */
    NativePool(Supplier<T> maker, Consumer<T> end) {
        this.maker = maker;
        this.end = end;
    }

    /** {@return an object that no other thread uses, and that the caller has to give back} */
    T take() {
        synchronized (free) {
            T spare = free.pollLast();
            if (spare != null) {
                return spare;
            }
        }
        return maker.get();
    }

    /** Takes back an object, which the caller has reset to its initial state. */
    void giveBack(T used) {
        synchronized (free) {
            if (!closed && free.size() < kept) {
                free.addLast(used);
                return;
            }
        }
        end.accept(used);
    }

    /** Ends the objects that are not in use, and the others when they are given back. */
    void close() {
        synchronized (free) {
            closed = true;
            free.forEach(end);
            free.clear();
        }
    }
}
