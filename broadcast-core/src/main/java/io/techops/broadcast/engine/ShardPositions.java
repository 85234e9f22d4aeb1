package io.techops.broadcast.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * Invariant, whenever the log's lock is free, for every shard:
 *   graced <= offered <= the place of each of its writable peers (its cursor, or that of what it gets before of what is
 *   kept of keys), and of each peer that has joined and that the shard has not adopted yet. A shard without any peer
 *   has offered NO_LIMIT.
 *
 * A peer is writable from the moment that its transport reports it, which may be during a round that has already passed
 * the peer as not writable. So the report lowers the marks at once, until the end of a round that began later:
 * "returned" is the lowest place of the peers that reported it since the last round began. The same holds for a peer
 * that joins: it may start in the past, and the round that is under way does not know it.
 *
 * A shard is "called" for the peers that need it for another reason than the log: they are linked to each other through
 * a field of the cursor, each once. A shard takes the whole chain when it begins a round. That a peer is writable again
 * and its place in the chain are set in one step under the lock, so that the round that resets "returned" is the one
 * that serves the peer.
 */

/**
 * How far the shards have delivered the log, and so what may be evicted from it; and for which peers they are called.
 * Guarded by the log's lock, except for {@link #isVacant} and {@link #hasCalled}.
 */
final class ShardPositions {

    private static final long NO_LIMIT = Long.MAX_VALUE;

    /** How far one shard has delivered the log. */
    private static final class Mark {
        private long offered = NO_LIMIT;
        private long graced = NO_LIMIT;
        private long returned = NO_LIMIT;
        private final List<PeerCursor> joining = new ArrayList<>();
        /** Written under the lock; read without it to decide whether to wake the shard. */
        private volatile boolean vacant = true;
        private volatile @Nullable PeerCursor called;
    }

    private final Mark[] marks;

    ShardPositions(int shards) {
        marks = new Mark[shards];
        Arrays.setAll(marks, i -> new Mark());
    }

    /** {@return whether a shard has no peers} Safe without the lock. */
    boolean isVacant(int shard) {
        return marks[shard].vacant;
    }

    /** {@return whether a shard is called for a peer} Safe without the lock. */
    boolean hasCalled(int shard) {
        return marks[shard].called != null;
    }

    /** {@return the slot up to which every shard has offered everything to every writable peer} */
    long hostLimit() {
        long limit = NO_LIMIT;
        for (Mark mark : marks) {
            limit = Math.min(limit, mark.offered);
        }
        return limit;
    }

    /** {@return the slot up to which no peer needs the log, not even a peer in its grace} */
    long peerLimit() {
        long limit = NO_LIMIT;
        for (Mark mark : marks) {
            limit = Math.min(limit, mark.graced);
        }
        return limit;
    }

    /**
     * Adds a peer whose cursor is at its start, for its shard to adopt, if {@code onJoin} does not throw.
     */
    void join(PeerCursor cursor, Runnable onJoin) {
        Mark mark = marks[cursor.shard];
        mark.joining.add(cursor);
        try {
            onJoin.run();
        } catch (Throwable noMemory) {
            mark.joining.remove(cursor);
            throw noMemory;
        }
        mark.vacant = false;
        mark.returned = Math.min(mark.returned, cursor.place()); // no eviction has one of its keys given up
        lower(mark, mark.returned);
    }

    private static void lower(Mark mark, long to) {
        mark.offered = Math.min(mark.offered, to);
        mark.graced = Math.min(mark.graced, to);
    }

    /** Calls a shard for one of its peers. */
    void call(PeerCursor cursor) {
        if (!cursor.called) {
            Mark mark = marks[cursor.shard];
            cursor.called = true;
            cursor.nextCalled = mark.called;
            mark.called = cursor;
        }
    }

    /** Notes that a peer is writable again, and calls its shard. */
    void returned(PeerCursor cursor) {
        Mark mark = marks[cursor.shard];
        if (!mark.vacant) {
            mark.returned = Math.min(mark.returned, cursor.place());
            lower(mark, mark.returned);
        }
        call(cursor);
    }

    /**
     * Begins a round of a shard: moves the peers that have joined to the shard's own list.
     *
     * @return the first of the peers that the shard is called for
     */
    @Nullable PeerCursor begin(int shard, List<PeerCursor> peers) {
        Mark mark = marks[shard];
        if (!mark.joining.isEmpty()) {
            peers.addAll(mark.joining);
            mark.joining.clear();
        }
        mark.returned = NO_LIMIT;
        PeerCursor called = mark.called;
        mark.called = null;
        return called;
    }

    /** Ends a round of a shard; see {@link LogRounds#end}. */
    void move(int shard, boolean vacant, long offered, long graced) {
        Mark mark = marks[shard];
        if (vacant && mark.joining.isEmpty()) {
            mark.offered = NO_LIMIT;
            mark.graced = NO_LIMIT;
            mark.vacant = true;
        } else {
            mark.offered = Math.min(offered, mark.returned);
            mark.graced = Math.min(graced, mark.returned);
        }
    }
}
