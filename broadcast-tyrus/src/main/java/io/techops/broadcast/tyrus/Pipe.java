package io.techops.broadcast.tyrus;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Where the bytes of one connection go: straight to the socket, or through TLS. Used under the lock of its
 * {@link Outbound}. No method blocks.
 */
interface Pipe {

    /** {@return the channel itself, if it may be written to as well, and is all there is to it; otherwise null} */
    default @Nullable GatheringByteChannel channel() {
        return null;
    }

    /**
     * Writes a batch from its first byte. Only for the thread that the hub gave the batch to.
     *
     * @return how many bytes were taken
     */
    long write(WireBatch batch) throws IOException;

    /**
     * Writes what remains in the buffers.
     *
     * @return how many bytes were taken
     */
    long write(ByteBuffer[] buffers) throws IOException;

    /**
     * {@return whether nothing can be written now, although all that was written has been taken} What was taken must
     * not change until then.
     */
    boolean busy();

    /** Sees to it that {@link Outbound#flush} is called when more can be written. Called after a short write. */
    void awaitWritable();

    /** Says that nothing more will be written. */
    void shutdownOutput() throws IOException;

    /** Frees the socket at once. May be called without the lock. */
    void abort();

    /** Waits for the socket no more: it is closed, or about to be. May be called without the lock. */
    void ended();
}
