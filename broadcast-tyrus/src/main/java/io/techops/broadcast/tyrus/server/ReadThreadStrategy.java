package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.logging.FailureLog;
import java.util.concurrent.Executor;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.IOEvent;
import org.glassfish.grizzly.nio.transport.TCPNIOServerConnection;
import org.glassfish.grizzly.strategies.AbstractIOStrategy;
import org.glassfish.grizzly.strategies.SameThreadIOStrategy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs everything on the selector's thread: a {@link ConnectionProcessor} changes to the pool itself where it has to
 * wait. Anything thrown while a connection is read, also an {@link Error}, ends that connection and nothing else.
 */
@SuppressWarnings("rawtypes") // raw in Grizzly's interface
final class ReadThreadStrategy extends AbstractIOStrategy {

    private static final Logger LOG = LoggerFactory.getLogger(ReadThreadStrategy.class);
    private static final SameThreadIOStrategy SELECTOR = SameThreadIOStrategy.getInstance();

    private final Acceptor acceptor;
    private final FailureLog failures = new FailureLog(LOG);

    ReadThreadStrategy(Acceptor acceptor) {
        this.acceptor = acceptor;
    }

    @Override
    public boolean executeIoEvent(Connection connection, IOEvent event, boolean enabled) {
        if (event == IOEvent.SERVER_ACCEPT) {
            acceptor.accept((TCPNIOServerConnection) connection);
            return true;
        }
        try {
            if (event == IOEvent.READ && connection.getProcessor() instanceof ConnectionProcessor reader) {
                reader.mayRead(); // without the objects that Grizzly would make for a chain of filters
                return true;
            }
            return SELECTOR.executeIoEvent(connection, event, enabled);
        } catch (Throwable thrown) {
            end(connection, thrown);
            return true;
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
        return null;
    }
}
