package io.techops.broadcast.engine;

import io.techops.broadcast.HubTimer;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * Runs a task about once a second on an executor, for the first time at once, whatever executor and timer do. Missed
 * runs are not made up for; a run that throws does not end the series.
 */
final class PeriodicTask {

    private static final long PERIOD = Duration.ofSeconds(1).toNanos();

    private final HubTimer timer;
    private final Runnable work;
    private final SerialTask task;
    private final TaskAlarm alarm;
    /** Owned by the task: when the next run is due. */
    private long due;

    /**
     * @param timer does not throw
     */
    PeriodicTask(Executor executor, HubTimer timer, Runnable work) {
        this.timer = timer;
        this.work = work;
        this.task = new SerialTask(executor, timer, this::turn);
        this.alarm = new TaskAlarm(timer, task::wake);
        this.due = timer.nanoTime();
    }

    void begin() {
        task.wake();
    }

    /** Makes sure that no run begins any more; one that is under way goes on. */
    void end() {
        task.end();
    }

    private boolean turn() {
        if (task.hasEnded()) {
            return false;
        }
        long now = timer.nanoTime();
        if (now - due >= 0) {
            due = now + PERIOD;
            work.run();
            ForeignCode.returned();
        }
        return !alarm.set(due, now);
    }
}
