package io.techops.broadcast.engine;

import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import org.jspecify.annotations.Nullable;

/**
 * What comes into the log of a hub from a shared log, and who waits for room for it. In a hub without a backplane
 * nothing does. Safe for use by any number of threads, but for {@link #takeWaiting} and {@link #isWaiting}, which are
 * guarded by the lock of the log.
 */
final class SharedEntries {

    private final MemorySafeLock lock;
    private final LogBuffer ring;
    private final LogWriter writer;
    private final HubTimer timer;

    /** All of these are guarded by the lock: what to call when a round has ended, if that is waited for. */
    private @Nullable Runnable follower;
    private boolean waiting;
    /** Whether something may come from a shared log that was accepted here. */
    private boolean unsettled;

    SharedEntries(MemorySafeLock lock, LogBuffer ring, LogWriter writer, HubTimer timer) {
        this.lock = lock;
        this.ring = ring;
        this.writer = writer;
        this.timer = timer;
    }

    /**
     * Says that what is appended comes from a shared log.
     *
     * @param wake called, without the lock, by a shard whose round has ended after {@link #follow} found no room
     */
    void begin(Runnable wake) {
        lock.lock();
        try {
            follower = wake;
            unsettled = true;
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether what is appended comes from a shared log} Under the lock. */
    boolean haveBegun() {
        return follower != null;
    }

    /** Says that all that was accepted here has come back, or is given up. */
    void settle() {
        lock.lock();
        try {
            unsettled = false;
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether nothing more comes that was accepted here} Under the lock. */
    boolean isSettled() {
        return !unsettled;
    }

    /**
     * Appends what comes from a shared log, also if the log is sealed.
     *
     * @param except who is not to get it, each once
     * @param appendedAt when it was appended there, by the timer of this hub
     * @return the slot; {@link RoomGate#REFUSED} if there is no room now
     */
    long follow(Message message, @Nullable String key, long expiresAt, PeerCursor[] except, long appendedAt) {
        long charge = EntryNotes.charge(message, key);
        long now = timer.nanoTime();
        lock.lock();
        try {
            if (!writer.makeRoomForHost(charge, now)) {
                waiting = true;
                return RoomGate.REFUSED;
            }
            return writer.put(message, key, expiresAt, except, appendedAt);
        } finally {
            lock.unlock();
        }
    }

    /** Says that what is appended from now on follows another position than that of the last entry. */
    void breakOff(Position before) {
        lock.lock();
        try {
            ring.breakOff(before);
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether the end of a round is waited for} */
    boolean isWaiting() {
        return waiting;
    }

    /** {@return what to call, without the lock, now that a round has ended; null if nothing} */
    @Nullable Runnable takeWaiting() {
        Runnable awaited = waiting ? follower : null;
        waiting = false;
        return awaited;
    }
}
