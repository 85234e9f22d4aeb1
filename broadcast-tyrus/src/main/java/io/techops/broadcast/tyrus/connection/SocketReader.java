package io.techops.broadcast.tyrus.connection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes from one socket in a turn: all of it, as far as that is not more than {@value #MOST_BYTES} bytes, so that
 * a run of messages wakes the fan-out once and leaves in one write. One read takes no more than a connection may have
 * to keep if it is paused at the first message of it. Owned by a thread, which uses it for one connection after the
 * other.
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
     * @param maxMessageBytes what a peer may send at once
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

    /** Ends the turn. {@return whether all that will ever come was taken: the stream has ended, or broken} */
    public boolean end() {
        channel = null;
        return ended;
    }

    /** Reads the socket, behind what the buffer has already. {@return whether anything has come} */
    boolean receive(ByteBuffer buffer) {
        if (left <= 0) {
            return false;
        }
        int limit = buffer.limit();
        buffer.limit(Math.min(limit, most)); // what was kept from before counts
        left -= most;
        try {
            int count = channel.read(buffer);
            ended = count < 0;
            if (count <= 0 || buffer.hasRemaining()) {
                left = 0; // that was all
            }
            buffer.limit(limit);
            return count > 0;
        } catch (IOException e) {
            broken(e);
            return false;
        }
    }

    /** Nothing more comes. */
    void over() {
        left = 0;
        ended = true;
    }

    void broken(IOException e) {
        LOG.trace("A socket broke: {}", e.toString());
        over();
    }
}
