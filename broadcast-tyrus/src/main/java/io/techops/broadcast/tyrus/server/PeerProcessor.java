package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.tyrus.connection.PeerConnection;
import java.nio.ByteBuffer;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;

/**
 * A connection after its handshake, if it is a hub's peer. A peer of a hub that calls foreign code for every message is
 * read on threads of the pool, which may wait; others where the selector found them, which saves two changes of
 * threads, and the selector's work to stop and begin watching, for every read. While the hub has paused the peer, no
 * thread has it, so that TCP pushes back.
 */
final class PeerProcessor extends ConnectionProcessor {

    private final PeerConnection peer;

    /**
     * Takes a connection, before its handshake is answered.
     *
     * @param watched whether this is the selector's thread, which watches the socket
     */
    PeerProcessor(NIOConnection connection, boolean watched, PeerConnection peer) {
        super(connection, watched);
        this.peer = peer;
    }

    /**
     * Begins to read. For the thread that has the connection.
     *
     * @param before what came behind the request, or null
     * @param hasKept whether there may be more to read before more comes from the socket
     */
    void begin(@Nullable ByteBuffer before, boolean hasKept) {
        if (before == null && !hasKept) {
            watch();
        } else if (isWatched() && peer.mayBlock()) {
            handOver(() -> read(before));
        } else {
            read(before);
        }
    }

    @Override
    void readable() {
        if (peer.mayBlock()) {
            handOver(() -> read(null));
        } else {
            read(null);
        }
    }

    private void read(@Nullable ByteBuffer before) {
        switch (peer.read(before)) {
            case GOES_ON -> watch();
            case PAUSED -> {
                unwatch();
                peer.onResume(() -> handOver(() -> read(null)));
            }
            case ENDED -> unwatch(); // the end of the stream would be read again and again
            case CLOSED -> { }
        }
    }

    @Override
    void closed() {
        peer.ended();
    }
}
