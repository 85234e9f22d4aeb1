package io.techops.broadcast.testkit;

import io.techops.broadcast.HubTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A clock and a timer whose time passes only when a test lets it pass, on the thread of the test.
 *
 * <pre>{@code
 * timer.pass(Duration.ofSeconds(25));                // at once
 * }</pre>
 *
 * <p>The tasks of a hub only submit work to its executor: run the executor afterwards, as {@link HubRig#pass} does. The
 * clock starts three seconds before it wraps around, as that of the virtual machine may, to reveal code that compares
 * two readings other than by their difference.
 *
 * <p>Safe for use by any number of threads, of which one lets time pass.
 */
public final class VirtualTimer implements HubTimer {

    /** A difference of nanoseconds is unambiguous within 292 years. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final List<Task> tasks = new ArrayList<>();
    private long now = Long.MAX_VALUE - Duration.ofSeconds(3).toNanos();

    /** Makes a timer without tasks. */
    public VirtualTimer() {
    }

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    /**
     * Keeps a task until it is due.
     *
     * @throws IllegalArgumentException if {@code delay} is negative, or over 36,500 days
     */
    @Override
    public synchronized Cancellation schedule(Runnable task, Duration delay) {
        Objects.requireNonNull(task, "task");
        Objects.requireNonNull(delay, "delay");
        check("delay", delay);
        Task scheduled = new Task(now + delay.toNanos(), task);
        tasks.add(scheduled);
        return () -> withdraw(scheduled);
    }

    private synchronized void withdraw(Task task) {
        tasks.remove(task);
    }

    /** {@return the number of tasks that wait} */
    public synchronized int pending() {
        return tasks.size();
    }

    /**
     * Lets time pass. Tasks that become due run on this thread, in the order of their times, while the clock shows
     * their time.
     *
     * @param duration how much time; zero runs the tasks that are due now
     * @throws IllegalArgumentException if {@code duration} is negative, or over 36,500 days
     */
    public void pass(Duration duration) {
        Objects.requireNonNull(duration, "duration");
        check("duration", duration);
        long until = nanoTime() + duration.toNanos();
        for (Task task = next(until); task != null; task = next(until)) {
            task.action().run();
        }
        synchronized (this) {
            now = until;
        }
    }

    /**
     * Lets time pass until a task is due, and runs that task on this thread.
     *
     * @param most how much time at most
     * @return {@code false} if no task is due within that time, all of which has then passed
     * @throws IllegalArgumentException if {@code most} is negative, or over 36,500 days
     */
    public boolean passToNext(Duration most) {
        Objects.requireNonNull(most, "most");
        check("most", most);
        long until = nanoTime() + most.toNanos();
        Task task = next(until);
        if (task != null) {
            task.action().run();
            return true;
        }
        synchronized (this) {
            now = until;
        }
        return false;
    }

    private synchronized @Nullable Task next(long until) {
        Task next = null;
        for (Task task : tasks) {
            if (task.due() - until <= 0 && (next == null || task.due() - next.due() < 0)) {
                next = task;
            }
        }
        if (next != null) {
            tasks.remove(next);
            now = next.due() - now > 0 ? next.due() : now;
        }
        return next;
    }

    private static void check(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + " must not be negative: " + value);
        }
        if (value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(name + " must be at most 36500 days: " + value);
        }
    }

    /** A task. Not a record, so that two tasks with equal contents are different. */
    private static final class Task {
        private final long due;
        private final Runnable action;

        Task(long due, Runnable action) {
            this.due = due;
            this.action = action;
        }

        long due() {
            return due;
        }

        Runnable action() {
            return action;
        }
    }
}
