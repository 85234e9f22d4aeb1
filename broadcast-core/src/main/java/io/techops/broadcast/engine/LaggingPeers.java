package io.techops.broadcast.engine;

import org.jspecify.annotations.Nullable;

/**
 * The peers of a shard that are writable and have not been given everything, in the order in which they were added.
 * They are linked through a field of the cursor, so that no step needs memory: a step that failed halfway would lose
 * all of them.
 */
final class LaggingPeers {

    private @Nullable PeerCursor first;
    private @Nullable PeerCursor last;
    private int size;

    boolean isEmpty() {
        return first == null;
    }

    int size() {
        return size;
    }

    /** {@return the first peer; the others follow by {@link PeerCursor#nextBehind}; null if there is none} */
    @Nullable PeerCursor first() {
        return first;
    }

    /** Adds a peer that is not {@link PeerCursor#behind}, and sets that. */
    void add(PeerCursor cursor) {
        cursor.behind = true;
        if (last == null) {
            first = cursor;
        } else {
            last.nextBehind = cursor;
        }
        last = cursor;
        size++;
    }

    /** Removes the first peer, which must exist. {@return it, no longer behind} */
    PeerCursor poll() {
        PeerCursor cursor = first;
        first = cursor.nextBehind;
        cursor.nextBehind = null;
        cursor.behind = false;
        size--;
        if (first == null) {
            last = null;
        }
        return cursor;
    }
}
