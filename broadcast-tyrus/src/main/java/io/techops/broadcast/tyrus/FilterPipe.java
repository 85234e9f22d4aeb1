package io.techops.broadcast.tyrus;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.EmptyCompletionHandler;
import org.glassfish.grizzly.WriteResult;
import org.glassfish.grizzly.memory.Buffers;
import org.glassfish.grizzly.memory.MemoryManager;
import org.glassfish.grizzly.nio.NIOConnection;

/**
 * Through the connection's filter chain, where TLS sees the bytes. It takes everything, because TLS has to encrypt whole
 * records, and is then busy until Grizzly has brought the last of it to the socket: one write is under way at a time.
 */
final class FilterPipe implements Pipe {

    private final NIOConnection connection;
    private final Runnable flush;

    /** Read under the lock of the outbound side; reset by whatever thread completes the write. */
    private volatile boolean busy;
    private volatile boolean writing;

    /**
     * @param flush called when the last write has left, on the thread that found out
     */
    FilterPipe(NIOConnection connection, Runnable flush) {
        this.connection = connection;
        this.flush = flush;
    }

    @Override
    public long write(WireBatch batch) {
        write(batch.view(0));
        return batch.length();
    }

    @Override
    public long write(ByteBuffer[] buffers) {
        long length = 0;
        Buffer message = null;
        MemoryManager<?> memory = connection.getTransport().getMemoryManager();
        for (ByteBuffer buffer : buffers) {
            length += buffer.remaining();
            message = Buffers.appendBuffers(memory, message, Buffers.wrap(memory, buffer.duplicate()));
            buffer.position(buffer.limit());
        }
        busy = true;
        writing = true;
        connection.write(message, new EmptyCompletionHandler<WriteResult<Buffer, SocketAddress>>() {
            @Override
            public void completed(WriteResult<Buffer, SocketAddress> result) {
                done();
            }

            @Override
            public void failed(Throwable cause) {
                connection.terminateSilently();
            }
        });
        writing = false;
        return length;
    }

    private void done() {
        busy = false;
        if (!writing) {
            flush.run();
        }
    }

    @Override
    public boolean busy() {
        return busy;
    }

    @Override
    public void awaitWritable() {
        // A write takes everything; the completion handler calls flush.
    }

    @Override
    public void shutdownOutput() {
        // TLS 1.2 knows no half-closed connection: the end of the connection follows the close frame of the peer.
    }

    @Override
    public void abort() {
        ChannelPipe.lingerNot((SocketChannel) connection.getChannel());
        connection.terminateSilently();
    }

    @Override
    public void ended() {
        // Nothing waits for the socket but Grizzly itself.
    }
}
