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
 * The transport without TLS: reads and writes the non-blocking socket directly, with one system call for a batch and
 * without allocation.
 */
public final class PlainSocketTransport implements SocketTransport {

    private static final Logger LOG = LoggerFactory.getLogger(PlainSocketTransport.class);
    private static final ThreadLocal<Pieces> PIECES = ThreadLocal.withInitial(Pieces::new);
    /** How many reads drop input before a close: 4 MiB in all, as a peer may send as fast as it is read. */
    private static final int MOST_DROPPED = (4 << 20) / SocketReader.LEAST_READ;

    private final NIOConnection connection;
    private final WriteReadiness watch;
    /** The thread that waits for the socket; set at the first wait. */
    private volatile @Nullable ReadinessThread thread;

    /** Input in one reused buffer: the user copies what it keeps. */
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
            mine.letGo(channel()); // the closing thread may not have seen the wait
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
        // The end of the output was enough.
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

    /** Drops the input: the kernel resets a connection that is closed before all input was read. */
    private static void drop(SocketChannel channel) throws IOException {
        ByteBuffer dropped = ByteBuffer.allocate(SocketReader.LEAST_READ);
        for (int i = 0; i < MOST_DROPPED && channel.read(dropped.clear()) > 0; i++) {
            // There may be more input.
        }
    }

    /** Makes the kernel drop what it still has to send when the channel is closed. */
    private static void lingerNot(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    }
}
