package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.tyrus.hosting.HostedSession;
import java.nio.ByteBuffer;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;

/**
 * A connection after its handshake, if it is that of a session of a hosted endpoint. It is read on threads of the pool,
 * because the endpoint may wait.
 */
final class HostedProcessor extends ConnectionProcessor {

    private final HostedSession session;

    /** Takes a connection that the selector does not watch. */
    HostedProcessor(NIOConnection connection, HostedSession session) {
        super(connection, false);
        this.session = session;
    }

    /**
     * Opens the session, and goes on to read. For the thread that has the connection, which may wait.
     *
     * @param before what came behind the request, or null
     */
    void begin(@Nullable ByteBuffer before) {
        connection.setProcessor(this);
        if (!connection.isOpen()) {
            closed(); // before there was anyone to tell
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
