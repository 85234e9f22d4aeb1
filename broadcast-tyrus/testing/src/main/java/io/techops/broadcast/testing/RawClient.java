package io.techops.broadcast.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.SocketFactory;

/**
 * A WebSocket client over a plain socket that sends exactly the bytes that a test gives it, valid or not, and answers
 * neither pings nor close frames by itself. For one thread that reads and one that writes.
 */
public final class RawClient extends RawConnection {

    /** The key of its handshakes, the one of RFC 6455 section 1.3. */
    public static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

    /** The opcode of a text (RFC 6455 section 11.8). */
    public static final int TEXT = 1;
    /** The opcode of a binary message. */
    public static final int BINARY = 2;
    /** The opcode of a close frame. */
    public static final int CLOSE = 8;
    /** The opcode of a ping. */
    public static final int PING = 9;

    private static final int PONG = 0x8A; // with FIN

    private final ByteArrayOutputStream fragments = new ByteArrayOutputStream(); // of the message that has begun
    private int fragmented; // the opcode of that message; 0 if none has begun

    /** A frame as it came from the server. */
    public record Frame(int first, byte[] payload) {

        /** {@return the lower four bits of the first byte} */
        public int opcode() {
            return first & 0x0F;
        }

        /** {@return the payload as UTF-8} */
        public String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        /** {@return the code of a close frame} */
        public int code() {
            return ByteBuffer.wrap(payload).getShort() & 0xFFFF;
        }

        /** {@return the phrase of a close frame} */
        public String phrase() {
            return new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
        }
    }

    private RawClient(Socket socket) throws IOException {
        super(socket);
    }

    /** Connects without a handshake. */
    public static RawClient connect(int port) throws IOException {
        return connect(SocketFactory.getDefault(), port, 0);
    }

    /** Connects without a handshake, with a receive buffer of this size in bytes, or of the usual size if it is 0. */
    public static RawClient connect(int port, int receiveBuffer) throws IOException {
        return connect(SocketFactory.getDefault(), port, receiveBuffer);
    }

    /** Connects without a handshake, with a receive buffer of this size in bytes, or of the usual size if it is 0. */
    public static RawClient connect(SocketFactory factory, int port, int receiveBuffer) throws IOException {
        Socket socket = factory.createSocket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(new InetSocketAddress("127.0.0.1", port), (int) TestRun.LIMIT.toMillis());
        return new RawClient(socket);
    }

    /** Connects without a handshake, from a certain address of this machine. */
    public static RawClient connectFrom(String address, int port) throws IOException {
        return new RawClient(new Socket("127.0.0.1", port, java.net.InetAddress.getByName(address), 0));
    }

    /** Connects and shakes hands. */
    public static RawClient open(URI uri) throws IOException {
        return connect(uri.getPort()).shakeHands(uri.getPath());
    }

    /** Sends a handshake, which must be answered with 101. */
    public RawClient shakeHands(String path) throws IOException {
        String answer = ask(handshake(path));
        if (!answer.startsWith("HTTP/1.1 101 ")) {
            throw new IOException("the handshake was refused: " + answer);
        }
        return this;
    }

    /** {@return the head of a handshake, with more header lines} */
    public static String handshake(String path, String... headers) {
        String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        return "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: " + KEY + "\r\nSec-WebSocket-Version: 13\r\n" + more + "\r\n";
    }

    /** Sends a text in one frame. */
    public RawClient sendText(String text) throws IOException {
        send(frame(0x81, text.getBytes(StandardCharsets.UTF_8)));
        return this;
    }

    /** Sends a binary message in one frame. */
    public RawClient sendBinary(byte[] payload) throws IOException {
        send(frame(0x82, payload));
        return this;
    }

    /** Sends a close frame without a phrase. */
    public void sendClose(int code) throws IOException {
        send(frame(0x88, new byte[] {(byte) (code >> 8), (byte) code}));
    }

    /** {@return a masked frame that begins with the byte {@code first}} */
    public static byte[] frame(int first, byte[] payload) {
        int length = payload.length;
        ByteBuffer frame = ByteBuffer.allocate(14 + length).put((byte) first);
        if (length <= 125) {
            frame.put((byte) (0x80 | length));
        } else if (length <= 0xFFFF) {
            frame.put((byte) (0x80 | 126)).putShort((short) length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(length);
        }
        byte[] mask = {1, 2, 3, 4};
        frame.put(mask);
        for (int i = 0; i < length; i++) {
            frame.put((byte) (payload[i] ^ mask[i % 4]));
        }
        byte[] bytes = new byte[frame.flip().remaining()];
        frame.get(bytes);
        return bytes;
    }

    /** {@return the next frame; throws at the end of the stream} */
    public Frame read() throws IOException {
        int first = in.readUnsignedByte();
        int length = in.readUnsignedByte();
        if (length > 127) {
            throw new IOException("the server has masked a frame: RFC 6455 section 5.1");
        }
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = Math.toIntExact(in.readLong());
        }
        byte[] payload = new byte[length];
        in.readFully(payload);
        return new Frame(first, payload);
    }

    /** {@return the next message, put together from its fragments, or the next control frame} */
    public Frame readMessage() throws IOException {
        while (true) {
            Frame frame = read();
            if (frame.opcode() >= CLOSE) {
                return frame;
            }
            fragmented = Math.max(fragmented, frame.opcode());
            fragments.writeBytes(frame.payload());
            if ((frame.first() & 0x80) != 0) {
                Frame whole = new Frame(0x80 | fragmented, fragments.toByteArray());
                fragmented = 0;
                fragments.reset();
                return whole;
            }
        }
    }

    /** {@return the next message, which must be a text, put together from its fragments; pings are dropped} */
    public String nextText() throws IOException {
        return nextText(false);
    }

    /**
     * {@return the same as {@link #nextText}, but answers pings on the calling thread, so that the peer stays alive}
     */
    public String nextTextAlive() throws IOException {
        return nextText(true);
    }

    private String nextText(boolean answers) throws IOException {
        Frame next = readMessage();
        while (next.opcode() == PING) {
            if (answers) {
                send(frame(PONG, next.payload()));
            }
            next = readMessage();
        }
        if (next.opcode() != TEXT) {
            boolean says = next.opcode() == CLOSE && next.payload().length > 1;
            throw new IOException("not a text, but opcode " + next.opcode()
                    + (says ? ", " + next.code() + " " + next.phrase() : ""));
        }
        return next.text();
    }

    /** {@return whether the server has closed the socket, so that it answers a pong with a reset} */
    public boolean isCut() {
        try {
            send(frame(PONG, new byte[0]));
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** {@return the next frame, which must be a whole text} */
    public String readText() throws IOException {
        Frame frame = read();
        if (frame.first() != 0x81) {
            throw new IOException("not a whole text frame, but " + Integer.toHexString(frame.first()));
        }
        return frame.text();
    }

    /** {@return the next close frame; what comes before it is dropped} */
    public Frame readClose() throws IOException {
        Frame frame = read();
        while (frame.opcode() != CLOSE) {
            frame = read();
        }
        return frame;
    }
}
