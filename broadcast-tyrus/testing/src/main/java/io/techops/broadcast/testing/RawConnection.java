package io.techops.broadcast.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A test's connection to a server: sends exactly the given bytes, and reads HTTP as far as tests need it. Reads fail
 * after {@link TestRun#LIMIT}.
 */
abstract class RawConnection implements AutoCloseable {

    final DataInputStream in;
    private final Socket socket;
    private final OutputStream out;
    private String response = "";

    RawConnection(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout((int) TestRun.LIMIT.toMillis());
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
        out = socket.getOutputStream();
    }

    /** Sends a request and reads the head of the response. */
    public String ask(String request) throws IOException {
        send(request.getBytes(StandardCharsets.ISO_8859_1));
        return readHead();
    }

    /** {@return the head of the next response} */
    public String readHead() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("the response ended after: " + head);
            }
            head.write(next);
        }
        response = head.toString(StandardCharsets.ISO_8859_1);
        return response;
    }

    /** {@return the body of the response whose head was read last} */
    public String readBody() throws IOException {
        String length = response.replaceAll("(?is).*content-length: *(\\d+).*", "$1");
        return new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.UTF_8);
    }

    /** Sends these bytes, also if the server stops reading them: its answer can still be read. */
    public void sendAll(byte[] bytes) throws IOException {
        sendPieces(bytes, Math.max(1, bytes.length));
    }

    /** Sends these bytes in one write. */
    public void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** Sends the bytes in pieces of this size, each with its own write. */
    public void sendPieces(byte[] bytes, int size) throws IOException {
        try {
            for (int from = 0; from < bytes.length; from += size) {
                send(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + size)));
            }
        } catch (SocketException e) {
            // The server has stopped reading: its answer can still be read.
        }
    }

    /** {@return the next bytes, as they come} */
    public byte[] readBytes(int count) throws IOException {
        byte[] bytes = new byte[count];
        in.readFully(bytes);
        return bytes;
    }

    /** {@return whether the server ends the stream; drops all input before the end} */
    public boolean readsEnd() throws IOException {
        try {
            while (in.read() >= 0) {
                // what comes before the end does not matter
            }
            return true;
        } catch (SocketException e) {
            return true;
        }
    }

    /** {@return all that comes before the end of the stream, or before a reset} */
    public byte[] readAll() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
        } catch (SocketException e) {
            // The server has reset the connection: only the input before that counts.
        }
        return all.toByteArray();
    }

    /** {@return whether the server ends the stream without having agreed to a WebSocket} */
    public boolean readsNoUpgrade() throws IOException {
        try {
            return !new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).startsWith("HTTP/1.1 101");
        } catch (SocketException e) {
            return true;
        }
    }

    /** {@return the socket itself} */
    public Socket socket() {
        return socket;
    }

    /** Ends the connection with a reset. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
