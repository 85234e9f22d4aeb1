package io.techops.broadcast.tyrus.connection;

import java.io.IOException;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.nio.NIOConnection;

/**
 * The only filter of a connection after its upgrade: has the peer read the socket itself.
 */
public final class SocketFilter extends BaseFilter {

    @Override
    public NextAction handleRead(FilterChainContext ctx) throws IOException {
        NIOConnection connection = (NIOConnection) ctx.getConnection();
        PeerConnection peer = FrameFilter.PEER.get(connection);
        if (peer == null) {
            return ctx.getStopAction();
        }
        SocketReader reader = peer.reader();
        boolean goesOn;
        boolean ended;
        try {
            goesOn = peer.read(reader);
        } finally {
            ended = reader.end();
        }
        if (!ended) {
            return goesOn ? ctx.getStopAction() : FrameFilter.suspend(ctx, peer);
        }
        if (peer.inputEnded()) {
            return ctx.getStopAction();
        }
        ctx.suspend(); // for good: the end of the stream would be read again and again
        return ctx.getSuspendAction();
    }

    @Override
    public NextAction handleClose(FilterChainContext ctx) throws IOException {
        return FrameFilter.closed(ctx);
    }
}
