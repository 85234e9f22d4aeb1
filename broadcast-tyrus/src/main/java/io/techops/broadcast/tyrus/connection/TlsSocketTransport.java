package io.techops.broadcast.tyrus.connection;

import io.techops.broadcast.tyrus.frame.EncodedBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.Principal;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;

/*
 * In: see TlsInput. Out: see TlsOutput.
 *
 * Handshake: its computations take milliseconds, and may call key and trust managers of the host. So reading stops
 * there until a thread that may wait has called compute(); see TlsInput.
 *
 * End: with TLS 1.3 the two directions end one by one, as with TCP. With TLS 1.2 a peer that reads our close_notify
 * must drop what it still wanted to send (RFC 5246 section 7.2.1), perhaps the close frame that answers ours; so our
 * close_notify is sent only when the peer's input is over.
 */

/**
 * The transport with TLS, from the first byte of a connection.
 */
public final class TlsSocketTransport implements SocketTransport {

    private static final ThreadLocal<TlsReader> READERS = ThreadLocal.withInitial(TlsReader::new);

    private final PlainSocketTransport socket;
    private final SSLEngine engine;
    private final TlsOutput out;
    /** Owned by the reading thread. */
    private final TlsInput in;

    /**
     * @param engine in server mode, with a handshake that has not begun
     */
    public TlsSocketTransport(PlainSocketTransport socket, NIOConnection connection, SSLEngine engine)
            throws SSLException {
        this.socket = socket;
        this.engine = engine;
        this.out = new TlsOutput(socket, (SocketChannel) connection.getChannel(), engine);
        this.in = new TlsInput(out, engine);
        engine.beginHandshake();
    }

    // The handshake. For the reading thread.

    /** {@return whether reading goes on only after {@link #compute}} */
    public boolean mustCompute() {
        return in.mustCompute();
    }

    /** Does the computations of the handshake, and sends their results; may wait for the host's key managers. */
    public void compute() {
        in.compute();
    }

    /** {@return the beginning of the client's input if that was not TLS; otherwise null} */
    public @Nullable String saidInTheClear() {
        return in.saidInTheClear();
    }

    /** {@return whether there may be more to read, or the end, before more comes from the socket} */
    public boolean hasKept() {
        return in.hasKept();
    }

    /** {@return the subject of the client's certificate, or null if it sent none} */
    public @Nullable Principal principal() {
        try {
            return engine.getSession().getPeerPrincipal();
        } catch (SSLPeerUnverifiedException e) {
            return null; // the client sent no certificate
        }
    }

    // Writing.

    @Override
    public long write(EncodedBatch batch) throws IOException {
        return out.write(batch);
    }

    @Override
    public long write(ByteBuffer[] buffers) throws IOException {
        return out.write(buffers);
    }

    // The reading side.

    @Override
    public SocketReader reader(int mostAtOnce) {
        return socket.begin(READERS.get(), Math.max(mostAtOnce, TlsInput.MOST_RECORD_BYTES))
                .begin(in);
    }

    // The end.

    @Override
    public void awaitWritable(Runnable then) {
        socket.awaitWritable(then);
    }

    @Override
    public void shutdownOutput() throws IOException {
        if (engine.getSession().getProtocol().equals("TLSv1.3")) {
            finish();
        }
    }

    @Override
    public void finish() {
        out.close();
    }

    @Override
    public SocketTransport clear() {
        return socket;
    }

    @Override
    public void close() {
        finish();
        socket.close();
    }

    @Override
    public void abort(boolean delivers) {
        try {
            if (delivers) {
                finish();
            }
        } finally { // also if there is no memory
            socket.abort(delivers);
        }
    }

    @Override
    public void ended() {
        socket.ended();
    }
}
