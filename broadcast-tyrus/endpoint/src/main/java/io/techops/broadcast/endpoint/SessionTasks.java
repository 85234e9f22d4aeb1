package io.techops.broadcast.endpoint;

import io.techops.broadcast.HubTimer.Cancellation;
import io.techops.broadcast.spi.BlockingTasks;
import io.techops.broadcast.spi.BlockingTasks.Kind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/*
 * Pings and close frames have no asynchronous form, and freeing a socket may take a while: those are done by the hub's
 * threads for blocking tasks. Nothing that may block runs on a shard of the hub. An application may be undeployed, and
 * the library with it, so a thread has the application's class loader for its context only while it does something for
 * it.
 */

/** A hub's {@link BlockingTasks} with the context class loader of the application that made this, for its tasks. */
final class SessionTasks {

    private final BlockingTasks tasks;
    private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();

    SessionTasks(BlockingTasks tasks) {
        this.tasks = tasks;
    }

    /** Runs a task, as {@link BlockingTasks#runAfter} says. */
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
