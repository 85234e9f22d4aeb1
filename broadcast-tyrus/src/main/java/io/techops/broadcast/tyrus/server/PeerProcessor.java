package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.tyrus.connection.PeerConnection;
import java.nio.ByteBuffer;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;

/**
 * A connection of a hub's peer, after its handshake. If the hub calls foreign code for every message, the peer is read
 * on threads of the pool, which may wait. Otherwise it is read on the selector's thread, which saves two changes of
 * threads, and stopping and starting the selector's watch, for every read. While the hub has paused the peer, no thread
 * owns it, so that TCP slows the client down.
 */
final class PeerProcessor extends ConnectionProcessor {

    private final PeerConnection peer;

    /**
     * Takes a connection, before its handshake is answered.
     *
     * @param watched whether the current thread is that of the selector, which watches the socket
     */
    PeerProcessor(NIOConnection connection, boolean watched, PeerConnection peer) {
        super(connection, watched);
        this.peer = peer;
    }

    /**
     * Starts reading. For the thread that owns the connection.
     *
     * @param before the bytes that came behind the request, or null
     * @param hasKept whether there may be more input without reading the socket
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
            case ENDED -> unwatch(); // the selector would report the end of the stream again and again
            case CLOSED -> { }
        }
    }

    @Override
    void closed() {
        peer.ended();
    }
}
