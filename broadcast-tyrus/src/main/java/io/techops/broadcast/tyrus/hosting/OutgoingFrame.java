package io.techops.broadcast.tyrus.hosting;

import io.techops.broadcast.tyrus.connection.Deadline;
import java.nio.ByteBuffer;
import org.glassfish.tyrus.spi.CompletionHandler;
import org.glassfish.tyrus.spi.WriterInfo;
import org.glassfish.tyrus.spi.WriterInfo.MessageType;
import org.glassfish.tyrus.spi.WriterInfo.RemoteEndpointType;
import org.jspecify.annotations.Nullable;

/** A frame on its way out, and what has become of it. Guarded by the lock of the session's writer. */
final class OutgoingFrame {

    final ByteBuffer bytes;
    final int length;
    final CompletionHandler<ByteBuffer> handler;
    final @Nullable MessageType type;
    /** Whether its sender waits until it has left. */
    final boolean isWaitedFor;
    final boolean isAsync;
    /** Whether some of it may have left already. */
    boolean begun;
    /** Whether its sender was told what has become of it, or is about to be. */
    boolean told;
    /** When its send timeout is over. */
    @Nullable Deadline deadline;

    /** @param info what Tyrus says of it; null for the answer to a handshake */
    OutgoingFrame(ByteBuffer bytes, CompletionHandler<ByteBuffer> handler, @Nullable WriterInfo info) {
        this.bytes = bytes;
        this.length = bytes.remaining();
        this.handler = handler;
        this.type = info == null ? null : info.getMessageType();
        RemoteEndpointType by = info == null ? null : info.getRemoteEndpointType();
        this.isWaitedFor = by == RemoteEndpointType.BASIC || type == MessageType.CLOSE;
        this.isAsync = by == RemoteEndpointType.ASYNC;
    }
}
