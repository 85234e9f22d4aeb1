package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.tyrus.hosting.HostedSession;
import java.nio.ByteBuffer;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;

/**
 * A connection of a hosted endpoint's session, after its handshake. It is read on threads of the pool, because the
 * endpoint may wait.
 */
final class HostedProcessor extends ConnectionProcessor {

    private final HostedSession session;

    /** Takes a connection that the selector does not watch. */
    HostedProcessor(NIOConnection connection, HostedSession session) {
        super(connection, false);
        this.session = session;
    }

    /**
     * Opens the session, and reads on. For the thread that owns the connection, which may wait.
     *
     * @param before the bytes that came behind the request, or null
     */
    void begin(@Nullable ByteBuffer before) {
        connection.setProcessor(this);
        if (!connection.isOpen()) {
            closed(); // it was closed before this was set
        }
        session.open();
        read(before);
    }

    private void read(@Nullable ByteBuffer before) {
        if (session.read(before)) {
            watch();
        }
    }

    @Override
    void readable() {
        handOver(() -> read(null));
    }

    @Override
    void closed() {
        session.gone();
    }
}
