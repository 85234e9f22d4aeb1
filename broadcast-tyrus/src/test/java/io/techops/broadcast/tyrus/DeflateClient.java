package io.techops.broadcast.tyrus;

import io.techops.broadcast.testing.RawClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** A client that speaks {@code permessage-deflate} by the RFC's own words, with the JDK's zlib and nothing of ours. */
final class DeflateClient implements AutoCloseable {

    static final String OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits";
    static final String ANSWER = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
            + "client_no_context_takeover\r\n";
    private static final byte[] TAIL = {0, 0, -1, -1};

    final RawClient raw;

    private DeflateClient(RawClient raw) {
        this.raw = raw;
    }

    static DeflateClient open(Wire wire, BroadcastServer server, String query, String... more) throws IOException {
        return over(wire.connect(server), server.uri().getPath() + query, more);
    }

    /** {@return the client that a connection becomes which has sent nothing yet} */
    static DeflateClient over(RawClient raw, String target, String... more) throws IOException {
        String[] headers = Arrays.copyOf(more, more.length + 1);
        headers[more.length] = OFFER;
        String answer = raw.ask(RawClient.handshake(target, headers));
        if (!answer.startsWith("HTTP/1.1 101 ") || !answer.contains(ANSWER)) {
            throw new IOException("the extension was not accepted: " + answer);
        }
        return new DeflateClient(raw);
    }

    static DeflateClient open(Wire wire, BroadcastServer server) throws IOException {
        return open(wire, server, "");
    }

    /** Sends a whole message in one frame, compressed. */
    DeflateClient sendText(String text) throws IOException {
        raw.send(RawClient.frame(0xC1, deflate(text.getBytes(StandardCharsets.UTF_8))));
        return this;
    }

    /** {@return the next message, which must be in one frame, inflated if it is compressed} */
    String readText() throws IOException, DataFormatException {
        return text(raw.read());
    }

    static String text(RawClient.Frame frame) throws IOException, DataFormatException {
        if (frame.first() == 0x81) {
            return frame.text();
        }
        if (frame.first() != 0xC1) {
            throw new IOException("not a text, but " + Integer.toHexString(frame.first()) + " " + frame.text());
        }
        return new String(inflate(frame.payload()), StandardCharsets.UTF_8);
    }

    /** {@return the payload of a compressed message} */
    static byte[] deflate(byte[] bytes) {
        Deflater deflater = new Deflater(6, true);
        deflater.setInput(bytes);
        byte[] out = new byte[bytes.length + bytes.length / 8 + 64];
        int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return Arrays.copyOf(out, length - TAIL.length);
    }

    static byte[] inflate(byte[] payload) throws DataFormatException {
        Inflater inflater = new Inflater(true);
        byte[] input = Arrays.copyOf(payload, payload.length + TAIL.length);
        System.arraycopy(TAIL, 0, input, payload.length, TAIL.length);
        inflater.setInput(input);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] out = new byte[8 << 10];
        for (int count = inflater.inflate(out); count > 0; count = inflater.inflate(out)) {
            all.write(out, 0, count);
        }
        inflater.end();
        return all.toByteArray();
    }

    @Override
    public void close() throws IOException {
        raw.close();
    }
}
