package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One peer of the server: shakes hands, takes apart what comes, checks every message. For one thread.
 */
final class LoadPeer implements Loop.Connection, Parser.Found {

    /** What a peer tells the load. */
    interface Owner {
        void opened(LoadPeer peer);

        /** A message has come that is whole, and was due. */
        void got(LoadPeer peer, int publisher, int sequence, long now);

        void ended(LoadPeer peer);
    }

    private static final byte[] NOTHING = new byte[0];
    private static final int NOT_JOINED = -1;
    private static final int MOST_OF_AN_ID = 64;

    private final int number;
    private final Payloads payloads;
    private final Inbox inbox;
    private final Owner owner;
    private final Wire wire;
    private final SelectionKey key;
    private final int[] next;
    private Dialect dialect = Dialect.PLAIN;
    private @Nullable Parser parser;
    private @Nullable Inflation inflation;
    private @Nullable Upgrade upgrade;
    private byte[] left = NOTHING;
    private int leftLength;
    private boolean closing;
    private boolean conflated;
    private boolean returns;
    private byte @Nullable [] lastId;

    LoadPeer(int number, int publishers, Payloads payloads, Inbox inbox, Owner owner, Wire wire, SelectionKey key) {
        this.number = number;
        this.payloads = payloads;
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

    /** Lets messages be left out; the order stays. */
    void conflates() {
        conflated = true;
    }

    /** Keeps the position of the newest message. */
    void keepsId() {
        lastId = NOTHING;
    }

    /** {@return the position of the newest message} */
    String lastId() {
        return new String(Objects.requireNonNull(lastId), StandardCharsets.US_ASCII);
    }

    /** Reads when something comes, or does not. */
    void reads(boolean on) {
        key.interestOps(on ? SelectionKey.OP_READ : 0);
    }

    /** Shakes hands. */
    void upgrade(int port, Dialect speaks) throws IOException {
        upgrade(port, speaks, "/");
    }

    /** Shakes hands for a topic, or at what else is below a path. */
    void upgrade(int port, Dialect speaks, String target) throws IOException {
        dialect = speaks;
        parser = switch (speaks) {
            case EVENTS -> new EventParser(this);
            case SOCKET_IO -> new SocketIoParser(this);
            default -> new FrameParser(speaks == Dialect.NUMBERED, this);
        };
        Upgrade request = new Upgrade(number);
        upgrade = request;
        String more = switch (speaks) {
            case NUMBERED -> Upgrade.NUMBERED;
            case DEFLATED -> Upgrade.DEFLATED;
            default -> "";
        };
        send(speaks == Dialect.EVENTS ? Upgrade.eventStream(port) : request.request(port, target, more));
    }

    /**
     * Shakes hands as a peer that was here before.
     *
     * @param position the one of the last message that it has got
     * @param due the number of the next one
     */
    void comeBack(int port, String position, int due) throws IOException {
        returns = true;
        next[0] = due;
        upgrade(port, Dialect.NUMBERED, "/?last_event_id=" + position);
    }

    void send(ByteBuffer bytes) throws IOException {
        boolean gone = wire.send(bytes);
        key.interestOps(gone ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }

    /** Begins to close the connection; what still comes is not looked at. */
    void close() throws IOException {
        closing = true;
        if (dialect == Dialect.EVENTS) {
            end("closed");
        } else {
            send(ClientFrames.close(Closing.NORMAL));
        }
    }

    /** Frees the socket at once. */
    void abort() {
        key.cancel();
        if (inflation != null) {
            inflation.close();
        }
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
            throw broken(why);
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
            upgrade.check(in, at, dialect);
            if (dialect == Dialect.DEFLATED) {
                inflate(upgrade.keepsContext());
            }
            upgrade = null;
            if (dialect != Dialect.SOCKET_IO) {
                owner.opened(this);
            }
        }
        return Objects.requireNonNull(parser).consume(in, at, length);
    }

    private void inflate(boolean context) {
        FrameParser frames = new FrameParser(false, this);
        inflation = context ? new Inflation(true) : null;
        frames.inflates(context ? Objects.requireNonNull(inflation) : inbox.inflation());
        parser = frames;
    }

    @Override
    public void ping(byte[] payload) throws IOException {
        send(ClientFrames.PONG, payload);
    }

    @Override
    public void joined() {
        owner.opened(this);
    }

    @Override
    public void answer(String text) throws IOException {
        send(ClientFrames.TEXT, text.getBytes(StandardCharsets.US_ASCII));
    }

    private void send(int opcode, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + ClientFrames.MAX_HEADER);
        ClientFrames.put(opcode, payload, number, frame);
        send(frame.flip());
    }

    @Override
    public void event(byte[] in, int at, int length) {
        String event = new String(in, at, length, StandardCharsets.US_ASCII);
        if (!event.startsWith("event: open\n") || returns != event.contains("recovered: true")) {
            throw broken("an event that was not to come: " + event.strip().replace('\n', ' '));
        }
    }

    @Override
    public void message(byte[] in, int at, int length, long now) {
        check(payloads.intact(in, at, length), length);
        take(in, at, now);
    }

    @Override
    public void inflated(Inflation.Inflated message, long now) {
        byte[] bytes = message.bytes();
        if (!message.isIntact()) {
            check(payloads.intact(bytes, 0, bytes.length), bytes.length);
            message.foundIntact();
        }
        take(bytes, 0, now);
    }

    private void check(boolean intact, int length) {
        if (!intact) {
            throw new BrokenDelivery("corrupt: peer " + number + " got " + length + " bytes that no peer sent");
        }
    }

    private void take(byte[] in, int at, long now) {
        int publisher = payloads.publisher(in, at);
        int sequence = payloads.sequence(in, at);
        if (publisher >= next.length) {
            throw new BrokenDelivery("corrupt: peer " + number + " got a message of publisher " + publisher);
        }
        int expected = next[publisher];
        if (sequence != expected && expected != NOT_JOINED && !(conflated && sequence > expected)) {
            throw new BrokenDelivery((sequence > expected ? "lost or reordered" : "duplicated or reordered") + ": peer "
                    + number + " got message " + sequence + " of publisher " + publisher + " instead of " + expected);
        }
        next[publisher] = sequence + 1;
        if (lastId != null) {
            keepId(in, at);
        }
        owner.got(this, publisher, sequence, now);
    }

    /** The headers stand before the payload: {@code id: <position>}, perhaps a key, and an empty line. */
    private void keepId(byte[] in, int payload) {
        int from = Math.max(0, payload - MOST_OF_AN_ID);
        String before = new String(in, from, payload - from, StandardCharsets.ISO_8859_1);
        int id = before.lastIndexOf("id: ") + 4;
        lastId = before.substring(id, before.indexOf('\n', id)).getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public BrokenDelivery broken(String what) {
        return new BrokenDelivery("peer " + number + ": " + what);
    }
}
