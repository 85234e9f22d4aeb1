package io.techops.broadcast.tyrus.connection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.glassfish.grizzly.Grizzly;
import org.glassfish.grizzly.IOEvent;
import org.glassfish.grizzly.attributes.Attribute;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.nio.NIOConnection;

/**
 * How a connection that was upgraded finds its {@link PeerConnection}, and what suspends its reads: while the hub
 * has paused the peer, a read is suspended, and with it Grizzly's interest in the socket, so that TCP pushes back.
 */
public final class FrameFilter {

    public static final Attribute<PeerConnection> PEER =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(FrameFilter.class.getName() + ".peer");

    private FrameFilter() {
    }

    /**
     * Has a peer read what came right behind its request, and then whatever its socket has; nothing is read from the
     * connection until then.
     *
     * @param pieces what came, perhaps nothing
     */
    public static void begin(NIOConnection connection, PeerConnection peer, Queue<ByteBuffer> pieces) {
        if (peer.read(pieces::poll)) {
            try {
                connection.simulateIOEvent(IOEvent.READ); // with TLS, more may be here already
            } catch (IOException e) {
                connection.terminateSilently();
            }
        } else {
            peer.onResume(() -> connection.getTransport().getWorkerThreadPool()
                    .execute(() -> begin(connection, peer, new ArrayDeque<>())));
        }
    }

    /** Suspends the read until the peer is resumed. The filter is then called once more, for what the peer has kept. */
    static NextAction suspend(FilterChainContext ctx, PeerConnection peer) {
        ctx.suspend();
        peer.onResume(() -> ctx.getConnection().getTransport().getWorkerThreadPool().execute(ctx::resume));
        return ctx.getSuspendAction();
    }

    /** Tells the peer of a connection, if it has one, that the socket is closed. */
    static NextAction closed(FilterChainContext ctx) {
        PeerConnection peer = PEER.remove(ctx.getConnection());
        if (peer != null) {
            peer.ended();
        }
        return ctx.getStopAction();
    }
}
