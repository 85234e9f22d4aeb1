package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * All peers of the server, on one thread.
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
    private static final long CLOSING = Duration.ofSeconds(2).toNanos();

    private final LoadSpec spec;
    private final Selector selector = Selector.open();
    private final Inbox inbox = new Inbox();
    private final Payloads payloads;
    private final Flights flights;
    private final LoadPeer[] peers;
    private final ByteBuffer outbox;
    private final @Nullable SSLContext tls;
    private long deadline;
    private int started;
    private int open;
    private int ended;
    private String phase = "connecting";

    /**
     * @param tls trusts the server
     */
    Load(LoadSpec spec, @Nullable SSLContext tls) throws IOException {
        this.spec = spec;
        this.tls = spec.tls() ? tls : null;
        payloads = new Payloads(spec.bytes());
        flights = new Flights(spec.peers(), spec.publishers(),
                spec.rate() > 0 ? MOST_UNDER_WAY_AT_FIXED_RATE : spec.inFlight());
        peers = new LoadPeer[spec.peers()];
        outbox = ByteBuffer.allocateDirect(Math.max(1, Math.min(spec.inFlight(), 256))
                * (spec.bytes() + ClientFrames.MAX_HEADER));
        deadline = System.nanoTime() + spec.limit().toNanos();
    }

    /** What has been spent and done up to a moment. */
    private record Mark(long nanos, long serverCpu, long loadCpu, long deliveries) {
    }

    /**
     * Measures.
     *
     * @param connected run when all peers are connected, if the specification asks for a pause
     * @return the figures, or what was wrong
     */
    LoadResult run(Runnable connected) {
        try {
            return measured(connected);
        } catch (BrokenDelivery | IOException e) {
            String what = e instanceof BrokenDelivery ? e.getMessage() : e.toString();
            return LoadResult.failed(what + " (while " + phase + ", with " + open + " of " + spec.peers()
                    + " peers, after " + flights.deliveries() + " deliveries)");
        }
    }

    private LoadResult measured(Runnable connected) throws IOException {
        Mark start = mark();
        connect();
        Mark joined = mark();
        settle();
        if (spec.pause()) {
            connected.run();
        }
        phase = "warming up";
        publish(spec.warmUp());
        phase = "measuring";
        flights.record(true);
        Mark from = mark();
        long messages = publish(spec.window());
        Mark to = mark();
        flights.record(false);
        leave();
        Histogram latency = flights.latency();
        return new LoadResult(spec.peers(), joined.nanos - start.nanos, joined.serverCpu - start.serverCpu,
                to.deliveries - from.deliveries, messages, to.nanos - from.nanos, to.serverCpu - from.serverCpu,
                to.loadCpu - from.loadCpu, latency.getValueAtPercentile(50), latency.getValueAtPercentile(99),
                latency.getValueAtPercentile(99.9), "");
    }

    private Mark mark() throws IOException {
        long own = ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
        return new Mark(System.nanoTime(), ProcessFigures.cpuNanos(spec.pid()), own, flights.deliveries());
    }

    // Connecting.

    private void connect() throws IOException {
        while (open < spec.peers()) {
            while (started < spec.peers() && started - open < HANDSHAKES_AT_ONCE) {
                start(started++);
            }
            turn(100);
        }
    }

    private void start(int number) throws IOException {
        // Blocking, for as long as it takes on this machine to connect, and to shake hands for TLS.
        SocketChannel channel = SocketChannel.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), spec.port()));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        Wire wire;
        if (tls == null) {
            wire = new Wire(channel, null);
        } else {
            SSLEngine engine = tls.createSSLEngine("localhost", spec.port());
            engine.setUseClientMode(true);
            wire = new Wire(channel, engine);
            wire.handshake(engine);
        }
        channel.configureBlocking(false);
        SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        LoadPeer peer = new LoadPeer(number, spec.publishers(), payloads, flights, inbox, this, channel, wire, key);
        peers[number] = peer;
        peer.upgrade(spec.port());
    }

    @Override
    public void opened(LoadPeer peer) {
        open++;
    }

    @Override
    public void ended(LoadPeer peer) {
        ended++;
    }

    /** Publishes until a message has reached every peer: not all servers count a peer in before its handshake ends. */
    private void settle() throws IOException {
        phase = "waiting for all peers to be served";
        while (true) {
            send(0, 1, System.nanoTime());
            long end = System.nanoTime() + PROBE;
            while (flights.underWay() > 0 && System.nanoTime() - end < 0) {
                turn(10);
            }
            if (flights.underWay() == 0) {
                flights.nextReady();
                return;
            }
            flights.giveUp(0);
        }
    }

    // Publishing.

    /** Publishes for a while, waits until everything has arrived. {@return how many messages that were} */
    private long publish(Duration time) throws IOException {
        long messages = spec.rate() > 0 ? atFixedRate(time) : asFastAsTheyArrive(time);
        long last = System.nanoTime();
        long seen = flights.deliveries();
        while (flights.underWay() > 0) {
            turn(10);
            if (flights.deliveries() != seen) {
                seen = flights.deliveries();
                last = System.nanoTime();
            } else if (System.nanoTime() - last > STUCK) {
                throw new BrokenDelivery("lost: " + missing());
            }
        }
        return messages;
    }

    private long asFastAsTheyArrive(Duration time) throws IOException {
        long messages = 0;
        long end = System.nanoTime() + time.toNanos();
        for (int publisher = 0; publisher < spec.publishers(); publisher++) {
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
        int count = spec.inFlight() - flights.underWay(publisher);
        if (count > 0) {
            send(publisher, count, System.nanoTime());
        }
        return count;
    }

    private long atFixedRate(Duration time) throws IOException {
        long interval = 1_000_000_000L / spec.rate();
        long messages = Math.max(1, time.toNanos() / interval);
        long start = System.nanoTime();
        for (long i = 0; i < messages; i++) {
            long due = start + i * interval;
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
            if (outbox.remaining() < spec.bytes() + ClientFrames.MAX_HEADER) {
                peers[publisher].send(outbox.flip());
                outbox.clear();
            }
            payloads.frame(publisher, flights.send(publisher, due), outbox);
        }
        peers[publisher].send(outbox.flip());
    }

    /** Waits for sockets that are ready, and serves them. */
    private void turn(long millis) throws IOException {
        if (millis == 0) {
            selector.selectNow(key -> ((LoadPeer) key.attachment()).ready());
        } else {
            selector.select(key -> ((LoadPeer) key.attachment()).ready(), millis);
        }
        if (System.nanoTime() - deadline > 0) {
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
        long end = System.nanoTime() + CLOSING;
        deadline = end + STUCK; // the measurement is done, and in time
        while (ended < peers.length && System.nanoTime() - end < 0) {
            turn(10);
        }
    }

    @Override
    public void close() throws IOException {
        for (LoadPeer peer : peers) {
            if (peer != null) {
                peer.abort();
            }
        }
        selector.close();
    }
}
