package io.techops.broadcast.tyrus.connection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the input of one socket in a turn: all of it, up to {@value #MOST_BYTES} bytes, so that a run of messages wakes
 * the fan-out once and is sent in one write. One read takes no more than a connection may keep when it is paused at the
 * first message of that read. Owned by a thread, which uses it for one connection after the other.
 */
public abstract class SocketReader implements Source {

    /** The size of a buffer, in bytes. */
    public static final int BUFFER_BYTES = 64 << 10;
    /** The most bytes of a turn. */
    static final int MOST_BYTES = 4 * BUFFER_BYTES;

    private static final Logger LOG = LoggerFactory.getLogger(SocketReader.class);
    /** The least that a read may take, in bytes. */
    public static final int LEAST_READ = 8 << 10;

    private @Nullable SocketChannel channel;
    private int most;
    private int left;
    private boolean ended;

    /**
     * {@return the most bytes of one read}
     *
     * @param maxMessageBytes the longest message that a peer may send, in bytes
     */
    static int mostAtOnce(int maxMessageBytes) {
        return Math.max(LEAST_READ, Math.min(maxMessageBytes, BUFFER_BYTES));
    }

    /**
     * Begins a turn.
     *
     * @param mostAtOnce the most bytes of one read
     */
    void begin(SocketChannel from, int mostAtOnce) {
        channel = from;
        most = mostAtOnce;
        left = MOST_BYTES;
        ended = false;
    }

    /** Ends the turn. {@return whether the stream has ended, or broken, and all of it was taken} */
    public boolean end() {
        channel = null;
        return ended;
    }

    /** Reads from the socket, behind what the buffer has already. {@return whether there was any input} */
    boolean receive(ByteBuffer buffer) {
        if (left <= 0) {
            return false;
        }
        int limit = buffer.limit();
        buffer.limit(Math.min(limit, most)); // bytes that were kept before count too
        left -= most;
        try {
            int count = channel.read(buffer);
            ended = count < 0;
            if (count <= 0 || buffer.hasRemaining()) {
                left = 0; // there is no more input
            }
            buffer.limit(limit);
            return count > 0;
        } catch (IOException e) {
            broken(e);
            return false;
        }
    }

    /** Notes that the stream has ended. */
    void over() {
        left = 0;
        ended = true;
    }

    void broken(IOException e) {
        LOG.trace("A socket broke: {}", e.toString());
        over();
    }
}
