package io.techops.broadcast;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * An executor that runs nothing by itself: a test runs the tasks, one by one, on its own thread, in the order in which
 * they came or in any other. Safe for use by any number of threads, of which one runs tasks.
 */
final class ManualExecutor implements Executor {

    private static final int ENDLESS = 100_000;

    private final List<Runnable> tasks = new ArrayList<>();
    private boolean refusing;

    @Override
    public synchronized void execute(Runnable task) {
        if (refusing) {
            throw new java.util.concurrent.RejectedExecutionException("told to refuse");
        }
        tasks.add(task);
    }

    /** Makes the executor refuse every task from now on, or take them again. */
    synchronized void refuse(boolean refuse) {
        refusing = refuse;
    }

    /** {@return how many tasks wait to be run} */
    synchronized int pending() {
        return tasks.size();
    }

    /** Runs the task that has waited longest. {@return false if there was none} */
    boolean runNext() {
        return run(0);
    }

    /** Runs any of the tasks. {@return false if there was none} */
    boolean runAny(RandomGenerator random) {
        int pending = pending();
        return pending > 0 && run(random.nextInt(pending));
    }

    /** Runs tasks, also those that come meanwhile, until none is left. */
    void runAll() {
        for (int i = 0; runNext(); i++) {
            if (i == ENDLESS) {
                throw new AssertionError("the tasks never come to an end");
            }
        }
    }

    private boolean run(int index) {
        Runnable task;
        synchronized (this) {
            if (index >= tasks.size()) {
                return false;
            }
            task = tasks.remove(index);
        }
        task.run();
        return true;
    }
}
