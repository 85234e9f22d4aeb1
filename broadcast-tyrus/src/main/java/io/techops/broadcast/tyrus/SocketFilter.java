package io.techops.broadcast.tyrus;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only filter of a plain connection after its upgrade: reads the socket itself, and all that has come at once, as
 * far as that is not more than {@value #MOST_PIECES} pieces, so that a run of messages wakes the fan-out once and
 * leaves in one write. Allocates nothing for it: a thread has one buffer, and what is kept of it is copied.
 */
final class SocketFilter extends BaseFilter {

    private static final Logger LOG = LoggerFactory.getLogger(SocketFilter.class);
    private static final int PIECE_BYTES = 64 << 10;
    private static final int MOST_PIECES = 4;
    private static final ThreadLocal<Pieces> PIECES = ThreadLocal.withInitial(Pieces::new);

    /** What comes from one socket in a turn. Owned by its thread. */
    private static final class Pieces implements PeerConnection.Source {
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE_BYTES);
        private @Nullable SocketChannel channel;
        private int left;
        private boolean ended;

        void begin(SocketChannel from) {
            channel = from;
            left = MOST_PIECES;
            ended = false;
        }

        /** {@return whether the stream has ended, or broken} */
        boolean end() {
            channel = null;
            return ended;
        }

        @Override
        public @Nullable ByteBuffer next() {
            if (left == 0) {
                return null;
            }
            left--;
            try {
                int count = channel.read(buffer.clear());
                ended = count < 0;
                if (count <= 0) {
                    left = 0;
                    return null;
                }
            } catch (IOException e) {
                LOG.debug("A socket broke: {}", e.toString());
                ended = true;
                left = 0;
                return null;
            }
            if (buffer.hasRemaining()) {
                left = 0; // that was all
            }
            return buffer.flip();
        }
    }

    @Override
    public NextAction handleRead(FilterChainContext ctx) throws IOException {
        NIOConnection connection = (NIOConnection) ctx.getConnection();
        PeerConnection peer = FrameFilter.PEER.get(connection);
        if (peer == null) {
            return ctx.getStopAction();
        }
        Pieces pieces = PIECES.get();
        pieces.begin((SocketChannel) connection.getChannel());
        boolean goesOn;
        boolean ended;
        try {
            goesOn = peer.read(pieces);
        } finally {
            ended = pieces.end();
        }
        if (ended) {
            connection.terminateSilently();
            return ctx.getStopAction();
        }
        return goesOn ? ctx.getStopAction() : FrameFilter.suspend(ctx, peer);
    }

    @Override
    public NextAction handleClose(FilterChainContext ctx) throws IOException {
        return FrameFilter.closed(ctx);
    }
}
