package io.techops.broadcast.engine;

import org.jspecify.annotations.Nullable;

/**
 * The peers for which a shard was called, to be served in its next round. They are linked through a field of the
 * cursor, so that no step needs memory. Owned by the shard.
 */
final class CalledPeers {

    private @Nullable PeerCursor first;

    /** Adds a chain of peers that are {@link PeerCursor#called}, behind those that a failed round has left. */
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

    /** {@return the next peer; null if there is none} From then on the shard may be called for it again. */
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
