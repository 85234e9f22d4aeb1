package io.techops.broadcast.engine;

import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.MessagePolicy;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Initialises, before there is a hub, the classes that would otherwise be used late. A class whose initializer fails,
 * for example for want of memory, can never be used again, so that a short lack of memory would break every hub for
 * good. Safe for use by any number of threads.
 */
final class FirstUses {

    private static volatile boolean made;

    private FirstUses() {
    }

    /**
     * Returns when all of these classes are ready. What it throws for want of memory does no harm: it is called again.
     */
    static void make() {
        if (made) {
            return;
        }
        initialize(BackplaneEvents.class, BackplaneFigures.class, BackplaneLink.class, BackplaneOutage.class,
                Census.class, DrainPacer.class, DurationRules.class, EngineThread.class, EntryNotes.class,
                GapCounts.class, HubFigures.class, HubPeer.ReceiveResult.class, JfrEvents.class,
                LogBatch.class, LogBatch.LeftOut.class, MessageLog.Figures.class, PeerCursor.class, PeerEvents.class,
                PeersAhead.class, PeriodicTask.class, PositionRun.class, RoomWait.class, ShardCounters.Figures.class,
                Snapshots.class, TaskAlarm.class);
        BroadcastOptions.everyone();
        MessagePolicy.Verdict.ignore();
        useThePools();
        made = true;
    }

    /** Initialises classes of this package. */
    static void initialize(Class<?>... classes) {
        try {
            for (Class<?> each : classes) {
                MethodHandles.lookup().ensureInitialized(each);
            }
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    /** The classes of which thread pools and their queues consist. */
    private static void useThePools() {
        ThreadLocalRandom.current();
        new FutureTask<>(() -> true).run();
        try {
            new LinkedBlockingQueue<>().poll(1, TimeUnit.NANOSECONDS);
            new SynchronousQueue<>().poll(1, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
