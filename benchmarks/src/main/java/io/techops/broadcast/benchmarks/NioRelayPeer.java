package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One connection of {@link NioRelay}: as much of RFC 6455 as it takes. */
final class NioRelayPeer {

    /** What is called with every text frame. */
    @FunctionalInterface
    interface OnText {
        void frame(ByteBuffer masked, int length, int mask);
    }

    private static final String KEY = "sec-websocket-key:";

    private final SocketChannel channel;
    private ByteBuffer left = ByteBuffer.allocate(0);
    private boolean open;
    /** Where the server's list has this peer, or -1. */
    int index = -1;

    NioRelayPeer(SocketChannel channel) {
        this.channel = channel;
    }

    boolean isOpen() {
        return open;
    }

    int write(ByteBuffer bytes) throws IOException {
        return channel.write(bytes);
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone, which is what was asked for.
        }
    }

    /** {@return whether the connection goes on} */
    boolean read(ByteBuffer in, OnText onText) {
        try {
            in.clear().put(left);
            if (channel.read(in) < 0) {
                return false;
            }
            in.flip();
            boolean stays = open || handshake(in);
            while (stays && open && isComplete(in)) {
                stays = frame(in, onText);
            }
            left = in.hasRemaining() ? ByteBuffer.allocate(in.remaining()).put(in).flip() : left.clear().limit(0);
            return stays;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isComplete(ByteBuffer in) {
        if (in.remaining() < 2) {
            return false;
        }
        int header = headerLength(in);
        return in.remaining() >= header && in.remaining() >= header + length(in);
    }

    private static int headerLength(ByteBuffer in) {
        int first = in.get(in.position() + 1) & 0x7f;
        return first < 126 ? 6 : first == 126 ? 8 : 14;
    }

    private static int length(ByteBuffer in) {
        int at = in.position() + 1;
        int first = in.get(at) & 0x7f;
        return first < 126 ? first : first == 126 ? in.getShort(at + 1) & 0xffff : in.getInt(at + 5);
    }

    private boolean frame(ByteBuffer in, OnText onText) throws IOException {
        int opcode = in.get(in.position()) & 0x0f;
        int length = length(in);
        int header = headerLength(in);
        int mask = in.getInt(in.position() + header - 4);
        int end = in.position() + header + length;
        if (opcode == ClientFrames.TEXT) {
            in.position(in.position() + header);
            onText.frame(in, length, mask);
        } else if (opcode == ClientFrames.CLOSE) {
            channel.write(ByteBuffer.wrap(new byte[] {(byte) 0x88, 2, 0x03, (byte) 0xe8}));
            return false;
        }
        in.position(end);
        return true;
    }

    private boolean handshake(ByteBuffer in) throws IOException {
        byte[] head = new byte[in.remaining()];
        in.get(in.position(), head);
        int end = Upgrade.end(head, head.length);
        if (end < 0) {
            return true;
        }
        String text = new String(head, 0, end, StandardCharsets.ISO_8859_1);
        int at = text.toLowerCase(Locale.ROOT).indexOf(KEY);
        if (at < 0) {
            return false;
        }
        String key = text.substring(at + KEY.length(), text.indexOf('\r', at)).strip();
        channel.write(StandardCharsets.US_ASCII.encode("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                + "Connection: Upgrade\r\nSec-WebSocket-Accept: " + Upgrade.accept(key) + "\r\n\r\n"));
        in.position(in.position() + end);
        open = true;
        return true;
    }
}
