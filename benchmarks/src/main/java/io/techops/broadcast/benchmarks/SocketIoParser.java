package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Takes packets of Socket.IO apart, each of which is the text of a frame: the open packet of Engine.IO, its pings, the
 * answer to the connect packet, and events {@code 42["m","<message>"]}. Of what JSON escapes, only the backslash is in
 * a message.
 */
final class SocketIoParser implements Parser, Parser.Found {

    /** Where a connection that has no other transport begins. */
    static final String PATH = "/socket.io/?EIO=4&transport=websocket";

    private static final byte[] HEAD = "42[\"m\",\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TAIL = "\"]".getBytes(StandardCharsets.US_ASCII);

    private final FrameParser frames = new FrameParser(false, this);
    private final Found found;
    private byte[] message = new byte[64];

    SocketIoParser(Found found) {
        this.found = found;
    }

    /** {@return how many bytes an event may have whose message has so many} */
    static int most(int bytes) {
        return HEAD.length + 2 * bytes + TAIL.length;
    }

    /** {@return the event with a message} */
    static byte[] event(byte[] message) {
        return ("42[\"m\",\"" + new String(message, StandardCharsets.US_ASCII).replace("\\", "\\\\") + "\"]")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public int consume(byte[] in, int at, int length) throws IOException {
        return frames.consume(in, at, length);
    }

    @Override
    public void message(byte[] in, int at, int length, long now) throws IOException {
        switch (length == 0 ? 0 : in[at]) {
            case '0' -> found.answer("40");
            case '2' -> found.answer("3");
            default -> {
                if (length > 2 && in[at] == '4' && in[at + 1] == '0') {
                    found.joined();
                } else {
                    event(in, at, length, now);
                }
            }
        }
    }

    private void event(byte[] in, int at, int length, long now) throws IOException {
        if (!has(HEAD, in, at, length) || !has(TAIL, in, at + length - TAIL.length, TAIL.length)) {
            throw broken("not an event: " + new String(in, at, length, StandardCharsets.ISO_8859_1));
        }
        if (message.length < length) {
            message = new byte[length];
        }
        int to = 0;
        for (int from = at + HEAD.length; from < at + length - TAIL.length; from++) {
            from += in[from] == '\\' ? 1 : 0;
            message[to++] = in[from];
        }
        found.message(message, 0, to, now);
    }

    private static boolean has(byte[] part, byte[] in, int at, int length) {
        return length >= part.length && java.util.Arrays.equals(part, 0, part.length, in, at, at + part.length);
    }

    @Override
    public void event(byte[] in, int at, int length) {
        throw broken("an event without a position");
    }

    @Override
    public void ping(byte[] payload) throws IOException {
        found.ping(payload);
    }

    @Override
    public BrokenDelivery broken(String what) {
        return found.broken(what);
    }
}
