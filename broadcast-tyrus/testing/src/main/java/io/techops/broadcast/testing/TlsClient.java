package io.techops.broadcast.testing;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

/**
 * A WebSocket client that builds its TLS records itself: it can send them in pieces, together, or broken. Reads fail
 * after {@link TestRun#LIMIT}.
 */
public final class TlsClient implements AutoCloseable {

    private static final int SIZE = 1 << 17;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final SSLEngine engine;
    private final ByteBuffer incoming = ByteBuffer.allocate(SIZE).flip();
    private final ByteBuffer plain = ByteBuffer.allocate(SIZE).flip();

    /** Connects, and shakes hands for TLS alone. */
    public TlsClient(int port, String protocol) throws IOException {
        this(port, protocol, 0);
    }

    /** Connects with a receive buffer of this size in bytes, or of the usual size if it is 0. */
    public TlsClient(int port, String protocol, int receiveBuffer) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) TestRun.LIMIT.toMillis());
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        in = new DataInputStream(socket.getInputStream());
        engine = Tls.context().createSSLEngine("127.0.0.1", port);
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(new String[] {protocol});
        engine.beginHandshake();
        while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> send(records(new byte[0]));
                default -> unwrap();
            }
        }
    }

    /** {@return the engine of the client} */
    public SSLEngine engine() {
        return engine;
    }

    /** {@return the socket below TLS} */
    public Socket socket() {
        return socket;
    }

    /** Shakes hands for a WebSocket. */
    public TlsClient open() throws IOException {
        send(records(request()));
        readHead();
        return this;
    }

    /** {@return the head of a handshake, not encrypted} */
    public static byte[] request() {
        return RawClient.handshake("/").getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Reads the head of a response that must be a 101. */
    public void readHead() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) readByte());
        }
        if (!head.toString().startsWith("HTTP/1.1 101 ")) {
            throw new IOException("the handshake was refused: " + head);
        }
    }

    /** {@return these bytes as records, after anything that TLS itself has to send} */
    public byte[] records(byte[] bytes) throws IOException {
        ByteBuffer from = ByteBuffer.wrap(bytes);
        ByteBuffer to = ByteBuffer.allocate(2 * bytes.length + SIZE);
        do {
            engine.wrap(from, to);
        } while (from.hasRemaining());
        byte[] records = new byte[to.flip().remaining()];
        to.get(records);
        return records;
    }

    /** {@return a frame with a text, in a record} */
    public byte[] text(String text) throws IOException {
        return records(ClientFrames.frame(0x81, text));
    }

    /** {@return a record that changes our keys, and asks the server to change its own} */
    public byte[] newKeys() throws IOException {
        engine.beginHandshake();
        return records(new byte[0]);
    }

    /**
     * {@return one record with this many key updates} Nothing can be sent after it, because the client's keys are not
     * changed.
     */
    public byte[] newKeys(int count) throws IOException, ReflectiveOperationException {
        Object context = field(engine, engine.getClass(), "conContext");
        Object output = field(context, context.getClass(), "outputRecord");
        Method encode = output.getClass().getDeclaredMethod("encodeHandshake", byte[].class, int.class, int.class);
        encode.setAccessible(true);
        byte[] keyUpdate = {24, 0, 0, 1, 0}; // RFC 8446 section 4.6.3
        for (int i = 0; i < count; i++) {
            encode.invoke(output, keyUpdate, 0, keyUpdate.length);
        }
        return records(new byte[0]);
    }

    /** The engine has no method to put more than one handshake message into a record. */
    private static Object field(Object of, Class<?> in, String name) throws ReflectiveOperationException {
        Field field = in.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }

    /** {@return a record that ends our direction} */
    public byte[] closeNotify() throws IOException {
        engine.closeOutbound();
        return records(new byte[0]);
    }

    /** Sends these bytes as they are. */
    public void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** {@return the next byte of plain text} */
    public int readByte() throws IOException {
        while (!plain.hasRemaining()) {
            if (!unwrap()) {
                throw new EOFException("the server has ended the stream");
            }
        }
        return plain.get() & 0xFF;
    }

    /** Reads a record. {@return whether there may be more} */
    private boolean unwrap() throws IOException {
        while (true) {
            plain.compact();
            SSLEngineResult result = engine.unwrap(incoming, plain);
            plain.flip();
            if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                return false;
            }
            if (result.getStatus() == SSLEngineResult.Status.OK) {
                return true;
            }
            int count;
            incoming.compact();
            try {
                count = in.read(incoming.array(), incoming.position(), incoming.remaining());
                incoming.position(incoming.position() + Math.max(0, count));
            } finally {
                incoming.flip();
            }
            if (count < 0) {
                throw new EOFException("the stream ended without a close_notify");
            }
        }
    }

    /** {@return the next frame} */
    public RawClient.Frame read() throws IOException {
        int first = readByte();
        long length = readByte();
        for (int more = length == 127 ? 8 : length == 126 ? 2 : 0, i = 0; i < more; i++) {
            length = (i == 0 ? 0 : length << 8) | readByte();
        }
        byte[] payload = new byte[(int) length];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) readByte();
        }
        return new RawClient.Frame(first, payload);
    }

    /** {@return whether the server ends its direction of TLS, and then of TCP; fails if more data comes} */
    public boolean readsCloseNotifyAndEnd() throws IOException {
        while (unwrap()) {
            if (plain.hasRemaining()) {
                return false;
            }
        }
        return !incoming.hasRemaining() && in.read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
