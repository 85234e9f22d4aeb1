package io.techops.broadcast;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A timer whose time passes only when a test says so, on the thread of the test. Its clock begins shortly before it
 * wraps around, as that of the JVM may. Safe for use by any number of threads, of which one lets time pass.
 */
final class VirtualTimer implements HubTimer {

    private final List<Task> tasks = new ArrayList<>();
    private long now = Long.MAX_VALUE - Duration.ofSeconds(3).toNanos();

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized Cancellation schedule(Runnable task, Duration delay) {
        Task scheduled = new Task(now + delay.toNanos(), task);
        tasks.add(scheduled);
        return () -> withdraw(scheduled);
    }

    private synchronized void withdraw(Task task) {
        tasks.remove(task);
    }

    /** {@return how many tasks wait for their time} */
    synchronized int pending() {
        return tasks.size();
    }

    /** Lets time pass; what is due meanwhile runs at its time. */
    void pass(Duration duration) {
        long until = nanoTime() + duration.toNanos();
        for (Task task = next(until); task != null; task = next(until)) {
            task.action().run();
        }
        synchronized (this) {
            now = until;
        }
    }

    private synchronized Task next(long until) {
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

    /** Compared by identity, so that two equal ones are still two. */
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
