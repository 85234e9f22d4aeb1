package io.techops.broadcast;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/*
 * Invariant, whenever the log's lock is free, for every shard:
 *   graced <= offered <= the cursor of each of its writable peers, and of each peer that has joined and that the shard
 *   has not adopted yet. A shard without any peer has offered NO_LIMIT.
 */

/**
 * How far the shards have got with the log, and so what may be evicted from it. All of it is guarded by the log's lock,
 * but for {@link #isVacant}.
 */
final class Marks {

    private static final long NO_LIMIT = Long.MAX_VALUE;

    /** How far one shard has got. */
    private static final class Mark {
        private long offered = NO_LIMIT;
        private long graced = NO_LIMIT;
        private final List<PeerCursor> joining = new ArrayList<>();
        /** Written under the lock; read without it by those who wonder whether to wake the shard. */
        private volatile boolean vacant = true;
    }

    private final Mark[] marks;

    Marks(int shards) {
        marks = new Mark[shards];
        Arrays.setAll(marks, i -> new Mark());
    }

    /** {@return whether a shard has no peers} Safe without the lock. */
    boolean isVacant(int shard) {
        return marks[shard].vacant;
    }

    /** {@return the slot up to which every shard has offered everything to every writable peer} */
    long hostLimit() {
        long limit = NO_LIMIT;
        for (Mark mark : marks) {
            limit = Math.min(limit, mark.offered);
        }
        return limit;
    }

    /** {@return the slot up to which nobody needs the log, those in their grace included} */
    long peerLimit() {
        long limit = NO_LIMIT;
        for (Mark mark : marks) {
            limit = Math.min(limit, mark.graced);
        }
        return limit;
    }

    /** Takes note of a peer whose cursor is at the head, for its shard to adopt. */
    void join(PeerCursor cursor) {
        Mark mark = marks[cursor.shard];
        mark.joining.add(cursor);
        mark.offered = Math.min(mark.offered, cursor.next);
        mark.graced = Math.min(mark.graced, cursor.next);
        mark.vacant = false;
    }

    /** Moves those who have joined to the shard's own list. */
    void adopt(int shard, List<PeerCursor> peers) {
        List<PeerCursor> joining = marks[shard].joining;
        if (!joining.isEmpty()) {
            peers.addAll(joining);
            joining.clear();
        }
    }

    /** Ends a round of a shard, as {@link Log#end} says. */
    void move(int shard, boolean vacant, long offered, long graced) {
        Mark mark = marks[shard];
        if (vacant && mark.joining.isEmpty()) {
            mark.offered = NO_LIMIT;
            mark.graced = NO_LIMIT;
            mark.vacant = true;
        } else {
            mark.offered = offered;
            mark.graced = graced;
        }
    }
}
