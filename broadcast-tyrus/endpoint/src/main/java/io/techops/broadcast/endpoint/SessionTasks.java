package io.techops.broadcast.endpoint;

import io.techops.broadcast.HubTimer.Cancellation;
import io.techops.broadcast.spi.BlockingTasks;
import io.techops.broadcast.spi.BlockingTasks.Kind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/*
 * Pings and close frames have no asynchronous form, and freeing a socket may take a while: such calls are made by the
 * hub's threads for blocking tasks, because no shard of the hub may block. An application may be undeployed, and the
 * library with it, so a thread has the application's class loader as its context class loader only while it runs a task
 * for it.
 */

/** A hub's {@link BlockingTasks}, whose tasks run with the context class loader of the thread that made this object. */
final class SessionTasks {

    private final BlockingTasks tasks;
    private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();

    SessionTasks(BlockingTasks tasks) {
        this.tasks = tasks;
    }

    /** Runs a task, as {@link BlockingTasks#runAfter} does. */
    Cancellation run(Kind kind, Duration delay, Runnable task) {
        return tasks.runAfter(delay, kind, () -> {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            thread.setContextClassLoader(loader);
            try {
                task.run();
            } finally {
                thread.setContextClassLoader(before);
            }
        });
    }
}
