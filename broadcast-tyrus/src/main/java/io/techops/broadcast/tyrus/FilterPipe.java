package io.techops.broadcast.tyrus;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.EmptyCompletionHandler;
import org.glassfish.grizzly.WriteResult;
import org.glassfish.grizzly.memory.Buffers;
import org.glassfish.grizzly.nio.NIOConnection;

/**
 * Through the connection's filter chain, where TLS sees the bytes. It takes a piece, because TLS has to encrypt whole
 * records, and is then busy until Grizzly has brought the last of it to the socket: one piece is under way at a time,
 * so that no more than that is encrypted for a peer that does not read, and every piece is a sign that it does.
 */
final class FilterPipe implements Pipe {

    /** The most bytes on their way through the chain: four TLS records. */
    private static final int PIECE = 64 << 10;

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
        return write(batch.view(0));
    }

    @Override
    public long write(ByteBuffer[] buffers) {
        long taken = 0;
        for (ByteBuffer buffer : buffers) {
            while (buffer.hasRemaining() && !busy) {
                int length = Math.min(buffer.remaining(), PIECE);
                ByteBuffer piece = buffer.duplicate();
                piece.limit(piece.position() + length);
                buffer.position(piece.limit());
                taken += length;
                writePiece(piece);
            }
        }
        return taken;
    }

    private void writePiece(ByteBuffer piece) {
        busy = true;
        writing = true;
        connection.write(Buffers.wrap(connection.getTransport().getMemoryManager(), piece),
                new EmptyCompletionHandler<WriteResult<Buffer, SocketAddress>>() {
                    @Override
                    public void completed(WriteResult<Buffer, SocketAddress> result) {
                        done();
                    }

                    @Override
                    public void failed(Throwable cause) {
                        connection.terminateSilently();
                    }
                });
        writing = false; // before we look at busy: whoever completes the write sees this, or we see that it is done
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
        // The pipe is busy then; the completion handler calls flush.
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
