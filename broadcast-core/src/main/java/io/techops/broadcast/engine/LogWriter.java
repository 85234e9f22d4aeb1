package io.techops.broadcast.engine;

import io.techops.broadcast.Message;
import org.jspecify.annotations.Nullable;

/*
 * An append that does not fit evicts from the tail. The host's append evicts as far as every shard has offered
 * everything. A peer's append also spares what a peer in its grace has not taken and would lose; expired entries, and
 * in a log that conflates entries with a newer one of their key, are no loss. If that does not make room the hub is
 * saturated.
 */

/** Puts entries into the ring, and evicts others to make room for them. Guarded by the lock of the log. */
final class LogWriter {

    private final LogBuffer ring;
    private final ShardPositions marks;
    private final RoomGate gate;
    private final boolean excludesSender;

    LogWriter(LogBuffer ring, ShardPositions marks, RoomGate gate, boolean excludesSender) {
        this.ring = ring;
        this.marks = marks;
        this.gate = gate;
        this.excludesSender = excludesSender;
    }

    /** {@return the slot of the next entry} */
    long next() {
        return ring.head();
    }

    /** {@return whether there is room now for a message of the host application} */
    boolean makeRoomForHost(long charge, long now) {
        return makeRoom(charge, marks.hostLimit(), now);
    }

    /** {@return whether there is room now for a message of a peer} */
    boolean makeRoomForPeer(long charge, long now) {
        return makeRoom(charge, marks.peerLimit(), now);
    }

    private boolean makeRoom(long charge, long limit, long now) {
        while (!ring.hasRoom(charge)) {
            if (ring.tail() >= limit && (ring.tail() >= marks.hostLimit() || ring.isTailALoss(now))) {
                return false;
            }
            ring.evict(now);
        }
        while (ring.isTailTooOld(now) && ring.tail() < limit) {
            ring.evict(now);
        }
        return true;
    }

    /**
     * Puts an entry, for which there must be room.
     *
     * @param except the peers that are not to get it, each once
     * @return its slot
     */
    long put(Message message, @Nullable String key, long expiresAt, PeerCursor[] except, long now) {
        return put(message, notes(key, expiresAt, except, now), now);
    }

    /** Puts a peer's message; see {@link #put}. */
    long relay(Message message, @Nullable String key, long expiresAt, PeerCursor from, long now) {
        if (key == null && expiresAt == EntryNotes.NEVER) {
            return put(message, excludesSender ? from.excludedAlone() : null, now);
        }
        ExcludedMessages[] except = excludesSender ? from.excludedAlone().excluded : EntryNotes.EVERYONE;
        return put(message, new EntryNotes(except, key, expiresAt, now), now);
    }

    private long put(Message message, @Nullable EntryNotes notes, long now) {
        gate.took();
        long slot = ring.put(message, notes, now);
        if (notes != null) {
            for (ExcludedMessages each : notes.excluded) {
                each.appended = each.appended + 1;
                each.last = slot;
            }
        }
        return slot;
    }

    private static @Nullable EntryNotes notes(@Nullable String key, long expiresAt, PeerCursor[] except, long now) {
        if (key == null && expiresAt == EntryNotes.NEVER && except.length < 2) {
            return except.length == 0 ? null : except[0].excludedAlone();
        }
        return new EntryNotes(excluded(except), key, expiresAt, now);
    }

    private static ExcludedMessages[] excluded(PeerCursor[] peers) {
        if (peers.length == 0) {
            return EntryNotes.EVERYONE;
        }
        ExcludedMessages[] all = new ExcludedMessages[peers.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = peers[i].excludedAlone().excluded[0];
        }
        return all;
    }
}
