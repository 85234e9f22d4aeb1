package io.techops.broadcast.tyrus.connection;

import io.techops.broadcast.tyrus.frame.EncodedBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * What is to be written becomes records in a buffer that threads share, 64 KiB of plain text at a time, and goes to
 * the socket in one call. What the socket does not take is copied, and waits: no more than those records wait for a
 * peer, and nothing else is encrypted meanwhile. The caller is told of plain text only when its records have left, or
 * of a part when a part has; the last byte counts when all have. So the caller comes back with what is encrypted
 * already:
 *
 *     waiting   records that the socket did not take
 *     ahead     how much of the plain text that the caller brings is in them
 */

/**
 * What leaves through TLS. Guarded by this object, because the reading side has things to say as well; its lock is the
 * innermost. No method blocks.
 */
final class TlsOutput {

    private static final Logger LOG = LoggerFactory.getLogger(TlsOutput.class);
    private static final TlsBufferPool BUFFERS = new TlsBufferPool();
    private static final ByteBuffer[] NOTHING = { ByteBuffer.allocate(0) };

    private final SocketTransport socket;
    private final WritableByteChannel channel;
    private final SSLEngine engine;

    /** Guarded by this. */
    private @Nullable ByteBuffer waiting;
    private long ahead;
    private boolean closed;
    /** Whether anything was written for the connection itself: from then on its writer alone waits for the socket. */
    private boolean hasWriter;
    /** Whether records were lost, for want of memory: no other one may follow. */
    private boolean torn;

    /**
     * @param channel takes what it has room for
     */
    TlsOutput(SocketTransport socket, WritableByteChannel channel, SSLEngine engine) {
        this.socket = socket;
        this.channel = channel;
        this.engine = engine;
    }

    /** As {@link SocketTransport#write(EncodedBatch)}. */
    synchronized long write(EncodedBatch batch) throws IOException {
        hasWriter = true;
        if (waiting != null) {
            sendWaiting(); // an answer of TLS itself: nothing of the batch
        }
        return waiting == null ? encrypt(batch.rewound()) : 0;
    }

    /** As {@link SocketTransport#write(ByteBuffer[])}. */
    synchronized long write(ByteBuffer[] buffers) throws IOException {
        hasWriter = true;
        long taken = 0;
        if (waiting != null) {
            taken = sendWaiting();
            skip(buffers, taken);
        }
        if (waiting == null) {
            ByteBuffer[] plain = new ByteBuffer[buffers.length];
            for (int i = 0; i < plain.length; i++) {
                plain[i] = buffers[i].duplicate();
            }
            long left = encrypt(plain);
            skip(buffers, left);
            taken += left;
        }
        return taken;
    }

    private static void skip(ByteBuffer[] buffers, long count) {
        long left = count;
        for (int i = 0; left > 0; i++) {
            int part = (int) Math.min(left, buffers[i].remaining());
            buffers[i].position(buffers[i].position() + part);
            left -= part;
        }
    }

    // With the lock held.

    /** {@return how much of the plain text that is ahead has left} */
    private long sendWaiting() throws IOException {
        int written = channel.write(waiting);
        long left = waiting.hasRemaining() ? Math.max(0, Math.min(written, ahead - 1)) : ahead;
        ahead -= left;
        if (!waiting.hasRemaining()) {
            waiting = null;
        }
        return left;
    }

    /** {@return how much of {@code plain} has left; it goes on to the first short write} */
    private long encrypt(ByteBuffer[] plain) throws IOException {
        if (torn) {
            throw new SSLException("records were lost for want of memory");
        }
        long left = 0;
        ByteBuffer records = BUFFERS.take();
        torn = true; // unless this ends well
        try {
            boolean more = true;
            while (more) {
                long before = remaining(plain);
                more = wrap(plain, records);
                channel.write(records.flip());
                long taken = before - remaining(plain);
                if (records.hasRemaining()) {
                    waiting = ByteBuffer.allocate(records.remaining()).put(records).flip();
                    ahead = taken;
                    torn = false;
                    return left;
                }
                left += taken;
                records.clear();
            }
            torn = false;
        } finally {
            BUFFERS.giveBack(records);
        }
        return left;
    }

    private static long remaining(ByteBuffer[] buffers) {
        long remaining = 0;
        for (ByteBuffer buffer : buffers) {
            remaining += buffer.remaining();
        }
        return remaining;
    }

    /** Fills the buffer with records. {@return whether there is more for another one} */
    private boolean wrap(ByteBuffer[] plain, ByteBuffer records) throws IOException {
        while (true) {
            SSLEngineResult result = engine.wrap(plain, records);
            boolean rest = plain[plain.length - 1].hasRemaining();
            switch (result.getStatus()) {
                case BUFFER_OVERFLOW -> {
                    if (records.position() == 0) {
                        throw new SSLException("a record does not fit into " + records.capacity() + " bytes");
                    }
                    return true;
                }
                case CLOSED -> {
                    drop(plain); // the reading thread ends the connection when all that came before is read
                    return false;
                }
                default -> {
                    boolean answers = result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
                    if (!rest && !answers) {
                        return false;
                    }
                    if (result.bytesProduced() == 0 && result.getHandshakeStatus() != HandshakeStatus.FINISHED) {
                        if (rest) {
                            throw new SSLException("TLS does not go on: " + result.getHandshakeStatus());
                        }
                        return false;
                    }
                }
            }
        }
    }

    private static void drop(ByteBuffer[] plain) {
        for (ByteBuffer buffer : plain) {
            buffer.position(buffer.limit());
        }
    }

    /** Sends what TLS itself has to say, unless something waits. For the reading thread. */
    synchronized void answer() throws IOException {
        if (waiting == null) {
            encrypt(NOTHING);
        }
    }

    /** Sends what the handshake has to say; the client goes on only when it has all of it. */
    synchronized void answerHandshake() throws IOException {
        if (waiting != null && !hasWriter) { // otherwise the writer sends it, and is told how much of its own has left
            sendWaiting();
        }
        answer();
        if (waiting != null && !hasWriter) {
            socket.awaitWritable(() -> {
                try {
                    answerHandshake();
                } catch (IOException e) {
                    LOG.debug("The client did not wait for the handshake: {}", e.toString());
                }
            });
        }
    }

    /** Sends close_notify, and then shuts down the output of the socket. May be called twice. */
    synchronized void close() {
        if (!closed) {
            closed = true;
            engine.closeOutbound();
            end();
        }
    }

    private synchronized void end() {
        try {
            if (waiting != null) {
                sendWaiting();
            }
            answer();
            if (waiting == null) {
                socket.shutdownOutput();
            } else {
                socket.awaitWritable(this::end);
            }
        } catch (IOException e) {
            LOG.debug("The peer did not wait for the end: {}", e.toString());
        }
    }
}
