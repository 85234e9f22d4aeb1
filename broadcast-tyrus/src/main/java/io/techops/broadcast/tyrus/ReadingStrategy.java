package io.techops.broadcast.tyrus;

import java.io.IOException;
import java.util.concurrent.Executor;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.IOEvent;
import org.glassfish.grizzly.IOStrategy;
import org.glassfish.grizzly.Transport;
import org.glassfish.grizzly.strategies.SameThreadIOStrategy;
import org.glassfish.grizzly.strategies.WorkerThreadIOStrategy;
import org.glassfish.grizzly.threadpool.ThreadPoolConfig;

/**
 * On which thread a connection is read. Peers of a hub that calls foreign code for every message have threads to wait
 * on; requests, and the frames of other peers, are read where the selector found
 * them, which saves two changes of threads, and the selector's work to stop and begin watching, for every read.
 */
@SuppressWarnings("rawtypes") // Grizzly's interface has them
final class ReadingStrategy implements IOStrategy {

    private static final IOStrategy SELECTOR = SameThreadIOStrategy.getInstance();
    private static final IOStrategy READER = WorkerThreadIOStrategy.getInstance();

    private static IOStrategy of(Connection<?> connection, IOEvent event) {
        if (connection.getProcessor() instanceof HttpConnection) {
            return SELECTOR; // it goes to the pool itself, where it has to
        }
        PeerConnection peer = event == IOEvent.READ ? FrameFilter.PEER.get(connection) : null;
        return peer == null || peer.mayBlock() ? READER : SELECTOR;
    }

    @Override
    public boolean executeIoEvent(Connection connection, IOEvent event) throws IOException {
        return of(connection, event).executeIoEvent(connection, event);
    }

    @Override
    public boolean executeIoEvent(Connection connection, IOEvent event, boolean enabled) throws IOException {
        return of(connection, event).executeIoEvent(connection, event, enabled);
    }

    @Override
    public Executor getThreadPoolFor(Connection connection, IOEvent event) {
        return of(connection, event).getThreadPoolFor(connection, event);
    }

    @Override
    public ThreadPoolConfig createDefaultWorkerPoolConfig(Transport transport) {
        return READER.createDefaultWorkerPoolConfig(transport);
    }
}
