package io.techops.broadcast.testkit;

import io.techops.broadcast.BroadcastHub;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;

/**
 * An executor that runs nothing by itself: a test runs the tasks, one by one, on its own thread, in the order in which
 * they came or in any other.
 *
 * <pre>{@code
 * ManualExecutor executor = new ManualExecutor();
 * BroadcastHub hub = BroadcastHub.builder().executor(executor).timer(new VirtualTimer()).build();
 * FakeTransport peer = new FakeTransport().register(hub);
 * hub.broadcast("hello");                            // appended; nothing is written yet
 * executor.runAll();                                 // now it is
 * }</pre>
 *
 * <p>A hub that waits for its executor waits for the test: {@link BroadcastHub#close} on the thread that should run the
 * tasks waits in vain until its limit is over. Use {@link BroadcastHub#shutdown}, then {@link #runAll}.
 *
 * <p>Safe for use by any number of threads, of which one runs tasks.
 */
public final class ManualExecutor implements Executor {

    private static final int ENDLESS = 100_000;

    private final List<Runnable> tasks = new ArrayList<>();
    private boolean refusing;

    /** Makes an executor without tasks. */
    public ManualExecutor() {
    }

    /**
     * Keeps a task until a test runs it.
     *
     * @throws RejectedExecutionException if told to {@link #refuse}
     */
    @Override
    public synchronized void execute(Runnable task) {
        Objects.requireNonNull(task, "task");
        if (refusing) {
            throw new RejectedExecutionException("told to refuse");
        }
        tasks.add(task);
    }

    /**
     * Makes the executor refuse every task from now on, or take them again. Those that it has it keeps.
     *
     * @param refuse whether to refuse
     */
    public synchronized void refuse(boolean refuse) {
        refusing = refuse;
    }

    /** {@return how many tasks wait to be run} */
    public synchronized int pending() {
        return tasks.size();
    }

    /**
     * Runs the task that has waited longest.
     *
     * @return {@code false} if there was none
     */
    public boolean runNext() {
        return run(0);
    }

    /**
     * Runs any of the tasks.
     *
     * @param random chooses it
     * @return {@code false} if there was none
     */
    public boolean runAny(RandomGenerator random) {
        Objects.requireNonNull(random, "random");
        int pending = pending();
        return pending > 0 && run(random.nextInt(pending));
    }

    /**
     * Runs tasks, also those that come meanwhile, until none is left.
     *
     * @throws AssertionError if there is no end after 100,000 of them
     */
    public void runAll() {
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
