package io.techops.broadcast.engine;

import io.techops.broadcast.HubTimer;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * Runs something about once a second on an executor, at once for the first time, whatever executor and timer do: a run
 * that is late is not made up for, one that throws does not end it.
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

    /** Makes sure that no run begins any more, but for one under way. */
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
