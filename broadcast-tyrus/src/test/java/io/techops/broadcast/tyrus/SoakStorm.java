package io.techops.broadcast.tyrus;

import io.techops.broadcast.testing.ClientFrames;
import io.techops.broadcast.testing.ConnectionEnding;
import io.techops.broadcast.testing.RawClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * All that hostile, broken and nervous clients do at once: churn, garbage and floods, until it is over.
 */
final class SoakStorm {

    private static final int CHURNERS = 2;
    private static final int FUZZERS = 2;
    private static final int FLOOD = 4_000;
    private static final int FLOOD_BYTES = 40;
    /** Ports that were used rest for a minute: a minute's connections have to be fewer than there are ports. */
    private static final long PAUSE_NANOS = 10_000_000;

    private final ConnectionEnding.Dialer dialer;
    private final long seed;
    private final Trouble respite;
    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong garbage = new AtomicLong();
    private final AtomicLong floods = new AtomicLong();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> running = new ArrayList<>();
    private volatile boolean over;

    /** Something that is done again and again. */
    interface Trouble {
        void make() throws Exception;
    }

    /**
     * @param respite waits, after a flood, until the healthy peers have read it: who reads slower than others send, on
     *     average, is slow by definition
     */
    SoakStorm(ConnectionEnding.Dialer dialer, long seed, Trouble respite) {
        this.dialer = dialer;
        this.seed = seed;
        this.respite = respite;
    }

    long connections() {
        return connections.get();
    }

    long garbage() {
        return garbage.get();
    }

    long floods() {
        return floods.get();
    }

    void begin() {
        over = false;
        Random random = new Random(seed + connections.get());
        for (int i = 0; i < CHURNERS; i++) {
            again(() -> {
                ConnectionEnding[] ways = ConnectionEnding.values();
                ways[(int) (connections.getAndIncrement() % ways.length)].run(dialer);
                LockSupport.parkNanos(PAUSE_NANOS + random.nextInt(1_000_000));
            });
        }
        for (int i = 0; i < FUZZERS; i++) {
            again(() -> {
                long number = seed + garbage.getAndIncrement();
                try {
                    new FuzzCase(number).run(dialer, SoakServer.HANDSHAKE_TIMEOUT);
                } catch (IOException | RuntimeException e) {
                    throw new AssertionError("garbage with the seed " + number + ": " + e, e);
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            });
        }
        again(this::flood);
    }

    private void again(Trouble trouble) {
        Callable<Void> loop = () -> {
            while (!over) {
                trouble.make();
            }
            return null;
        };
        running.add(threads.submit(loop));
    }

    /** Sends as fast as TCP takes it, and reads until all of it has come back. */
    private void flood() throws Exception {
        String mark = "flood " + floods.getAndIncrement() + ".".repeat(FLOOD_BYTES);
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int i = 0; i < FLOOD; i++) {
            frames.writeBytes(ClientFrames.frame(0x81, mark));
        }
        try (RawClient flooder = dialer.dial()) {
            flooder.shakeHands("/");
            Future<Void> reader = threads.submit(() -> {
                for (int own = 0; own < FLOOD; ) {
                    RawClient.Frame frame = flooder.read();
                    if (frame.opcode() == 8) {
                        throw new IOException("a flooder that reads was closed: " + frame.code() + frame.phrase());
                    }
                    own += frame.text().equals(mark) ? 1 : 0;
                }
                return null;
            });
            flooder.send(frames.toByteArray());
            reader.get(2, TimeUnit.MINUTES);
            flooder.sendClose(1000);
            flooder.readsEnd();
        }
        respite.make();
    }

    /** Lets everyone come to the end of what he is doing; throws what went wrong. */
    void end() throws Exception {
        over = true;
        for (Future<?> one : running) {
            one.get(3, TimeUnit.MINUTES);
        }
        running.clear();
    }

    void close() {
        threads.shutdownNow();
    }
}
