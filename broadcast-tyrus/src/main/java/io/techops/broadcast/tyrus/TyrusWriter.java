package io.techops.broadcast.tyrus;

import java.nio.ByteBuffer;
import org.glassfish.tyrus.spi.CompletionHandler;
import org.glassfish.tyrus.spi.Writer;
import org.glassfish.tyrus.spi.WriterInfo;

/**
 * Brings what Tyrus has to say, its close frames, to the one way out. It takes whole frames and completes at
 * once: there is never more than one of each waiting.
 */
final class TyrusWriter extends Writer {

    private final PeerConnection connection;

    TyrusWriter(PeerConnection connection) {
        this.connection = connection;
    }

    @Override
    public void write(ByteBuffer frame, CompletionHandler<ByteBuffer> handler, WriterInfo info) {
        write(frame, handler);
    }

    @Override
    public void write(ByteBuffer frame, CompletionHandler<ByteBuffer> handler) {
        if ((frame.get(frame.position()) & 0x0F) != Frames.CLOSE) {
            handler.failed(new IllegalStateException("messages to a peer go through the hub: use Peer.send"));
            return;
        }
        connection.close(frame);
        handler.completed(frame);
    }

    @Override
    public void close() {
        connection.finish();
    }
}
