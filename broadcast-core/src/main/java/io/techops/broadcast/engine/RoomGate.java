package io.techops.broadcast.engine;

import java.util.concurrent.locks.Condition;
import java.util.function.ToLongFunction;

/**
 * Lets publishers wait for room, and refuses them when no more is taken. Guarded by the lock of its constructor, except
 * for {@link #pass} and {@link #seal}, which acquire it. Calls the publisher without the lock.
 */
final class RoomGate {

    /** A result instead of a slot: the message was not taken. */
    static final long REFUSED = -1;

    /** A result instead of a slot: the message was not taken yet. */
    static final long PARKED = -2;

    private static final long NOT_WOKEN = -1;

    /** Is told about a publisher's wait. Called on its thread, without the lock. */
    interface Publisher {
        /** Called before the wait, and again if something was taken since: wakes the tasks that make room. */
        void waits(boolean first);

        /** Called after the last wait. */
        void hasWaited();
    }

    private final MemorySafeLock lock;
    private final Condition room;
    private final Runnable wakingNow = this::wakeNow;
    private int waiting;
    private long waits;
    private long taken;
    private boolean sealed;

    RoomGate(MemorySafeLock lock) {
        this.lock = lock;
        this.room = lock.newCondition();
    }

    /**
     * Repeats the attempt until it succeeds, the wait is over, or the gate is sealed.
     *
     * @param attempt called under the lock; returns {@link #REFUSED} if there is no room
     * @return the attempt's result; {@link #REFUSED} if the gate is sealed, or the wait is over
     */
    <T> long pass(ToLongFunction<T> attempt, T what, RoomWait wait, Publisher publisher) {
        long wokenFor = NOT_WOKEN;
        lock.lock();
        try {
            while (!sealed) {
                long result = attempt.applyAsLong(what);
                if (result != REFUSED || sealed) {
                    return result;
                }
                boolean first = wokenFor == NOT_WOKEN;
                waits += first ? 1 : 0;
                if (wait.isOver()) {
                    return REFUSED;
                }
                if (wokenFor == taken) {
                    await(wait);
                    continue;
                }
                wokenFor = taken;
                lock.unlock();
                try {
                    publisher.waits(first);
                    if (first) {
                        wait.begin(wakingNow);
                    }
                } finally {
                    lock.lock();
                }
            }
            return REFUSED;
        } finally {
            lock.unlock();
            if (wokenFor != NOT_WOKEN) {
                wait.end();
                publisher.hasWaited();
            }
        }
    }

    /** Waits for the next {@link #wake}. */
    void await(RoomWait wait) {
        waiting++;
        try {
            wait.await(room);
        } finally {
            waiting--;
        }
    }

    /** Notes that something was taken: the next publisher that waits wakes the tasks that make room once more. */
    void took() {
        taken++;
    }

    /** Counts a message that waits elsewhere. */
    void countWait() {
        waits++;
    }

    /** {@return how many messages had to wait} */
    long waits() {
        return waits;
    }

    /** {@return whether a publisher waits} */
    boolean isAwaited() {
        return waiting > 0;
    }

    boolean isSealed() {
        return sealed;
    }

    /** Lets the waiting publishers try again. */
    void wake() {
        if (waiting > 0) {
            room.signalAll();
        }
    }

    private void wakeNow() {
        lock.lock();
        try {
            wake();
        } finally {
            lock.unlock();
        }
    }

    /** Refuses all messages from now on. */
    void seal() {
        lock.lock();
        try {
            sealed = true;
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
