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
 * Uses once, before there is a hub, what is used late otherwise. A class whose initializer fails, as it does if there
 * is no memory for it, can never be used again, so that a lack of memory that passes would leave every hub dead. Safe
 * for use by any number of threads.
 */
final class FirstUses {

    private static volatile boolean made;

    private FirstUses() {
    }

    /** Returns when all is ready to be used. What it throws, for want of memory, does no harm: it is called again. */
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

    /** What the pools of threads and their queues consist of. */
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
