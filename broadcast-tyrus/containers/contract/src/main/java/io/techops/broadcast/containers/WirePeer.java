package io.techops.broadcast.containers;

import io.techops.broadcast.testing.TestRun;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A peer over a plain socket that does what it is told and nothing by itself: it answers neither pings nor close
 * frames. Fragments are put together, because some containers split what is long. Reads have
 * the limit of {@link TestRun#LIMIT}.
 */
final class WirePeer implements AutoCloseable {

    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    private static final int FIN = 0x80;
    private static final byte[] MASK = {0x5A, 0x12, 0x77, 0x01};

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    /** A message or a control frame from the server. */
    record Received(int opcode, byte[] payload) {

        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        /** {@return the code of a close frame} */
        int code() {
            return ByteBuffer.wrap(payload).getShort() & 0xFFFF;
        }

        /** {@return the phrase of a close frame} */
        String phrase() {
            return new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
        }
    }

    private WirePeer(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
        this.out = socket.getOutputStream();
    }

    /** Connects, with a receive buffer of the given size unless it is 0. */
    static WirePeer connect(URI uri, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) TestRun.LIMIT.toMillis());
        socket.connect(new InetSocketAddress("127.0.0.1", uri.getPort()), 5_000);
        return new WirePeer(socket);
    }

    /** {@return the status line of the answer} */
    String shakeHands(URI uri) throws IOException {
        return shakeHands(uri, uri.getPath());
    }

    /** {@return the status line of the answer} */
    String shakeHands(URI uri, String path) throws IOException {
        write(("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + uri.getPort()
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        String status = readLine();
        while (!readLine().isEmpty()) {
            // the other headers do not matter
        }
        return status;
    }

    private String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.readUnsignedByte(); next != '\n'; next = in.readUnsignedByte()) {
            line.write(next);
        }
        return line.toString(StandardCharsets.ISO_8859_1).strip();
    }

    WirePeer send(String text) throws IOException {
        frame(true, TEXT, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    WirePeer send(byte[] payload) throws IOException {
        frame(true, BINARY, payload);
        return this;
    }

    void close(int code) throws IOException {
        frame(true, CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
    }

    /** Sends a masked frame. */
    void frame(boolean last, int opcode, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length);
        frame.put((byte) ((last ? FIN : 0) | opcode));
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length < 1 << 16) {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        frame.put(MASK);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ MASK[i & 3]));
        }
        byte[] bytes = new byte[frame.flip().remaining()];
        frame.get(bytes);
        write(bytes);
    }

    private void write(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** {@return the next message or control frame} */
    Received read() throws IOException {
        int opcode = 0;
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        while (true) {
            int first = in.readUnsignedByte();
            long length = in.readUnsignedByte();
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = in.readLong();
            }
            byte[] part = new byte[Math.toIntExact(length)];
            in.readFully(part);
            if ((first & 0x0F) >= CLOSE) {
                return new Received(first & 0x0F, part);
            }
            opcode = opcode == 0 ? first & 0x0F : opcode;
            payload.writeBytes(part);
            if ((first & FIN) != 0) {
                return new Received(opcode, payload.toByteArray());
            }
        }
    }

    /** {@return the next text; pings are dropped} */
    String text() throws IOException {
        Received next = read();
        while (next.opcode() == PING) {
            next = read();
        }
        if (next.opcode() != TEXT) {
            throw new IOException("not a text: " + next);
        }
        return next.text();
    }

    /** {@return the next close frame; what comes before it is dropped} */
    Received closeFrame() throws IOException {
        Received next = read();
        while (next.opcode() != CLOSE) {
            next = read();
        }
        return next;
    }

    /**
     * {@return whether the server has let go of the connection, so that what is sent there is answered with a reset}
     */
    boolean isCut() {
        try {
            frame(true, PONG, new byte[0]);
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Says that nothing more comes, without a close frame. */
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Ends the connection with a reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
