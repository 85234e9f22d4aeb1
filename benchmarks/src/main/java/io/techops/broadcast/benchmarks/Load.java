package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * All peers of the server, on one thread, and {@linkplain CompanyPeers further ones} on another.
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
    private static final int MOST_A_WRITE = 256;
    private static final int HISTORY_AT_ONCE = 50;

    private final LoadSpec spec;
    private final Traffic traffic;
    private final Places places;
    private final Loop loop;
    private final Inbox inbox = new Inbox();
    private final Payloads payloads;
    private final Flights flights;
    private final LoadPeer[] peers;
    private final CompanyPeers company;
    private final ByteBuffer outbox;
    private final ByteBuffer ignored;
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
        places = new Places(spec.target().ports().size(), traffic.topics());
        loop = new Loop(spec, tls);
        payloads = new Payloads(traffic.bytes(), traffic.dialect().isJson());
        flights = new Flights(traffic.peers() / Math.max(1, traffic.topics()), traffic.publishers(),
                traffic.rate() > 0 ? MOST_UNDER_WAY_AT_FIXED_RATE : traffic.inFlight());
        peers = new LoadPeer[traffic.peers()];
        outbox = ByteBuffer.allocateDirect(Math.min(traffic.inFlight(), MOST_A_WRITE)
                * payloads.most(traffic.dialect()));
        ignored = payloads.ignored();
        company = new CompanyPeers(spec, payloads, tls);
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
                    + " peers, after " + flights.deliveries() + " deliveries)");
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
        if (traffic.company().hasHistory()) {
            publishHistory();
        }
        pause(Stage.WARM, pause);
        phase = "measuring";
        flights.record(true);
        Mark from = mark();
        long bytes = bytes();
        boolean back = traffic.company().kind() == Company.Kind.RETURNING;
        if (back) {
            comeBack();
        }
        long messages = publish(spec.window());
        Mark spent = mark().since(from);
        bytes = bytes() - bytes;
        flights.record(false);
        catchUp();
        pause(Stage.DONE, pause);
        leave();
        // What was ignored was sent by the one peer, before each message that it got.
        long done = traffic.company().kind() == Company.Kind.SLOW ? messages : spent.done() * (1 + traffic.ignored());
        return new LoadResult(back ? traffic.company().peers() : peers.length,
                back ? company.caughtUpAt() - from.nanos() : joining.nanos(),
                back ? spent.serverCpu() : joining.serverCpu(),
                done, messages, spent.nanos(), spent.serverCpu(), spent.redisCpu(), spent.loadCpu(), bytes,
                flights.latency());
    }

    private void pause(Stage stage, Consumer<Stage> pause) {
        if (spec.pause()) {
            pause.accept(stage);
        }
    }

    private Mark mark() throws IOException {
        return Mark.of(spec.target(), flights.deliveries() + company.deliveries());
    }

    private long bytes() {
        boolean slow = traffic.company().kind() == Company.Kind.SLOW;
        return slow ? company.bytes() : inbox.total() + company.bytes();
    }

    // Connecting.

    private void connect() throws IOException {
        while (open < peers.length) {
            while (started < peers.length && started - open < HANDSHAKES_AT_ONCE) {
                start(started++);
            }
            turn(100);
        }
        if (traffic.company().hasHistory()) {
            peers[0].keepsId();
        }
        if (traffic.company().kind() != Company.Kind.RETURNING) {
            company.join();
            while (!company.isComplete()) {
                turn(10);
            }
        }
    }

    private void start(int number) throws IOException {
        int port = spec.target().ports().get(places.node(number));
        peers[number] = loop.connect("peer-" + number, port, (wire, key) ->
                new LoadPeer(number, traffic.publishers(), payloads, inbox, this, wire, key));
        // Who publishes speaks WebSocket.
        peers[number].upgrade(port, traffic.dialect() == Dialect.EVENTS && number < traffic.publishers()
                ? Dialect.NUMBERED : traffic.dialect(), places.path(number, traffic.dialect()));
    }

    @Override
    public void opened(LoadPeer peer) {
        open++;
    }

    @Override
    public void got(LoadPeer peer, int publisher, int sequence, long now) {
        if (!places.hears(peer.number(), publisher)) {
            throw new BrokenDelivery("of another topic: peer " + peer.number() + " got a message of " + publisher);
        }
        flights.arrived(publisher, sequence, now, places.isTimed(peer.number(), publisher));
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
                send(p, 1, System.nanoTime());
            }
            long end = System.nanoTime() + PROBE;
            while (flights.underWay() > 0 && System.nanoTime() - end < 0) {
                turn(10);
            }
            if (flights.underWay() == 0) {
                while (flights.nextReady() >= 0) {
                    // Each is filled when publishing begins.
                }
                return;
            }
            for (int p = 0; p < Math.max(1, traffic.topics()); p++) {
                flights.giveUp(p);
            }
        }
    }

    // Publishing.

    /** Publishes for a while, waits until everything has arrived. {@return how many messages there were} */
    private long publish(Duration time) throws IOException {
        long messages = traffic.rate() > 0
                ? atFixedRate(sent -> sent < Math.max(1, time.toNanos() / interval()) || !company.hasCaughtUp())
                : asFastAsTheyArrive(time);
        arrive();
        return messages;
    }

    /** Publishes as many messages as some peers are to have missed. */
    private void publishHistory() throws IOException {
        for (int i = 0; i < Company.MISSED; i += HISTORY_AT_ONCE) {
            send(0, HISTORY_AT_ONCE, System.nanoTime());
            arrive();
        }
    }

    /** Lets those come back who have missed something. */
    private void comeBack() {
        String[] id = peers[0].lastId().split("-");
        int sent = flights.sent(0);
        company.comeBack(id[0] + "-" + (Long.parseLong(id[1]) - Company.MISSED), sent - Company.MISSED, sent - 1);
    }

    /** Lets the further peers get what has been published, and checks that they have. */
    private void catchUp() throws IOException {
        if (traffic.company().kind() == Company.Kind.SLOW) {
            phase = "waiting for the slow peers";
            int last = flights.sent(0) - 1;
            company.catchUp(last);
            while (!company.hasCaughtUp()) {
                turn(10);
            }
            company.checkKeys(last);
        }
    }

    /** Waits until all that was published has arrived, at those of the company too who are there from the beginning. */
    private void arrive() throws IOException {
        boolean present = traffic.company().kind() == Company.Kind.PRESENT;
        long due = present ? (long) flights.sent(0) * traffic.company().peers() : 0;
        long last = System.nanoTime();
        long seen = flights.deliveries() + company.deliveries();
        while (flights.underWay() > 0 || !company.hasGot(due)) {
            turn(10);
            long now = flights.deliveries() + company.deliveries();
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
        for (int publisher = 0; publisher < traffic.publishers(); publisher++) {
            messages += fill(publisher);
        }
        while (true) {
            turn(10);
            if (System.nanoTime() - end >= 0) {
                break;
            }
            for (int p = flights.nextReady(); p >= 0; p = flights.nextReady()) {
                messages += fill(p);
            }
        }
        return messages;
    }

    private int fill(int publisher) throws IOException {
        int count = traffic.inFlight() - flights.underWay(publisher);
        if (count > 0) {
            send(publisher, count, System.nanoTime());
        }
        return count;
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
            send(0, 1, due);
        }
        return messages;
    }

    private void send(int publisher, int count, long due) throws IOException {
        outbox.clear();
        for (int i = 0; i < count; i++) {
            sendIgnored(peers[publisher]);
            if (outbox.remaining() < payloads.most(traffic.dialect())) {
                peers[publisher].send(outbox.flip());
                outbox.clear();
            }
            payloads.frame(publisher, flights.send(publisher, due), traffic.dialect(), outbox);
        }
        peers[publisher].send(outbox.flip());
    }

    private void sendIgnored(LoadPeer peer) throws IOException {
        for (int i = 0; i < traffic.ignored(); i += Payloads.IGNORED_AT_ONCE) {
            peer.send(ignored.rewind());
        }
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
        return flights.underWay() + " messages have not come back to all peers";
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
        company.close();
        loop.close();
    }
}
