package io.techops.broadcast.tyrus.hosting;

import io.techops.broadcast.tyrus.connection.Deadline;
import java.nio.ByteBuffer;
import org.glassfish.tyrus.spi.CompletionHandler;
import org.glassfish.tyrus.spi.WriterInfo;
import org.glassfish.tyrus.spi.WriterInfo.MessageType;
import org.glassfish.tyrus.spi.WriterInfo.RemoteEndpointType;
import org.jspecify.annotations.Nullable;

/** A frame to be written, and its state. Guarded by the lock of the session's writer. */
final class OutgoingFrame {

    /** The memory of the objects that represent a waiting frame, those of Tyrus included, as measured on JDK 17. */
    private static final int OBJECT_BYTES = 400;

    final ByteBuffer bytes;
    /** The bytes that it counts with while it waits. */
    final int length;
    final CompletionHandler<ByteBuffer> handler;
    final @Nullable MessageType type;
    /** Whether its sender waits until it is written. */
    final boolean isWaitedFor;
    final boolean isAsync;
    /** Whether a part of it may have been written. */
    boolean begun;
    /** Whether its sender was told the result, or is about to be. */
    boolean told;
    /** The deadline of its send timeout. */
    @Nullable Deadline deadline;

    /** @param info Tyrus's information about the frame; null for the answer to a handshake */
    OutgoingFrame(ByteBuffer bytes, CompletionHandler<ByteBuffer> handler, @Nullable WriterInfo info) {
        this.bytes = bytes;
        this.length = OBJECT_BYTES + bytes.remaining();
        this.handler = handler;
        this.type = info == null ? null : info.getMessageType();
        RemoteEndpointType by = info == null ? null : info.getRemoteEndpointType();
        this.isWaitedFor = by == RemoteEndpointType.BASIC || type == MessageType.CLOSE;
        this.isAsync = by == RemoteEndpointType.ASYNC;
    }
}
