package io.techops.broadcast.testing;

import java.util.concurrent.Executor;

/** Threads for what a test does beside its own thread. */
public final class TestThreads {

    /**
     * Runs each task on a new thread. The common pool of the JDK has one thread on a machine with two processors, and
     * libraries need it, as Lettuce does to connect: a task that waits there may keep away what it waits for.
     */
    public static final Executor NEW = task -> {
        Thread thread = new Thread(task, "beside the test");
        thread.setDaemon(true);
        thread.start();
    };

    private TestThreads() {
    }
}
