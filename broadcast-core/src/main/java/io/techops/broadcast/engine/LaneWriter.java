package io.techops.broadcast.engine;

import io.techops.broadcast.HubTimer;
import org.jspecify.annotations.Nullable;

/*
 * Room in the lane: the oldest entry is evicted if its receiver is not writable; otherwise the receiver's shard is
 * about to take it. If that does not make room the hub is saturated, and the host waits, or is refused.
 *
 * A message for many is linked to its receivers in several steps, so that no step takes long. Until the last step no
 * shard reads beyond the message's place ("barrier"), and no other addressed message begins: so the messages addressed
 * to a peer are in the order of their places, and all peers see the same order.
 */

/**
 * Puts addressed messages into the lane, and evicts entries to make room for them. Guarded by the lock of the log,
 * except for {@link #send}, which acquires it.
 */
final class LaneWriter {

    /** How many receivers are linked, or entries dropped, in one step under the lock. */
    private static final int STEP = 128;

    private static final long NO_BARRIER = Long.MAX_VALUE;

    /** What a sender is told in addition. Called on its thread, without the lock. */
    interface Sender extends RoomGate.Publisher {
        /**
         * Something was sent to some peers, or others have lost something: wakes the shards that are called for these
         * peers.
         *
         * @param hindered whether all shards may have waited for the send
         */
        void hasSent(boolean hindered);
    }

    private final MemorySafeLock lock;
    private final RoomGate gate;
    private final LogBuffer ring;
    private final AddressedLane lane;
    private final ShardPositions marks;
    private final HubTimer timer;
    private long barrier = NO_BARRIER;

    LaneWriter(MemorySafeLock lock, RoomGate gate, LogBuffer ring, AddressedLane lane, ShardPositions marks,
            HubTimer timer) {
        this.lock = lock;
        this.gate = gate;
        this.ring = ring;
        this.lane = lane;
        this.marks = marks;
        this.timer = timer;
    }

    /** {@return up to where shards may read, at most {@code head}} */
    long readable(long head) {
        return Math.min(head, barrier);
    }

    /** {@return whether a message is linked to some of its receivers, and not to all yet} */
    boolean isLinking() {
        return barrier != NO_BARRIER;
    }

    /** Drops some of the entries for a peer that has gone. {@return whether there may be more} */
    boolean drop(PeerCursor departed) {
        for (int i = 0; i < STEP; i++) {
            if (!lane.take(departed)) {
                return false;
            }
        }
        return true;
    }

    /** Sends a message; see {@link MessageLog#send}. */
    boolean send(Publication message, PeerCursor[] to, RoomWait wait, Sender sender) {
        Sending sending = new Sending(message, to);
        try {
            if (gate.pass(Sending::begin, sending, wait, sender) == RoomGate.REFUSED) {
                return false;
            }
            while (sending.isUnfinished()) {
                if (lock.hasQueuedThreads()) {
                    Thread.yield(); // the lock is not fair
                }
                sending.step();
            }
            return true;
        } finally { // also if there was no memory for all receivers
            sending.giveUp();
            sender.hasSent(to.length > STEP && sending.linked > 0); // other peers may have lost something to make room
        }
    }

    private boolean makeRoom(Publication message, int receivers, long now) {
        while (!lane.hasRoom(message, receivers)) {
            PeerCursor receiver = lane.oldestReceiver();
            boolean lapsed = receiver != null && lane.isOldestExpired(now);
            if (receiver == null || !lapsed && !receiver.departed() && !receiver.isStalled()) {
                return false;
            }
            lane.take(receiver);
            if (!receiver.departed()) {
                if (lapsed) {
                    receiver.lapsedAddressed = receiver.lapsedAddressed + 1;
                } else {
                    receiver.lostAddressed = receiver.lostAddressed + 1;
                }
                marks.call(receiver);
            }
        }
        return true;
    }

    /** A message that is being linked to its receivers. */
    private final class Sending {
        private final Publication message;
        private final PeerCursor[] to;
        private final long now = timer.nanoTime(); // not under the lock
        private AddressedLane.@Nullable Addressed addressed;
        private int linked;

        Sending(Publication message, PeerCursor[] to) {
            this.message = message;
            this.to = to;
        }

        /** Called with the lock held. {@return the message's place; {@link RoomGate#REFUSED} if there is no room} */
        long begin() {
            while (isLinking() && !gate.isSealed()) { // not for long: the other sender waits for nothing
                gate.await(RoomWait.UNLIMITED);
            }
            if (gate.isSealed() || to.length > 0 && !makeRoom(message, to.length, now)) {
                return RoomGate.REFUSED;
            }
            long at = ring.head();
            if (to.length > 0) {
                gate.took();
                addressed = lane.begin(message, at, to.length);
                link();
            }
            return at;
        }

        boolean isUnfinished() {
            return linked < to.length;
        }

        void step() {
            lock.lock();
            try {
                link();
            } finally {
                lock.unlock();
            }
        }

        /** Leaves out the receivers that are not linked yet, so that no barrier remains. */
        void giveUp() {
            if (addressed != null && isUnfinished()) {
                lock.lock();
                try {
                    spareRest();
                    setBarrier(NO_BARRIER);
                } finally {
                    lock.unlock();
                }
            }
        }

        private void spareRest() {
            lane.spare(addressed, to.length - linked);
            linked = to.length;
        }

        private void link() {
            int last = Math.min(to.length, linked + STEP);
            boolean more = last < to.length;
            try {
                for (; linked < last; linked++) {
                    linkNext();
                }
            } finally {
                if (linked < last) { // no memory
                    spareRest();
                    more = false;
                }
                setBarrier(more ? addressed.at : NO_BARRIER);
            }
        }

        private void linkNext() {
            PeerCursor receiver = to[linked];
            if (receiver.departed()) {
                lane.spare(addressed, 1);
            } else {
                lane.link(addressed, receiver);
                marks.call(receiver);
            }
        }

        private void setBarrier(long at) {
            if (barrier != at && to.length > STEP) {
                barrier = at;
                gate.wake();
            }
        }
    }
}
