package io.techops.broadcast.tyrus.connection;

import org.jspecify.annotations.Nullable;

/**
 * What a thread of ours is like when no foreign code runs on it. A policy or a listener may leave it interrupted, which
 * makes a selector spin and closes the channel that is used next, or with another name, priority or class loader.
 */
public final class ThreadState {

    private static final ThreadLocal<ThreadState> OF_THIS_THREAD = ThreadLocal.withInitial(ThreadState::new);

    private final Thread thread = Thread.currentThread();
    private final String name = thread.getName();
    private final int priority = thread.getPriority();
    private final @Nullable ClassLoader loader = thread.getContextClassLoader();

    private ThreadState() {
    }

    /** Makes this thread again what it was when this was first called on it. Costs a few nanoseconds. */
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
