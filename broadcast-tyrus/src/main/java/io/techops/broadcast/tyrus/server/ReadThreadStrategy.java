package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.logging.FailureLog;
import io.techops.broadcast.tyrus.connection.FrameFilter;
import io.techops.broadcast.tyrus.connection.PeerConnection;
import java.util.concurrent.Executor;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.IOEvent;
import org.glassfish.grizzly.nio.transport.TCPNIOServerConnection;
import org.glassfish.grizzly.strategies.AbstractIOStrategy;
import org.glassfish.grizzly.strategies.SameThreadIOStrategy;
import org.glassfish.grizzly.strategies.WorkerThreadIOStrategy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On which thread a connection is read. Peers of a hub that calls foreign code for every message have threads to wait
 * on; requests, and the frames of other peers, are read where the selector found them, which saves two changes of
 * threads, and the selector's work to stop and begin watching, for every read.
 *
 * <p>Whatever is thrown while a connection is read, an {@link Error} too, ends that connection and nothing else.
 */
@SuppressWarnings("rawtypes") // Grizzly's interface has them
final class ReadThreadStrategy extends AbstractIOStrategy {

    private static final Logger LOG = LoggerFactory.getLogger(ReadThreadStrategy.class);
    private static final SameThreadIOStrategy SELECTOR = SameThreadIOStrategy.getInstance();
    private static final WorkerThreadIOStrategy READER = WorkerThreadIOStrategy.getInstance();

    private final Acceptor acceptor;
    private final FailureLog failures = new FailureLog(LOG);

    ReadThreadStrategy(Acceptor acceptor) {
        this.acceptor = acceptor;
    }

    private static boolean mayBlock(Connection<?> connection, IOEvent event) {
        if (connection.getProcessor() instanceof ConnectionProcessor) {
            return false; // it goes to the pool itself, where it has to
        }
        PeerConnection peer = event == IOEvent.READ ? FrameFilter.PEER.get(connection) : null;
        return peer == null || peer.mayBlock();
    }

    @Override
    public boolean executeIoEvent(Connection connection, IOEvent event, boolean enabled) {
        if (event == IOEvent.SERVER_ACCEPT) {
            acceptor.accept((TCPNIOServerConnection) connection);
            return true;
        }
        try {
            if (!mayBlock(connection, event)) {
                return SELECTOR.executeIoEvent(connection, event, enabled);
            }
            if (enabled) {
                connection.disableIOEvent(event);
            }
            Executor readers = READER.getThreadPoolFor(connection, event);
            if (readers == null) {
                fire(connection, event);
            } else {
                readers.execute(() -> fire(connection, event));
            }
        } catch (Throwable thrown) {
            end(connection, thrown);
        }
        return true;
    }

    private void fire(Connection<?> connection, IOEvent event) {
        try {
            connection.getTransport().fireIOEvent(event, connection, ENABLE_INTEREST_LIFECYCLE_LISTENER);
        } catch (Throwable thrown) {
            end(connection, thrown);
        }
    }

    private void end(Connection<?> connection, Throwable thrown) {
        failures.warn("A connection could not be served, and is closed", thrown);
        try {
            connection.terminateSilently();
        } catch (Throwable again) {
            failures.warn("A connection could not be closed", again);
        }
    }

    @Override
    public @Nullable Executor getThreadPoolFor(Connection connection, IOEvent event) {
        return mayBlock(connection, event) ? READER.getThreadPoolFor(connection, event) : null;
    }
}
