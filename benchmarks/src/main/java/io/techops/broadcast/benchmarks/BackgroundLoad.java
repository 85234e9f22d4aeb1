package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The peers beside those that are measured, on a thread of their own, so that the others are read from meanwhile. It
 * takes no more than a quarter of one processor: such peers are on other machines, and what is measured is what the
 * server does for them, not what they do here. They check what they get as the others do. Of messages with keys, the
 * order must be right, and at the end each of them must have the newest of every key.
 */
final class BackgroundLoad implements LoadPeer.Owner, AutoCloseable {

    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();
    private static final int HANDSHAKES_AT_ONCE = 32;
    private static final long TURN_MILLIS = 5;
    private static final long SLOW_READ_NANOS = Duration.ofMillis(50).toNanos();
    private static final int SLOW_RECEIVE_BUFFER = 1 << 15;
    /** How long the thread runs at a time, and how many times as long it rests then. */
    private static final long WORK_NANOS = 100_000;
    private static final int REST = 3;
    private static final int MESSAGES_AT_ONCE = 256;
    private static final Duration ENDING = Duration.ofSeconds(5);
    private static final int NEVER = Integer.MAX_VALUE;

    /** What the thread is asked for. */
    @FunctionalInterface
    private interface Step {
        void take() throws IOException;
    }

    private final LoadSpec spec;
    private final BackgroundPeers background;
    private final Loop loop;
    private final Inbox inbox = new Inbox();
    private final Payloads payloads;
    private final LoadPeer[] peers;
    private final int[][] newest;
    private final int[] first;
    private final Queue<Step> steps = new ConcurrentLinkedQueue<>();
    private final Thread thread = new Thread(this::run, "background");

    /** Owned by the thread. */
    private int opened;
    private boolean slow;
    private long nextRead;
    private int goal = NEVER;
    private long worked;

    /** Written by the thread, read by the load. */
    private volatile int open;
    private volatile long deliveries;
    private volatile int arrived;
    private volatile long arrivedAt;
    private volatile @Nullable String failure;
    private volatile boolean closed;

    /**
     * @param tls trusts the server
     */
    BackgroundLoad(LoadSpec spec, Payloads payloads, @Nullable SSLContext tls) throws IOException {
        this.spec = spec;
        this.payloads = payloads;
        background = spec.traffic().background();
        loop = new Loop(spec, tls);
        peers = new LoadPeer[background.peers()];
        arrived = peers.length;
        slow = background.kind() == BackgroundPeers.Kind.SLOW;
        newest = new int[slow ? peers.length : 0][BackgroundPeers.KEYS];
        first = new int[newest.length];
        Arrays.fill(first, -1);
        thread.setDaemon(true);
        if (slow) {
            loop.receiveBuffer(SLOW_RECEIVE_BUFFER);
            inbox.readsLittle(true);
        }
        thread.start();
    }

    // What the load asks for.

    /** Connects those that are there from the beginning on. */
    void join() {
        steps.add(() -> {
            for (int started = 0; started < peers.length || opened < peers.length;) {
                while (started < peers.length && started - opened < HANDSHAKES_AT_ONCE) {
                    LoadPeer peer = connect(started++);
                    if (slow) {
                        peer.conflates();
                    }
                    peer.upgrade(spec.port(), spec.traffic().dialect());
                    rest();
                }
                turn();
            }
        });
    }

    /**
     * Lets all come back at once.
     *
     * @param position the one of the last message that they have got
     * @param due the number of the next one
     * @param last the number of the last one that has been published
     */
    void comeBack(String position, int due, int last) {
        arrived = 0;
        steps.add(() -> {
            goal = last;
            for (int i = 0; i < peers.length; i++) {
                connect(i).comeBack(spec.port(), position, due);
                rest();
            }
        });
    }

    /** Lets all get what there is, up to a message, as fast as they can. */
    void catchUp(int last) {
        arrived = 0;
        steps.add(() -> {
            slow = false;
            inbox.readsLittle(false);
            goal = last;
            for (LoadPeer peer : peers) {
                peer.reads(true);
                arrived += peer.next(0) > last ? 1 : 0;
            }
        });
    }

    /** {@return whether all are connected} */
    boolean isComplete() {
        return check(open);
    }

    /** {@return whether they have got so many messages, all of them together} */
    boolean hasGot(long messages) {
        check(open);
        return deliveries >= messages;
    }

    /** {@return whether all have what they were to get since they were last asked for it} */
    boolean hasCaughtUp() {
        return check(arrived);
    }

    /** {@return when all had, in the nanoseconds of {@link System#nanoTime}} */
    long caughtUpAt() {
        return arrivedAt;
    }

    private boolean check(int done) {
        String why = failure;
        if (why != null) {
            throw new BrokenDelivery(why);
        }
        return done == peers.length;
    }

    long deliveries() {
        return deliveries;
    }

    /** {@return how many bytes they got} */
    long bytes() {
        return inbox.total();
    }

    /**
     * Checks, once all have caught up, that each has the newest message of every key that it has seen.
     *
     * @param last the number of the last message
     */
    void checkKeys(int last) {
        for (int i = 0; i < newest.length; i++) {
            for (int key = 0; key < BackgroundPeers.KEYS; key++) {
                int due = last - Math.floorMod(last - key, BackgroundPeers.KEYS);
                if (due >= first[i] && newest[i][key] != due) {
                    throw new BrokenDelivery("lost: of key " + key + " peer " + peers[i].number() + " has message "
                            + newest[i][key] + " instead of " + due);
                }
            }
        }
    }

    /** Ends the connections and the thread. */
    @Override
    public void close() throws IOException {
        closed = true;
        try {
            thread.join(ENDING.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loop.close();
    }

    // The thread.

    private void run() {
        try {
            while (!closed) {
                Step step = steps.poll();
                if (step != null) {
                    step.take();
                }
                turn();
            }
        } catch (BrokenDelivery e) {
            failure = "of a background peer: " + e.getMessage();
        } catch (IOException | RuntimeException e) {
            failure = "of a background peer: " + e;
        }
    }

    private void turn() throws IOException {
        if (slow && opened == peers.length) {
            slowTurn();
        } else {
            loop.turn(TURN_MILLIS);
        }
        rest();
    }

    private void rest() {
        long done = CLOCK.getCurrentThreadCpuTime();
        if (done - worked > WORK_NANOS) {
            LockSupport.parkNanos(REST * (done - worked));
            worked = done;
        }
    }

    private void slowTurn() throws IOException {
        boolean reads = System.nanoTime() - nextRead >= 0;
        if (reads) {
            nextRead = System.nanoTime() + SLOW_READ_NANOS;
        }
        for (LoadPeer peer : peers) {
            peer.reads(reads);
        }
        loop.turn(reads ? 0 : TURN_MILLIS);
    }

    private LoadPeer connect(int index) throws IOException {
        int number = spec.traffic().peers() + index;
        LoadPeer peer = loop.connect("peer-" + number, (wire, key) ->
                new LoadPeer(number, spec.traffic().publishers(), payloads, inbox, this, wire, key));
        peers[index] = peer;
        return peer;
    }

    @Override
    public void opened(LoadPeer peer) {
        open = ++opened;
    }

    @Override
    public void got(LoadPeer peer, int publisher, int sequence, long now) {
        deliveries++;
        if (newest.length > 0) {
            int index = peer.number() - spec.traffic().peers();
            newest[index][sequence % BackgroundPeers.KEYS] = sequence;
            first[index] = first[index] < 0 ? sequence : first[index];
        }
        if (sequence == goal) {
            arrivedAt = now;
            arrived++;
        }
        if (deliveries % MESSAGES_AT_ONCE == 0) {
            rest();
        }
    }

    @Override
    public void ended(LoadPeer peer) {
        // Only when all of them are closed.
    }
}
