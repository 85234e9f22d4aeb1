package io.techops.broadcast.tyrus.connection;

import org.jspecify.annotations.Nullable;

/**
 * Restores a thread of the server after foreign code has run on it. A policy or a listener may leave the thread
 * interrupted, which makes a selector spin and closes the channel that is used next, or with another name, priority or
 * class loader.
 */
public final class ThreadState {

    private static final ThreadLocal<ThreadState> OF_THIS_THREAD = ThreadLocal.withInitial(ThreadState::new);

    private final Thread thread = Thread.currentThread();
    private final String name = thread.getName();
    private final int priority = thread.getPriority();
    private final @Nullable ClassLoader loader = thread.getContextClassLoader();

    private ThreadState() {
    }

    /** Restores the current thread to its state at the first call of this method on it. Costs a few nanoseconds. */
    public static void restore() {
        Thread.interrupted();
        OF_THIS_THREAD.get().restoreOthers();
    }

    private void restoreOthers() {
        if (thread.getContextClassLoader() != loader) {
            thread.setContextClassLoader(loader);
        }
        if (thread.getPriority() != priority) {
            thread.setPriority(priority);
        }
        if (!thread.getName().equals(name)) {
            thread.setName(name);
        }
    }
}
