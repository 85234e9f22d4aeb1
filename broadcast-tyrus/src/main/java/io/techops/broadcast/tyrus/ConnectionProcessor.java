package io.techops.broadcast.tyrus;

import org.glassfish.grizzly.CompletionHandler;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.Context;
import org.glassfish.grizzly.IOEvent;
import org.glassfish.grizzly.Processor;
import org.glassfish.grizzly.ProcessorResult;
import org.glassfish.grizzly.ReadResult;
import org.glassfish.grizzly.WriteResult;
import org.glassfish.grizzly.asyncqueue.MessageCloner;

/**
 * What Grizzly calls when something happens on a connection: the connection itself reads and writes its socket, so
 * Grizzly's own ways to do so are not there.
 */
@SuppressWarnings("rawtypes") // Grizzly's interface has them
abstract class ConnectionProcessor implements Processor<Context> {

    /** Something has happened. Called on the selector's thread, but CLOSED by whoever closes the connection. */
    abstract void event(IOEvent event);

    @Override
    public final ProcessorResult process(Context context) {
        event(context.getIoEvent());
        return ProcessorResult.createComplete();
    }

    @Override
    public final Context obtainContext(Connection connection) {
        Context context = Context.create(connection);
        context.setProcessor(this);
        return context;
    }

    @Override
    public final boolean isInterested(IOEvent event) {
        return true;
    }

    @Override
    public final void setInterested(IOEvent event, boolean interested) {
        throw new UnsupportedOperationException("it is interested in every event");
    }

    private static UnsupportedOperationException notHere() {
        return new UnsupportedOperationException("the connection reads and writes its socket itself");
    }

    @Override
    public final void read(Connection connection, CompletionHandler<ReadResult> handler) {
        throw notHere();
    }

    @Override
    public final void write(Connection connection, Object address, Object message,
            CompletionHandler<WriteResult> handler) {
        throw notHere();
    }

    @Override
    public final void write(Connection connection, Object address, Object message,
            CompletionHandler<WriteResult> handler, MessageCloner cloner) {
        throw notHere();
    }

    @Override
    @SuppressWarnings("deprecation") // the interface has it
    public final void write(Connection connection, Object address, Object message,
            CompletionHandler<WriteResult> handler, org.glassfish.grizzly.asyncqueue.PushBackHandler pushBack) {
        throw notHere();
    }
}
