package io.techops.broadcast.engine;

import org.jspecify.annotations.Nullable;

/**
 * The peers of a shard that are writable and have not been given everything, in the order in which they came. They are
 * linked through a field of theirs, so that no step needs memory: one that failed halfway would lose all of them.
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

    /** {@return the one that came first; the others follow by {@link PeerCursor#nextBehind}; null if there is none} */
    @Nullable PeerCursor first() {
        return first;
    }

    /** Adds a peer that is not {@link PeerCursor#behind}; it is from now on. */
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

    /** {@return the one that came first, which there is, and is behind no longer} */
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
