package io.techops.broadcast;

import java.time.Duration;

/**
 * The clock and the timer of a hub: one object, so that both use the same time.
 *
 * <p>A hub makes its own timer unless it is given one. Give it one to share a timer between many hubs, or to drive a
 * hub with virtual time in a test. An implementation must be safe for use by any number of threads.
 *
 * <pre>{@code
 * class SharedTimer implements HubTimer {
 *
 *     private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
 *
 *     @Override
 *     public long nanoTime() {
 *         return System.nanoTime();
 *     }
 *
 *     @Override
 *     public Cancellation schedule(Runnable task, Duration delay) {
 *         var scheduled = scheduler.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
 *         return () -> scheduled.cancel(false);
 *     }
 * }
 * }</pre>
 */
public interface HubTimer {

    /** {@return the time in nanoseconds since some arbitrary moment; never goes back} */
    long nanoTime();

    /**
     * Runs {@code task} once, after {@code delay}. The tasks of a hub are short and never block.
     *
     * @param task what to run
     * @param delay how long to wait; zero is allowed, and a hub never waits for longer than 365 days
     * @return cancels the task
     */
    Cancellation schedule(Runnable task, Duration delay);

    /** Cancels a scheduled task. */
    @FunctionalInterface
    interface Cancellation {

        /** Makes sure that the task, if it has not begun yet, never runs. */
        void cancel();
    }
}
