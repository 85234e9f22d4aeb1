package io.techops.broadcast.testkit;

import io.techops.broadcast.BroadcastHub;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;

/**
 * An executor that runs nothing by itself: a test runs the tasks one by one, on its own thread, in the order of their
 * submission or in any other order.
 *
 * <pre>{@code
 * ManualExecutor executor = new ManualExecutor();
 * BroadcastHub hub = BroadcastHub.builder().executor(executor).timer(new VirtualTimer()).build();
 * FakeTransport peer = new FakeTransport().register(hub);
 * hub.broadcast("hello");                            // appended, and not written yet
 * executor.runAll();                                 // now it is written
 * }</pre>
 *
 * <p>{@link BroadcastHub#close} on the thread that should run the tasks waits in vain until its limit is over. Call
 * {@link BroadcastHub#shutdown}, and then {@link #runAll}.
 *
 * <p>Safe for use by any number of threads, of which only one runs tasks.
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
     * @throws RejectedExecutionException if {@link #refuse} is on
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
     * Makes the executor refuse every new task, or accept them again. Tasks that wait already are kept.
     *
     * @param refuse whether to refuse
     */
    public synchronized void refuse(boolean refuse) {
        refusing = refuse;
    }

    /** {@return the number of tasks that wait} */
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
     * Runs a random task.
     *
     * @param random chooses the task
     * @return {@code false} if there was none
     */
    public boolean runAny(RandomGenerator random) {
        Objects.requireNonNull(random, "random");
        int pending = pending();
        return pending > 0 && run(random.nextInt(pending));
    }

    /**
     * Runs tasks until none is left, including those that are submitted meanwhile.
     *
     * @throws AssertionError if tasks are left after 100,000
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
