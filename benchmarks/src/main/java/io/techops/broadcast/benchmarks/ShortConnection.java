package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.nio.channels.SelectionKey;

/**
 * One connection that comes and goes: it shakes hands, as a browser does, sends a close frame, and waits for the
 * server's close frame and for the end of the stream (RFC 6455 section 7.1.1). For one thread.
 */
final class ShortConnection implements Loop.Connection {

    private static final byte[] NOTHING = new byte[0];
    private static final int CLOSE_FRAME = 0x80 | ClientFrames.CLOSE;

    /** What is called when the connection has ended as it should. */
    @FunctionalInterface
    interface OnEnd {
        void ended(ShortConnection connection);
    }

    private final int slot;
    private final long begun;
    private final Closing closing;
    private final Inbox inbox;
    private final OnEnd onEnd;
    private final Wire wire;
    private final SelectionKey key;
    private final Upgrade upgrade;
    private boolean upgraded;
    private byte[] left = NOTHING;

    /**
     * @param slot the number of the connections of which this is one, one after the other
     * @param begun when it began to connect
     */
    ShortConnection(int slot, long begun, Closing closing, Inbox inbox, OnEnd onEnd, Wire wire, SelectionKey key) {
        this.slot = slot;
        this.begun = begun;
        this.closing = closing;
        this.inbox = inbox;
        this.onEnd = onEnd;
        this.wire = wire;
        this.key = key;
        upgrade = new Upgrade(slot);
    }

    int slot() {
        return slot;
    }

    long begun() {
        return begun;
    }

    void upgrade(int port, boolean tls) throws IOException {
        wire.send(upgrade.request(port, "/", "Origin: " + (tls ? "https" : "http") + "://localhost:" + port + "\r\n"
                + "Pragma: no-cache\r\nCache-Control: no-cache\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
                + "Accept-Language: en-US,en;q=0.9\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 "
                + "(KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36\r\n"));
    }

    @Override
    public void ready() {
        try {
            if (inbox.read(wire, left, left.length)) {
                left = consumed();
            } else {
                ended();
            }
        } catch (IOException e) {
            throw new BrokenDelivery("connection: " + e);
        }
    }

    /** {@return what is to be kept, behind which the rest comes} */
    private byte[] consumed() throws IOException {
        int at = 0;
        if (!upgraded) {
            at = Upgrade.end(inbox.bytes(), inbox.length());
            if (at < 0) {
                at = 0;
            } else {
                upgrade.check(inbox.bytes(), at, Dialect.PLAIN);
                upgraded = true;
                wire.send(ClientFrames.close(closing));
            }
        }
        return java.util.Arrays.copyOfRange(inbox.bytes(), at, inbox.length());
    }

    private void ended() throws IOException {
        if (!upgraded || left.length < 2 || (left[0] & 0xff) != CLOSE_FRAME || left.length != 2 + left[1]) {
            throw new BrokenDelivery("the server ended a connection without "
                    + (upgraded ? "a close frame" : "answering the handshake"));
        }
        key.channel().close();
        onEnd.ended(this);
    }
}
