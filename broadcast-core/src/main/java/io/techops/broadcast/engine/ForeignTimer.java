package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.logging.SafeLog;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The clock and the timer of a hub, which may be foreign, without their failures. While the clock throws, time stands
 * still. A task that the timer refuses is offered to it again ten times a second, and is run by a thread of this class
 * if it becomes due before the timer has taken it. Safe for use by any number of threads.
 */
final class ForeignTimer implements HubTimer {

    private static final SafeLog LOG = SafeLog.of(BroadcastHub.class);
    private static final Duration PAUSE = Duration.ofMillis(100);
    /** How old the remembered time may be, in nanoseconds, so that not every read of the clock is a write. */
    private static final long RESOLUTION = Duration.ofMillis(1).toNanos();
    /** Has a thread only while a timer refuses tasks, and for a second more. */
    private static final ScheduledThreadPoolExecutor RESCUE =
            HubExecutors.timer("broadcast-rescue", ConcurrentHashMap.newKeySet(), 1);
    /** Stands for a task that could not be scheduled: there is no memory for it, or this timer has ended. */
    private static final Cancellation UNSET = () -> { };

    private final HubTimer host;
    private final ForeignCode clockFailures = new ForeignCode(LOG, "The hub's clock threw", System::nanoTime);
    private final ForeignCode timerFailures = new ForeignCode(LOG,
            "The hub's timer did not take a task: it is tried again", System::nanoTime);
    private final ForeignCode cancelFailures = new ForeignCode(LOG, "The hub's timer did not cancel a task",
            System::nanoTime);
    /** About the last time that the clock returned; threads overwrite each other's values. */
    private volatile long last;
    private volatile boolean ended;

    private ForeignTimer(HubTimer host) {
        this.host = host;
        this.last = System.nanoTime();
        this.last = nanoTime();
    }

    /** {@return a timer without its failures} */
    static ForeignTimer of(HubTimer timer) {
        return timer instanceof ForeignTimer safe ? safe : new ForeignTimer(timer);
    }

    /** {@return whether {@code scheduled} says that {@link #schedule} could not schedule its task} */
    static boolean isUnset(Cancellation scheduled) {
        return scheduled == UNSET;
    }

    @Override
    public long nanoTime() {
        try {
            long now = host.nanoTime();
            if (now - last > RESOLUTION) {
                last = now;
            }
            return now;
        } catch (Throwable thrown) {
            failed(clockFailures, thrown);
            return last;
        }
    }

    /**
     * {@inheritDoc} Never throws; the task must not throw either, and may run twice, or early if there is no memory.
     */
    @Override
    public Cancellation schedule(Runnable task, Duration delay) {
        if (ended) {
            return UNSET;
        }
        try {
            return new Guarded(host.schedule(task, delay));
        } catch (Throwable thrown) {
            failed(timerFailures, thrown);
            try {
                return new Refused(task, delay).retry();
            } catch (Throwable again) { // no memory
                return UNSET;
            }
        }
    }

    /** Takes no tasks any more, and gives up those that were refused. */
    void end() {
        ended = true;
    }

    private void failed(ForeignCode what, Throwable thrown) {
        if (!ended) {
            what.failed(thrown);
        }
    }

    private final class Guarded implements Cancellation {
        private final @Nullable Cancellation scheduled;

        Guarded(@Nullable Cancellation scheduled) {
            this.scheduled = scheduled;
        }

        @Override
        public void cancel() {
            try {
                if (scheduled != null) {
                    scheduled.cancel();
                }
            } catch (Throwable thrown) { // then the task runs for nothing
                failed(cancelFailures, thrown);
            }
        }
    }

    /** A task that the timer has not taken yet. */
    private final class Refused implements Runnable, Cancellation {
        private final Runnable task;
        private final long sinceHere = nanoTime();
        private final long sinceReally = System.nanoTime();
        private final long delay;
        private volatile boolean cancelled;
        private volatile @Nullable Cancellation taken;

        Refused(Runnable task, Duration delay) {
            this.task = task;
            this.delay = delay.toNanos();
        }

        Cancellation retry() {
            RESCUE.schedule(this, Math.min(PAUSE.toNanos(), delay), TimeUnit.NANOSECONDS);
            return this;
        }

        @Override
        public void run() {
            if (cancelled || ended) {
                return;
            }
            long passed = Math.max(nanoTime() - sinceHere, System.nanoTime() - sinceReally);
            if (passed >= delay) {
                task.run();
                return;
            }
            try {
                taken = new Guarded(host.schedule(task, Duration.ofNanos(delay - passed)));
            } catch (Throwable thrown) {
                failed(timerFailures, thrown);
                retryOrRun();
            }
            if (cancelled) {
                cancel();
            }
        }

        private void retryOrRun() {
            try {
                retry();
            } catch (Throwable noMemory) {
                task.run(); // no memory: too early is better than never
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            Cancellation there = taken;
            if (there != null) {
                there.cancel();
            }
        }
    }
}
