package io.techops.broadcast.tyrus.connection;

import io.techops.broadcast.tyrus.frame.EncodedBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the bytes of one connection, with or without TLS. Writing is done under the lock of the connection's
 * {@link FrameWriter}, reading by one thread at a time. No method blocks.
 */
public interface SocketTransport {

    /** {@return the channel, if it may be written to directly because this transport adds nothing; otherwise null} */
    default @Nullable GatheringByteChannel channel() {
        return null;
    }

    /**
     * Writes a batch from its first byte. Only for the thread that the hub gave the batch to.
     *
     * @return how many bytes the socket has taken; the next write begins with those that it has not
     * @throws OutOfMemoryError if nothing of the batch was written, or nothing can be written any more
     */
    long write(EncodedBatch batch) throws IOException;

    /**
     * Writes what remains in the buffers, and moves their positions over what the socket has taken.
     *
     * @return how many bytes these are
     */
    long write(ByteBuffer[] buffers) throws IOException;

    /**
     * Calls {@code then} once, on a thread of {@link WriteReadiness}, when more can be written, or the socket has
     * failed, which the next write will show. Called after a short write.
     */
    void awaitWritable(Runnable then);

    /** Ends the output. What the peer still sends can be read. */
    void shutdownOutput() throws IOException;

    /**
     * Ends the output if that was put off because the peer might still send: now its input no longer matters. May be
     * called twice.
     */
    void finish();

    /**
     * {@return the input of a turn} For the reading thread, until it calls {@link SocketReader#end}.
     *
     * @param mostAtOnce the most bytes that are read at once, and so may have to be kept; with TLS at least a record
     */
    SocketReader reader(int mostAtOnce);

    /**
     * Closes the socket; what was written before is still sent. For the reading thread, or when both sides are done.
     */
    void close();

    /** {@return the transport below TLS; this one if there is no TLS} */
    SocketTransport clear();

    /**
     * Frees the socket at once. May be called without the lock.
     *
     * @param delivers whether the kernel goes on to send what it has; if not, it drops that and resets the connection
     */
    void abort(boolean delivers);

    /** Stops waiting for the socket, which is closed, or about to be. May be called without the lock. */
    void ended();
}
