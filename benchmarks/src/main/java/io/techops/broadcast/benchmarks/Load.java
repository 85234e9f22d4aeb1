package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * All peers of the server, on one thread, and {@linkplain BackgroundLoad those in the background} on another.
 *
 * <p>A window begins and ends with nothing under way, so that what the server spent on it and what arrived in it are
 * the same messages. Without a fixed rate a publisher sends the next message when one of his has reached every peer, as
 * many in one write as have; with one, he sends when it is time, and the time that a message takes counts from when it
 * was due, so that a server that falls behind does not hide it.
 */
final class Load implements LoadPeer.Owner, AutoCloseable {

    /** Below the shortest backlog that any of the servers listens with. */
    private static final int HANDSHAKES_AT_ONCE = 32;
    private static final long STUCK = Duration.ofSeconds(10).toNanos();
    private static final long PROBE = Duration.ofMillis(500).toNanos();
    private static final int MOST_UNDER_WAY_AT_FIXED_RATE = 4096;
    private static final Duration CLOSING = Duration.ofSeconds(2);
    private static final int HISTORY_AT_ONCE = 50;

    private final LoadSpec spec;
    private final Traffic traffic;
    private final Placement placement;
    private final Loop loop;
    private final Inbox inbox = new Inbox();
    private final Payloads payloads;
    private final PendingMessages pending;
    private final LoadPeer[] peers;
    private final BackgroundLoad background;
    private final Publisher publisher;
    private int started;
    private int open;
    private int ended;
    private String phase = "connecting";

    /**
     * @param tls trusts the server
     */
    Load(LoadSpec spec, @Nullable SSLContext tls) throws IOException {
        this.spec = spec;
        traffic = spec.traffic();
        placement = new Placement(spec.target().ports().size(), traffic.topics());
        loop = new Loop(spec, tls);
        payloads = new Payloads(traffic.bytes(), traffic.dialect().isJson());
        pending = new PendingMessages(traffic.peers() / Math.max(1, traffic.topics()), traffic.publishers(),
                traffic.rate() > 0 ? MOST_UNDER_WAY_AT_FIXED_RATE : traffic.inFlight());
        peers = new LoadPeer[traffic.peers()];
        publisher = new Publisher(traffic, payloads, pending, peers);
        background = new BackgroundLoad(spec, payloads, tls);
    }

    /**
     * Measures.
     *
     * @param pause called at every stage, if the specification asks for it
     * @return the figures, or what was wrong
     */
    LoadResult run(Consumer<Stage> pause) {
        try {
            return measured(pause);
        } catch (BrokenDelivery | IOException e) {
            String what = e instanceof BrokenDelivery ? e.getMessage() : e.toString();
            return LoadResult.failed(what + " (while " + phase + ", with " + open + " of " + peers.length
                    + " peers, after " + pending.deliveries() + " deliveries)");
        }
    }

    private LoadResult measured(Consumer<Stage> pause) throws IOException {
        Mark start = mark();
        connect();
        Mark joining = mark().since(start);
        settle();
        pause(Stage.CONNECTED, pause);
        phase = "warming up";
        publish(spec.warmUp());
        if (traffic.background().hasHistory()) {
            publishHistory();
        }
        pause(Stage.WARM, pause);
        phase = "measuring";
        pending.record(true);
        Mark from = mark();
        long bytes = bytes();
        boolean back = traffic.background().kind() == BackgroundPeers.Kind.RETURNING;
        if (back) {
            comeBack();
        }
        long messages = publish(spec.window());
        Mark spent = mark().since(from);
        bytes = bytes() - bytes;
        pending.record(false);
        catchUp();
        pause(Stage.DONE, pause);
        leave();
        // What was ignored was sent by the one peer, before each message that it got.
        long done = traffic.background().kind() == BackgroundPeers.Kind.SLOW ? messages
                : spent.done() * (1 + traffic.ignored());
        return new LoadResult(back ? traffic.background().peers() : peers.length,
                back ? background.caughtUpAt() - from.nanos() : joining.nanos(),
                back ? spent.serverCpu() : joining.serverCpu(),
                done, messages, spent.nanos(), spent.serverCpu(), spent.redisCpu(), spent.loadCpu(), bytes,
                pending.latency());
    }

    private void pause(Stage stage, Consumer<Stage> pause) {
        if (spec.pause()) {
            pause.accept(stage);
        }
    }

    private Mark mark() throws IOException {
        return Mark.of(spec.target(), pending.deliveries() + background.deliveries());
    }

    private long bytes() {
        boolean slow = traffic.background().kind() == BackgroundPeers.Kind.SLOW;
        return slow ? background.bytes() : inbox.total() + background.bytes();
    }

    // Connecting.

    private void connect() throws IOException {
        while (open < peers.length) {
            while (started < peers.length && started - open < HANDSHAKES_AT_ONCE) {
                start(started++);
            }
            turn(100);
        }
        if (traffic.background().hasHistory()) {
            peers[0].keepsId();
        }
        if (traffic.background().kind() != BackgroundPeers.Kind.RETURNING) {
            background.join();
            while (!background.isComplete()) {
                turn(10);
            }
        }
    }

    private void start(int number) throws IOException {
        int port = spec.target().ports().get(placement.node(number));
        peers[number] = loop.connect("peer-" + number, port, (wire, key) ->
                new LoadPeer(number, traffic.publishers(), payloads, inbox, this, wire, key));
        // Who publishes speaks WebSocket.
        peers[number].upgrade(port, traffic.dialect() == Dialect.EVENTS && number < traffic.publishers()
                ? Dialect.NUMBERED : traffic.dialect(), placement.path(number, traffic.dialect()));
    }

    @Override
    public void opened(LoadPeer peer) {
        open++;
    }

    @Override
    public void got(LoadPeer peer, int publisher, int sequence, long now) {
        if (!placement.hears(peer.number(), publisher)) {
            throw new BrokenDelivery("of another topic: peer " + peer.number() + " got a message of " + publisher);
        }
        pending.arrived(publisher, sequence, now, placement.isTimed(peer.number(), publisher));
    }

    @Override
    public void ended(LoadPeer peer) {
        ended++;
    }

    /** Publishes until a message has reached every peer: not all servers count a peer in before its handshake ends. */
    private void settle() throws IOException {
        phase = "waiting for all peers to be served";
        while (true) {
            for (int p = 0; p < Math.max(1, traffic.topics()); p++) {
                publisher.send(p, 1, System.nanoTime());
            }
            long end = System.nanoTime() + PROBE;
            while (pending.underWay() > 0 && System.nanoTime() - end < 0) {
                turn(10);
            }
            if (pending.underWay() == 0) {
                while (pending.nextReady() >= 0) {
                    // Each is filled when publishing begins.
                }
                return;
            }
            for (int p = 0; p < Math.max(1, traffic.topics()); p++) {
                pending.giveUp(p);
            }
        }
    }

    // Publishing.

    /** Publishes for a while, waits until everything has arrived. {@return how many messages there were} */
    private long publish(Duration time) throws IOException {
        long messages = traffic.rate() > 0
                ? atFixedRate(sent -> sent < Math.max(1, time.toNanos() / interval()) || !background.hasCaughtUp())
                : asFastAsTheyArrive(time);
        arrive();
        return messages;
    }

    /** Publishes as many messages as some peers are to have missed. */
    private void publishHistory() throws IOException {
        for (int i = 0; i < BackgroundPeers.MISSED; i += HISTORY_AT_ONCE) {
            publisher.send(0, HISTORY_AT_ONCE, System.nanoTime());
            arrive();
        }
    }

    /** Lets those come back who have missed something. */
    private void comeBack() {
        String[] id = peers[0].lastId().split("-");
        int sent = pending.sent(0);
        background.comeBack(id[0] + "-" + (Long.parseLong(id[1]) - BackgroundPeers.MISSED),
                sent - BackgroundPeers.MISSED, sent - 1);
    }

    /** Lets the further peers get what has been published, and checks that they have. */
    private void catchUp() throws IOException {
        if (traffic.background().kind() == BackgroundPeers.Kind.SLOW) {
            phase = "waiting for the slow peers";
            int last = pending.sent(0) - 1;
            background.catchUp(last);
            while (!background.hasCaughtUp()) {
                turn(10);
            }
            background.checkKeys(last);
        }
    }

    /** Waits until all that was published has arrived, at background peers too that are there from the beginning. */
    private void arrive() throws IOException {
        boolean present = traffic.background().kind() == BackgroundPeers.Kind.PRESENT;
        long due = present ? (long) pending.sent(0) * traffic.background().peers() : 0;
        long last = System.nanoTime();
        long seen = pending.deliveries() + background.deliveries();
        while (pending.underWay() > 0 || !background.hasGot(due)) {
            turn(10);
            long now = pending.deliveries() + background.deliveries();
            if (now != seen) {
                seen = now;
                last = System.nanoTime();
            } else if (System.nanoTime() - last > STUCK) {
                throw new BrokenDelivery("lost: " + missing());
            }
        }
    }

    private long asFastAsTheyArrive(Duration time) throws IOException {
        long messages = 0;
        long end = System.nanoTime() + time.toNanos();
        for (int p = 0; p < traffic.publishers(); p++) {
            messages += publisher.fill(p);
        }
        while (true) {
            turn(10);
            if (System.nanoTime() - end >= 0) {
                break;
            }
            for (int p = pending.nextReady(); p >= 0; p = pending.nextReady()) {
                messages += publisher.fill(p);
            }
        }
        return messages;
    }

    private long interval() {
        return 1_000_000_000L / traffic.rate();
    }

    /** Publishes while {@code goesOn}, of how many messages there were, says so. {@return how many there were} */
    private long atFixedRate(LongPredicate goesOn) throws IOException {
        long start = System.nanoTime();
        long messages = 0;
        for (; goesOn.test(messages); messages++) {
            long due = start + messages * interval();
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                turn(wait / 1_000_000); // the last millisecond without sleeping
            }
            publisher.send(0, 1, due);
        }
        return messages;
    }

    private void turn(long millis) throws IOException {
        if (!loop.turn(millis)) {
            throw new BrokenDelivery("not done within " + spec.limit().toSeconds() + " s: " + missing());
        }
    }

    private String missing() {
        for (LoadPeer peer : peers) {
            if (peer != null && peer.next(0) < peers[0].next(0)) {
                return "peer " + peer.number() + " waits for message " + peer.next(0);
            }
        }
        return pending.underWay() + " messages have not come back to all peers";
    }

    // Leaving.

    private void leave() throws IOException {
        phase = "closing";
        for (LoadPeer peer : peers) {
            peer.close();
        }
        long end = System.nanoTime() + CLOSING.toNanos();
        loop.extend(CLOSING.multipliedBy(2)); // the measurement is done, and in time
        while (ended < peers.length && System.nanoTime() - end < 0) {
            turn(10);
        }
    }

    @Override
    public void close() throws IOException {
        background.close();
        loop.close();
    }
}
