package io.techops.broadcast.tyrus;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes from one socket in a turn: all of it, as far as that is not more than {@value #MOST_READS} buffers, so
 * that a run of messages wakes the fan-out once and leaves in one write. Owned by a thread, which uses it for one
 * connection after the other.
 */
abstract class Incoming implements PeerConnection.Source {

    /** The size of a buffer, in bytes. */
    static final int BUFFER_BYTES = 64 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(Incoming.class);
    private static final int MOST_READS = 4;

    private @Nullable SocketChannel channel;
    private int left;
    private boolean ended;

    /** Begins a turn. */
    void begin(SocketChannel from) {
        channel = from;
        left = MOST_READS;
        ended = false;
    }

    /** Ends the turn. {@return whether all that will ever come was taken: the stream has ended, or broken} */
    boolean end() {
        channel = null;
        return ended;
    }

    /** Reads the socket. {@return whether anything has come} */
    boolean receive(ByteBuffer buffer) {
        if (left == 0) {
            return false;
        }
        left--;
        try {
            int count = channel.read(buffer);
            ended = count < 0;
            if (count <= 0 || buffer.hasRemaining()) {
                left = 0; // that was all
            }
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
        LOG.debug("A socket broke: {}", e.toString());
        over();
    }
}
