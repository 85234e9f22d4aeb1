package io.techops.broadcast.tyrus.connection;

import io.techops.broadcast.tyrus.frame.EncodedBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * How the bytes of one connection travel: in the clear, or through TLS. Writing is done under the lock of the
 * connection's {@link FrameWriter}, reading by one thread at a time. No method blocks.
 */
public interface SocketTransport {

    /** {@return the channel itself, if it may be written to as well, and is all there is to it; otherwise null} */
    default @Nullable GatheringByteChannel channel() {
        return null;
    }

    /**
     * Writes a batch from its first byte. Only for the thread that the hub gave the batch to.
     *
     * @return how many bytes have left for the socket; the next write begins with those that have not
     * @throws OutOfMemoryError if nothing of the batch was written, or nothing can be written any more
     */
    long write(EncodedBatch batch) throws IOException;

    /**
     * Writes what remains in the buffers, and moves their positions over what has left for the socket.
     *
     * @return how many bytes that are
     */
    long write(ByteBuffer[] buffers) throws IOException;

    /**
     * Calls {@code then} once, on a thread of the watch, when more can be written, or the socket has failed, which the
     * next write will tell. Called after a short write.
     */
    void awaitWritable(Runnable then);

    /** Says that nothing more will be written. What the peer still has to say can be read. */
    void shutdownOutput() throws IOException;

    /** Says so if it could not be said before: nothing that the peer still sends matters. May be called twice. */
    void finish();

    /**
     * {@return what has come} For the reading thread, until it calls {@link SocketReader#end}.
     *
     * @param mostAtOnce the most bytes that are read at once, and so may have to be kept; with TLS at least a record
     */
    SocketReader reader(int mostAtOnce);

    /** Closes the socket; what was written before still leaves. For the reading thread, or when all was said. */
    void close();

    /** {@return the way past TLS, if there is any: this way itself if there is none} */
    SocketTransport clear();

    /**
     * Frees the socket at once. May be called without the lock.
     *
     * @param delivers whether the kernel goes on to send what it has; it drops that if not, and resets the connection
     */
    void abort(boolean delivers);

    /** Waits for the socket no more: it is closed, or about to be. May be called without the lock. */
    void ended();
}
