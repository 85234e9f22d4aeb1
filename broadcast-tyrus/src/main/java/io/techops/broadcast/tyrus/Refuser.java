package io.techops.broadcast.tyrus;

import io.techops.broadcast.RefusalCause;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.function.Consumer;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.EmptyCompletionHandler;
import org.glassfish.grizzly.Grizzly;
import org.glassfish.grizzly.WriteResult;
import org.glassfish.grizzly.asyncqueue.WritableMessage;
import org.glassfish.grizzly.attributes.Attribute;
import org.glassfish.grizzly.memory.Buffers;
import org.glassfish.grizzly.nio.NIOConnection;
import org.glassfish.grizzly.nio.transport.TCPNIOTransport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers a request that is refused, and then reads on for a moment: closing at once could destroy the answer. Safe for
 * use by any number of threads.
 */
final class Refuser {

    private static final Logger LOG = LoggerFactory.getLogger(Refuser.class);
    private static final Attribute<Boolean> REFUSED =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(Refuser.class.getName() + ".refused");
    /** How long the peer may take to read why it was refused. */
    private static final Duration LINGER = Duration.ofSeconds(1);

    private final SocketWatch watch;
    private final boolean secure;
    private final Consumer<RefusalCause> counter;

    /**
     * @param counter is told of every refusal
     */
    Refuser(SocketWatch watch, boolean secure, Consumer<RefusalCause> counter) {
        this.watch = watch;
        this.secure = secure;
        this.counter = counter;
    }

    /** {@return whether nothing that comes from there matters any more} */
    static boolean hasRefused(Connection<?> connection) {
        return REFUSED.isSet(connection);
    }

    /** Writes the answer, ends the output, and has the connection cut soon. */
    void refuse(NIOConnection connection, Refusal refusal, boolean withBody) {
        connection.write(begin(connection, refusal, withBody),
                new EmptyCompletionHandler<WriteResult<Buffer, SocketAddress>>() {
                    @Override
                    public void completed(WriteResult<Buffer, SocketAddress> result) {
                        if (!secure) { // TLS 1.2 knows no half-closed connection
                            shutdownOutput(connection);
                        }
                    }
                });
    }

    /** Does the same in front of the filter chain, and so of TLS. */
    void refuseInTheClear(NIOConnection connection, Refusal refusal, boolean withBody) {
        ((TCPNIOTransport) connection.getTransport()).getAsyncQueueIO().getWriter().write(connection,
                begin(connection, refusal, withBody),
                new EmptyCompletionHandler<WriteResult<WritableMessage, SocketAddress>>() {
                    @Override
                    public void completed(WriteResult<WritableMessage, SocketAddress> result) {
                        shutdownOutput(connection);
                    }
                });
    }

    private Buffer begin(NIOConnection connection, Refusal refusal, boolean withBody) {
        LOG.debug("Refused a request: {}", refusal.status());
        REFUSED.set(connection, true);
        counter.accept(refusal.cause());
        watch.after(LINGER, connection::terminateSilently);
        return Buffers.wrap(connection.getTransport().getMemoryManager(), refusal.response(withBody));
    }

    /** Cuts a connection that has not said in time what it wants. */
    void cut(Connection<?> connection) {
        LOG.debug("A request was not complete in time");
        counter.accept(RefusalCause.TIMEOUT);
        connection.terminateSilently();
    }

    private static void shutdownOutput(NIOConnection connection) {
        try {
            ((SocketChannel) connection.getChannel()).shutdownOutput();
        } catch (IOException e) {
            LOG.debug("The peer did not wait for its answer: {}", e.toString());
        }
    }
}
