package io.techops.broadcast.tyrus;

import java.io.IOException;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.Grizzly;
import org.glassfish.grizzly.attributes.Attribute;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;

/**
 * The last filter of a connection that was upgraded: what was read goes to its {@link PeerConnection}. While the hub has
 * paused the peer, the read is suspended, and with it Grizzly's interest in the socket: TCP pushes back.
 */
final class FrameFilter extends BaseFilter {

    static final Attribute<PeerConnection> PEER =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(FrameFilter.class.getName() + ".peer");

    @Override
    public NextAction handleRead(FilterChainContext ctx) throws IOException {
        PeerConnection peer = PEER.get(ctx.getConnection());
        Buffer message = ctx.getMessage();
        if (peer == null) {
            message.tryDispose();
            return ctx.getStopAction();
        }
        return deliver(ctx, peer, message);
    }

    /** Reads what was read for a peer, or suspends the read until the peer is resumed. */
    static NextAction deliver(FilterChainContext ctx, PeerConnection peer, Buffer bytes) {
        if (peer.read(bytes.toByteBuffer())) {
            bytes.tryDispose();
            return ctx.getStopAction();
        }
        ctx.suspend();
        peer.onResume(() -> ctx.getConnection().getTransport().getWorkerThreadPool().execute(ctx::resume));
        return ctx.getSuspendAction();
    }

    @Override
    public NextAction handleClose(FilterChainContext ctx) throws IOException {
        PeerConnection peer = PEER.remove(ctx.getConnection());
        if (peer != null) {
            peer.ended();
        }
        return ctx.getStopAction();
    }
}
