package io.techops.broadcast.engine;

import io.techops.broadcast.GapReason;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Replay;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of the log that the shards use: peers join, rounds begin and end, and peers call their shard. Safe for use
 * by any number of threads.
 */
final class LogRounds {

    /** What a shard gets when it begins a round. */
    static final class RoundStart {
        /** Up to where to read. */
        long head;
        /** The run of positions at the head of the log. */
        @Nullable PositionRun run;
        /** Whether someone waits for room. */
        boolean isAwaited;
        /** The first of the peers that the shard is called for. */
        @Nullable PeerCursor called;
    }

    private final MemorySafeLock lock;
    private final LogBuffer ring;
    private final ShardPositions marks;
    private final RoomGate gate;
    private final LaneWriter sends;
    private final ParkedMessages parked;
    private final SharedEntries shared;
    private final HubTimer timer;

    LogRounds(MemorySafeLock lock, LogBuffer ring, ShardPositions marks, RoomGate gate, LaneWriter sends,
            ParkedMessages parked, SharedEntries shared, HubTimer timer) {
        this.lock = lock;
        this.ring = ring;
        this.marks = marks;
        this.gate = gate;
        this.sends = sends;
        this.parked = parked;
        this.shared = shared;
        this.timer = timer;
    }

    /** {@return whether a shard has no peers} The answer may be one round old. */
    boolean isVacant(int shard) {
        return marks.isVacant(shard);
    }

    /** {@return whether a shard is called for some of its peers} */
    boolean hasCalled(int shard) {
        return marks.hasCalled(shard);
    }

    /** {@return the slot of the oldest entry that is kept} */
    long tail() {
        return ring.tail();
    }

    /**
     * Lets a peer join: it will be given what a replay says, and all that is appended from now on.
     *
     * @param prelude what is to come before the log, to be filled in; null if the peer needs none
     * @param hasSnapshots whether the host gives a snapshot to a peer that does not resume
     * @param onJoin called if the log is not sealed, before the shard can know the peer; under the lock, so it must not
     *     wait for anything
     * @return where the peer begins; null if the log is sealed
     */
    @Nullable ReplayStart join(PeerCursor cursor, Replay replay, @Nullable Prelude prelude, boolean hasSnapshots,
            Runnable onJoin) {
        long now = timer.nanoTime();
        lock.lock();
        try {
            if (gate.isSealed()) {
                return null;
            }
            ReplayStart start = ReplayStart.of(replay, ring, now);
            if (prelude != null && start.gap() == GapReason.FUTURE && shared.haveBegun()) {
                prelude.ahead = replay;
                prelude.otherwise = start;
                prelude.awaitsNode = true;
                cursor.setWritable(false);
            }
            place(cursor, start, prelude, hasSnapshots);
            marks.join(cursor, onJoin);
            if (cursor.prelude != null || start.next() < ring.head()) {
                marks.call(cursor); // so that the round that adopts the peer serves it, or puts it behind
            }
            return start;
        } finally {
            lock.unlock();
        }
    }

    private void place(PeerCursor cursor, ReplayStart start, @Nullable Prelude prelude, boolean hasSnapshots) {
        if (prelude != null) {
            prelude.fill(start, cursor.knowsPositions);
            prelude.unkeyedBelow = start.latestBelow() == 0 ? 0 : ring.unkeyedBefore(start.latestBelow());
            prelude.awaitsSnapshot = hasSnapshots && !start.recovered();
            cursor.prelude = prelude.isOver(start.next()) ? null : prelude;
            if (prelude.awaitsSnapshot) {
                cursor.setWritable(false);
            }
        }
        cursor.unkeyedBefore = ring.unkeyedBefore(start.next());
        cursor.move(start.next(), 0, 0, 0, 0);
        cursor.run = ring.runs().at(cursor.place());
    }

    /**
     * Decides where a peer starts that named a position beyond the head, now that its wait is over: at this position if
     * the log has reached it, otherwise as decided when it joined. For its shard. {@return where it begins}
     */
    ReplayStart decide(PeerCursor cursor, Prelude prelude, Replay replay) {
        long now = timer.nanoTime();
        lock.lock();
        try {
            PositionRuns.Place place = ring.runs().find(replay.position(), ring.head());
            ReplayStart start = prelude.otherwise;
            if (place != null && place.next() <= ring.head()) { // a cursor never moves back
                start = ReplayStart.of(replay, ring, now);
                place(cursor, start, prelude, prelude.awaitsSnapshot);
                passExcluded(cursor);
            }
            prelude.ahead = null;
            return start;
        } finally {
            lock.unlock();
        }
    }

    /** Counts the messages that a peer is excluded from among those that it has passed while it waited. */
    private void passExcluded(PeerCursor cursor) {
        ExcludedMessages mine = cursor.excluded;
        if (mine == null) {
            return;
        }
        long count = mine.evicted;
        long keyed = mine.evictedKeyed;
        for (long slot = ring.tail(); slot < cursor.next; slot++) {
            EntryNotes notes = ring.notes(slot);
            if (notes != null && notes.excludes(mine)) {
                count++;
                keyed += notes.key == null ? 0 : 1;
            }
        }
        cursor.excludedKeyedPassed = keyed;
        cursor.move(cursor.next, 0, 0, count, 0);
    }

    /** Begins a round of a shard: moves the peers that have joined to {@code peers}, and fills in the turn. */
    void begin(int shard, List<PeerCursor> peers, RoundStart turn) {
        lock.lock();
        try {
            turn.called = marks.begin(shard, peers);
            turn.head = sends.readable(ring.head());
            turn.run = ring.runs().newest();
            turn.isAwaited = gate.isAwaited() || !parked.isEmpty() || shared.isWaiting();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends a round of a shard, admits parked messages as far as there is room now, and wakes the waiting publishers.
     *
     * @param vacant whether the shard has no peers left
     * @param offered below what all writable peers of the shard have been offered everything
     * @param graced at most {@code offered}, and the cursor of every peer in its grace
     * @return the parked messages that found room
     */
    List<ParkedMessages.Admitted> end(int shard, boolean vacant, long offered, long graced) {
        long now = timer.nanoTime();
        Runnable awaited = null;
        lock.lock();
        try {
            marks.move(shard, vacant, offered, graced);
            gate.wake();
            awaited = shared.takeWaiting();
            return parked.admit(now);
        } finally {
            lock.unlock();
            if (awaited != null) {
                awaited.run();
            }
        }
    }

    /** Calls a shard for a peer. The caller wakes it. */
    void call(PeerCursor cursor) {
        lock.lock();
        try {
            marks.call(cursor);
        } finally {
            lock.unlock();
        }
    }

    /** Notes that a peer is writable again, so that it loses no broadcast from now on, and calls its shard. */
    void returned(PeerCursor cursor) {
        lock.lock();
        try {
            long place = cursor.place();
            boolean hasKeys = place < cursor.position() && ring.lastForgotten(cursor.excluded) < place;
            if (hasKeys || cursor.isWithin(ring.lastLost(cursor.excluded), ring.head())) {
                marks.returned(cursor);
            } else {
                marks.call(cursor); // it has nothing to lose, or has lost it already
            }
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether all that was accepted is in the log, for every shard to read} */
    boolean isSettled() {
        lock.lock();
        try {
            return parked.isEmpty() && !sends.isLinking() && shared.isSettled();
        } finally {
            lock.unlock();
        }
    }
}
