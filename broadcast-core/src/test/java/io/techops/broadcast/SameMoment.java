package io.techops.broadcast;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Two things that two threads do at the same moment, again and again, for what goes wrong only then: both threads are
 * running when they begin, which a barrier that parks them does not bring about.
 */
public final class SameMoment {

    private static final int ROUNDS = 10_000;
    private static final long LONG_ENOUGH = Duration.ofSeconds(2).toNanos();

    /** Something that is done. */
    @FunctionalInterface
    public interface Step {
        /** Does it. */
        void run() throws Exception;
    }

    private SameMoment() {
    }

    /**
     * Prepares a round, does both things, and checks what has become of them: 10,000 times, or as often as there is
     * time for in two seconds, and once at least.
     */
    public static void again(Step before, Step one, Step other, Step after) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
            Thread made = new Thread(task, "at the same moment");
            made.setDaemon(true); // it may wait for ever for a step that has failed
            return made;
        });
        long begin = System.nanoTime();
        try {
            int round = 0;
            do {
                before.run();
                AtomicInteger ready = new AtomicInteger();
                Future<?> done = thread.submit(() -> {
                    awaitTwo(ready);
                    other.run();
                    return null;
                });
                awaitTwo(ready);
                one.run();
                done.get(2, TimeUnit.MINUTES);
                after.run();
                round++;
            } while (round < ROUNDS && System.nanoTime() - begin < LONG_ENOUGH);
        } finally {
            thread.shutdownNow();
        }
    }

    private static void awaitTwo(AtomicInteger ready) {
        ready.incrementAndGet();
        while (ready.get() < 2) {
            Thread.onSpinWait();
        }
    }
}
