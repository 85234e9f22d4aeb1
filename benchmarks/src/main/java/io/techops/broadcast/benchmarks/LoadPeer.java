package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One peer of the server: shakes hands, takes frames apart, checks every message. For one thread.
 */
final class LoadPeer implements Loop.Connection {

    /** What a peer tells the load. */
    interface Owner {
        void opened(LoadPeer peer);

        void ended(LoadPeer peer);
    }

    private static final byte[] NOTHING = new byte[0];
    private static final int NOT_JOINED = -1;

    private final int number;
    private final Payloads payloads;
    private final Flights flights;
    private final Inbox inbox;
    private final Owner owner;
    private final Wire wire;
    private final SelectionKey key;
    private @Nullable Upgrade upgrade;
    private final int[] next;
    private byte[] left = NOTHING;
    private int leftLength;
    private byte[] fragments = NOTHING;
    private boolean closing;
    private boolean numbered;

    LoadPeer(int number, int publishers, Payloads payloads, Flights flights, Inbox inbox, Owner owner, Wire wire,
            SelectionKey key) {
        this.number = number;
        this.payloads = payloads;
        this.flights = flights;
        this.inbox = inbox;
        this.owner = owner;
        this.wire = wire;
        this.key = key;
        next = new int[publishers];
        next[0] = NOT_JOINED;
    }

    int number() {
        return number;
    }

    /** {@return which message of {@code publisher} is due next} */
    int next(int publisher) {
        return next[publisher];
    }

    /**
     * @param withPositions whether to ask for the position of each message
     */
    void upgrade(int port, boolean withPositions) throws IOException {
        numbered = withPositions;
        upgrade = new Upgrade(number);
        send(upgrade.request(port, numbered ? Upgrade.NUMBERED : ""));
    }

    void send(ByteBuffer bytes) throws IOException {
        boolean gone = wire.send(bytes);
        key.interestOps(gone ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }

    /** Begins to close the connection; what still comes is not looked at. */
    void close() throws IOException {
        closing = true;
        send(ClientFrames.close(Closing.NORMAL));
    }

    /** Frees the socket at once. */
    void abort() {
        key.cancel();
        try {
            key.channel().close();
        } catch (IOException e) {
            // It is gone, which is what was asked for.
        }
    }

    @Override
    public void ready() {
        try {
            if (key.isWritable() && wire.flush()) {
                key.interestOps(SelectionKey.OP_READ);
            }
            if (key.isReadable()) {
                read();
            }
        } catch (IOException e) {
            end(e.toString());
        }
    }

    private void read() throws IOException {
        do {
            if (!inbox.read(wire, left, leftLength)) {
                end("the server closed the connection"
                        + (upgrade == null ? "" : " instead of answering the handshake"));
                return;
            }
            int used = closing ? inbox.length() : consume(inbox.bytes(), inbox.length());
            keep(inbox.bytes(), used, inbox.length() - used);
        } while (inbox.more());
    }

    private void end(String why) {
        abort();
        if (!closing) {
            throw new BrokenDelivery("peer " + number + ": " + why);
        }
        owner.ended(this);
    }

    private void keep(byte[] in, int from, int length) {
        if (left.length < length) {
            left = new byte[Math.max(length, left.length * 2)];
        }
        System.arraycopy(in, from, left, 0, length);
        leftLength = length;
    }

    private int consume(byte[] in, int length) throws IOException {
        int at = 0;
        if (upgrade != null) {
            at = Upgrade.end(in, length);
            if (at < 0) {
                return 0;
            }
            upgrade.check(in, at);
            upgrade = null;
            owner.opened(this);
        }
        long now = System.nanoTime();
        while (length - at >= 2) {
            int payload = in[at + 1];
            int header = payload < 126 ? 2 : payload == 126 ? 4 : 10;
            if (payload < 0) {
                throw new BrokenDelivery("peer " + number + ": a masked frame from the server");
            }
            if (length - at < header) {
                break;
            }
            if (header > 2) {
                payload = header == 4 ? (in[at + 2] & 0xff) << 8 | in[at + 3] & 0xff
                        : ByteBuffer.wrap(in, at + 6, 4).getInt();
            }
            if (length - at < header + payload) {
                break;
            }
            frame(in[at] & 0xff, in, at + header, payload, now);
            at += header + payload;
        }
        return at;
    }

    private void frame(int first, byte[] in, int at, int length, long now) throws IOException {
        if (first == (0x80 | ClientFrames.TEXT)) {
            payload(in, at, length, now);
            return;
        }
        switch (first & 0x0f) {
            case ClientFrames.TEXT, ClientFrames.CONTINUATION -> {
                byte[] joined = Arrays.copyOf(fragments, fragments.length + length);
                System.arraycopy(in, at, joined, fragments.length, length);
                fragments = joined;
                if ((first & 0x80) != 0) {
                    fragments = NOTHING;
                    payload(joined, 0, joined.length, now);
                }
            }
            case ClientFrames.PING -> {
                ByteBuffer pong = ByteBuffer.allocate(length + ClientFrames.MAX_HEADER);
                ClientFrames.put(ClientFrames.PONG, Arrays.copyOfRange(in, at, at + length), number, pong);
                send(pong.flip());
            }
            case ClientFrames.PONG -> { }
            default -> throw new BrokenDelivery("peer " + number + ": a frame that begins with "
                    + Integer.toHexString(first) + ", of " + length + " bytes");
        }
    }

    private void payload(byte[] in, int at, int length, long now) {
        if (!numbered) {
            message(in, at, length, now);
        } else if (in[at] == 'i') { // the others are events, which precede all messages
            int from = at;
            while (in[from] != '\n' || in[from + 1] != '\n') {
                from++;
            }
            message(in, from + 2, length - (from + 2 - at), now);
        }
    }

    private void message(byte[] in, int at, int length, long now) {
        if (!payloads.intact(in, at, length)) {
            throw new BrokenDelivery("corrupt: peer " + number + " got " + length + " bytes that nobody sent");
        }
        int publisher = payloads.publisher(in, at);
        int sequence = payloads.sequence(in, at);
        if (publisher >= next.length) {
            throw new BrokenDelivery("corrupt: peer " + number + " got a message of publisher " + publisher);
        }
        int expected = next[publisher];
        if (sequence != expected && expected != NOT_JOINED) {
            throw new BrokenDelivery((sequence > expected ? "lost or reordered" : "duplicated or reordered") + ": peer "
                    + number + " got message " + sequence + " of publisher " + publisher + " instead of " + expected);
        }
        next[publisher] = sequence + 1;
        flights.arrived(publisher, sequence, now);
    }
}
