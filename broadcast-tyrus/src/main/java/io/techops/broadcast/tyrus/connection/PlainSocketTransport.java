package io.techops.broadcast.tyrus.connection;

import io.techops.broadcast.tyrus.frame.EncodedBatch;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Straight to and from the non-blocking socket: one system call a batch, nothing allocated.
 */
public final class PlainSocketTransport implements SocketTransport {

    private static final Logger LOG = LoggerFactory.getLogger(PlainSocketTransport.class);
    private static final ThreadLocal<Pieces> PIECES = ThreadLocal.withInitial(Pieces::new);
    /** Reads that drop what has come: 4 MiB in all, as a peer may send as fast as it is read. */
    private static final int MOST_DROPPED = (4 << 20) / SocketReader.LEAST_READ;

    private final NIOConnection connection;
    private final WriteReadiness watch;
    /** What waits for the socket, since it had to wait for the first time. */
    private volatile @Nullable ReadinessThread thread;

    /** What comes, in one buffer after the other: what is kept of it is copied. */
    private static final class Pieces extends SocketReader {
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

        @Override
        public @Nullable ByteBuffer next() {
            return receive(buffer.clear()) ? buffer.flip() : null;
        }
    }

    public PlainSocketTransport(NIOConnection connection, WriteReadiness watch) {
        this.connection = connection;
        this.watch = watch;
    }

    @Override
    public SocketChannel channel() {
        return (SocketChannel) connection.getChannel();
    }

    @Override
    public long write(EncodedBatch batch) throws IOException {
        return batch.writeTo(channel());
    }

    @Override
    public long write(ByteBuffer[] buffers) throws IOException {
        SocketChannel channel = channel();
        return buffers.length == 1 ? channel.write(buffers[0]) : channel.write(buffers);
    }

    @Override
    public void awaitWritable(Runnable then) {
        ReadinessThread mine = thread();
        mine.awaitWritable(channel(), then);
        if (!connection.isOpen()) {
            mine.letGo(channel()); // who closed it may not have known that it waits
        }
    }

    private synchronized ReadinessThread thread() {
        ReadinessThread mine = thread;
        if (mine == null) {
            mine = watch.next();
            thread = mine;
        }
        return mine;
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel().shutdownOutput();
    }

    @Override
    public void finish() {
        // All was said with the end of the output.
    }

    @Override
    public SocketReader reader(int mostAtOnce) {
        return begin(PIECES.get(), mostAtOnce);
    }

    /** Begins a turn of reading. */
    <T extends SocketReader> T begin(T reader, int mostAtOnce) {
        reader.begin(channel(), mostAtOnce);
        return reader;
    }

    @Override
    public void close() {
        connection.terminateSilently();
    }

    @Override
    public SocketTransport clear() {
        return this;
    }

    @Override
    public void abort(boolean delivers) {
        try {
            if (delivers) {
                drop(channel());
            } else {
                lingerNot(channel());
            }
        } catch (IOException e) {
            LOG.debug("The socket is closed already: {}", e.toString());
        } finally { // also if there is no memory
            connection.terminateSilently();
            ended();
        }
    }

    @Override
    public void ended() {
        ReadinessThread mine = thread;
        if (mine != null) {
            mine.letGo(channel());
        }
    }

    /** Drops what has come: the kernel resets a connection that is closed before all was read. */
    private static void drop(SocketChannel channel) throws IOException {
        ByteBuffer dropped = ByteBuffer.allocate(SocketReader.LEAST_READ);
        for (int i = 0; i < MOST_DROPPED && channel.read(dropped.clear()) > 0; i++) {
            // There may be more.
        }
    }

    /** Makes the kernel drop what it still has to send when the channel is closed. */
    private static void lingerNot(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    }
}
