package io.techops.broadcast.tyrus;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.Grizzly;
import org.glassfish.grizzly.attributes.Attribute;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;

/**
 * What the filters of a connection that was upgraded have in common: what was read goes to its {@link PeerConnection}.
 * While the hub has paused the peer, the read is suspended, and with it Grizzly's interest in the socket: TCP pushes
 * back.
 */
final class FrameFilter {

    static final Attribute<PeerConnection> PEER =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(FrameFilter.class.getName() + ".peer");

    private FrameFilter() {
    }

    /** Reads what was read for a peer, or suspends the read until the peer is resumed. */
    static NextAction deliver(FilterChainContext ctx, PeerConnection peer, Buffer bytes) {
        Queue<ByteBuffer> pieces = new ArrayDeque<>();
        if (!peer.isResumed()) { // otherwise it has kept what it had not read of them
            pieces.add(bytes.toByteBuffer());
        }
        if (!peer.read(pieces::poll)) {
            return suspend(ctx, peer);
        }
        bytes.tryDispose();
        return ctx.getStopAction();
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
