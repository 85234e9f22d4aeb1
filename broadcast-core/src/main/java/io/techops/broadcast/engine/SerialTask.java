package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.logging.SafeLog;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/*
 * state: IDLE -wake-> QUEUED -executor-> RUNNING -done-> IDLE; RUNNING -wake-> AGAIN -> one more turn. What a thread
 * did before it called wake() is seen by a turn that begins after it, and no wake-up is lost:
 *   a task that the executor refuses is submitted again (RetriedTask);
 *   a turn that throws is repeated after a pause, which the timer ends, or at the next wake-up;
 *   whatever is thrown, the state does not stay RUNNING.
 */

/** A task that two threads never run at the same time, and that runs once more after each wake-up. For any thread. */
final class SerialTask extends RetriedTask {

    /** What is done in each turn. */
    interface Turn {
        /** Takes a turn. {@return whether another turn is due at once} */
        boolean take();
    }

    private static final SafeLog LOG = SafeLog.of(BroadcastHub.class);
    /** After this number of turns in a row, other tasks of the executor get a turn. */
    private static final int TURNS_IN_A_ROW = 64;
    private static final Duration PAUSE = Duration.ofMillis(10);

    private static final int IDLE = 0;
    private static final int QUEUED = 1;
    private static final int RUNNING = 2;
    private static final int AGAIN = 3;

    /** Set while this thread runs any such task, of any hub; removed after that. */
    private static final ThreadLocal<Boolean> HERE = new ThreadLocal<>();

    private final HubTimer timer;
    private final Turn turn;
    /** Made here, because later there may be no memory for it. */
    private final Runnable wake = this::wake;
    private final ForeignCode failures;
    private final AtomicInteger state = new AtomicInteger(IDLE);
    private volatile boolean over;

    /**
     * @param timer does not throw
     */
    SerialTask(Executor executor, HubTimer timer, Turn turn) {
        super(executor, timer);
        this.timer = timer;
        this.turn = turn;
        this.failures = new ForeignCode(LOG, "A round of the fan-out failed: it comes again", timer::nanoTime);
    }

    /** {@return whether this thread is running such a task, so that it must not wait for one} */
    static boolean isOnThisThread() {
        return HERE.get() != null;
    }

    /** Makes sure that a turn begins after this call. */
    void wake() {
        while (!over) {
            int current = state.get();
            if (current == QUEUED || current == AGAIN) {
                return;
            }
            if (state.compareAndSet(current, current == IDLE ? QUEUED : AGAIN)) {
                if (current == IDLE) {
                    submit();
                }
                return;
            }
        }
    }

    /** Makes sure that no turn begins any more; those that are under way go on. */
    void end() {
        over = true;
    }

    @Override
    boolean hasEnded() {
        return over;
    }

    @Override
    void refused() {
        state.compareAndSet(QUEUED, IDLE);
    }

    @Override
    void retry() {
        wake();
    }

    /** Takes a turn on this thread, if the executor has not begun with one, or takes no tasks any more. */
    void help() {
        if (!state.compareAndSet(IDLE, QUEUED)) {
            wake();
        }
        work();
    }

    /** Takes the turns that are due on this thread, if the executor has not begun with them. */
    @Override
    void work() {
        if (!state.compareAndSet(QUEUED, RUNNING)) {
            return;
        }
        boolean more = true;
        Throwable failure = null;
        try {
            more = takeTurns();
        } catch (Throwable thrown) {
            failure = thrown;
        }
        if (failure != null) {
            comeAgain(failure);
        } else if (more) {
            state.set(QUEUED);
            submit();
        }
    }

    /** {@return whether more are due, and the state is not idle} */
    private boolean takeTurns() {
        Boolean outer = HERE.get(); // an executor may run the task within another one
        HERE.set(Boolean.TRUE);
        try {
            for (int i = 0; i < TURNS_IN_A_ROW; i++) {
                state.set(RUNNING);
                if (!turn.take() && state.compareAndSet(RUNNING, IDLE)) {
                    return false;
                }
            }
            return true;
        } finally {
            if (outer == null) {
                HERE.remove();
            }
        }
    }

    private void comeAgain(Throwable failure) {
        state.set(IDLE);
        if (!over && ForeignTimer.isUnset(timer.schedule(wake, PAUSE))) { // no memory
            wake();
        }
        failures.failed(failure);
    }
}
