package io.techops.broadcast.engine;

import org.jspecify.annotations.Nullable;

/**
 * The peers that a shard is called for, which it is to serve in its next round. They are linked through a field of
 * theirs, so that no step needs memory. Owned by the shard.
 */
final class CalledPeers {

    private @Nullable PeerCursor first;

    /** Adds a chain of peers, which are {@link PeerCursor#called}, behind those that a round that failed has left. */
    void add(@Nullable PeerCursor chain) {
        PeerCursor last = first;
        if (last == null) {
            first = chain;
            return;
        }
        while (last.nextCalled != null) {
            last = last.nextCalled;
        }
        last.nextCalled = chain;
    }

    /** {@return the next of them, for which the shard may be called again; null if there is none} */
    @Nullable PeerCursor poll() {
        PeerCursor cursor = first;
        if (cursor != null) {
            first = cursor.nextCalled;
            cursor.nextCalled = null;
            cursor.called = false;
        }
        return cursor;
    }
}
