package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import org.jspecify.annotations.Nullable;

/** The bytes from and to one socket, through TLS if there is an engine. For one thread. */
final class Wire {

    /** How much room a read needs at least: a TLS record. */
    static final int ROOM = 1 << 15;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final @Nullable SSLEngine engine;
    private final ByteBuffer encrypted;
    private ByteBuffer pending = NOTHING;

    /**
     * @param channel connected, and blocking if there is an engine, until {@link #handshake} has returned
     */
    Wire(SocketChannel channel, @Nullable SSLEngine engine) {
        this.channel = channel;
        this.engine = engine;
        encrypted = engine == null ? NOTHING : ByteBuffer.allocate(ROOM);
    }

    /** Shakes hands, on a blocking channel. */
    void handshake(SSLEngine tls) throws IOException {
        tls.beginHandshake();
        ByteBuffer none = ByteBuffer.allocate(ROOM);
        while (true) {
            HandshakeStatus status = tls.getHandshakeStatus();
            if (status == HandshakeStatus.NEED_TASK) {
                runTasks(tls);
            } else if (status == HandshakeStatus.NEED_WRAP) {
                ByteBuffer out = ByteBuffer.allocate(ROOM);
                tls.wrap(NOTHING, out);
                channel.write(out.flip());
            } else if (status == HandshakeStatus.NEED_UNWRAP) {
                unwrapOrRead(tls, none);
            } else {
                return;
            }
        }
    }

    private void unwrapOrRead(SSLEngine tls, ByteBuffer target) throws IOException {
        encrypted.flip();
        SSLEngineResult result = tls.unwrap(encrypted, target);
        encrypted.compact();
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW && channel.read(encrypted) < 0) {
            throw new IOException("the server closed the connection during the TLS handshake");
        }
    }

    private static void runTasks(SSLEngine tls) {
        for (Runnable task = tls.getDelegatedTask(); task != null; task = tls.getDelegatedTask()) {
            task.run();
        }
    }

    /**
     * Reads into {@code target}, which has {@link #ROOM}. If less than that is left afterwards, there may be more to
     * read at once.
     *
     * @return how much was read, or -1 at the end
     */
    int read(ByteBuffer target) throws IOException {
        if (engine == null) {
            return channel.read(target);
        }
        int before = target.position();
        while (target.remaining() >= ROOM) {
            int read = channel.read(encrypted);
            encrypted.flip();
            SSLEngineResult result = engine.unwrap(encrypted, target);
            encrypted.compact();
            if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                runTasks(engine);
            }
            if (result.getStatus() == SSLEngineResult.Status.CLOSED || read < 0 && result.bytesConsumed() == 0) {
                return target.position() > before ? target.position() - before : -1;
            }
            if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW && read <= 0) {
                break;
            }
        }
        return target.position() - before;
    }

    /**
     * Sends what remains in {@code source}, now or later.
     *
     * @return whether all of it is gone; if not, {@link #flush} has to be called when the socket is writable
     */
    boolean send(ByteBuffer source) throws IOException {
        ByteBuffer bytes = engine == null ? source : encrypt(engine, source);
        if (!pending.hasRemaining()) {
            channel.write(bytes);
        }
        if (bytes.hasRemaining()) {
            ByteBuffer joined = ByteBuffer.allocate(pending.remaining() + bytes.remaining());
            pending = joined.put(pending).put(bytes).flip();
        }
        return !pending.hasRemaining();
    }

    boolean flush() throws IOException {
        channel.write(pending);
        return !pending.hasRemaining();
    }

    private static ByteBuffer encrypt(SSLEngine tls, ByteBuffer source) throws IOException {
        int records = source.remaining() / 8192 + 2;
        ByteBuffer out = ByteBuffer.allocate(source.remaining() + records * tls.getSession().getPacketBufferSize());
        while (source.hasRemaining()) {
            tls.wrap(source, out);
        }
        return out.flip();
    }
}
