package io.techops.broadcast.engine;

import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import org.jspecify.annotations.Nullable;

/**
 * Appends what comes from a shared log to the log of a hub, and keeps whether the backplane waits for room. Not used in
 * a hub without a backplane. Safe for use by any number of threads, except for {@link #takeWaiting} and {@link
 * #isWaiting}, which are guarded by the lock of the log.
 */
final class SharedEntries {

    private final MemorySafeLock lock;
    private final LogBuffer ring;
    private final LogWriter writer;
    private final HubTimer timer;

    /** All of these are guarded by the lock. What to call when a round has ended, if the backplane waits for that. */
    private @Nullable Runnable follower;
    private boolean waiting;
    /** Whether a message that was accepted on this node may still come from the shared log. */
    private boolean unsettled;

    SharedEntries(MemorySafeLock lock, LogBuffer ring, LogWriter writer, HubTimer timer) {
        this.lock = lock;
        this.ring = ring;
        this.writer = writer;
        this.timer = timer;
    }

    /**
     * Declares that all entries come from a shared log.
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

    /** {@return whether all entries come from a shared log} Called with the lock held. */
    boolean haveBegun() {
        return follower != null;
    }

    /** Notes that all messages that were accepted on this node have come back, or are given up. */
    void settle() {
        lock.lock();
        try {
            unsettled = false;
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether no message that was accepted on this node is still to come} Called with the lock held. */
    boolean isSettled() {
        return !unsettled;
    }

    /**
     * Appends a record of a shared log, also if the log is sealed.
     *
     * @param except the peers that are not to get it, each once
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

    /** Starts a new run of positions: the next entry follows another position than that of the last entry. */
    void breakOff(Position before) {
        lock.lock();
        try {
            ring.breakOff(before);
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether the backplane waits for the end of a round} */
    boolean isWaiting() {
        return waiting;
    }

    /** {@return what to call, without the lock, now that a round has ended; null if the backplane does not wait} */
    @Nullable Runnable takeWaiting() {
        Runnable awaited = waiting ? follower : null;
        waiting = false;
        return awaited;
    }
}
