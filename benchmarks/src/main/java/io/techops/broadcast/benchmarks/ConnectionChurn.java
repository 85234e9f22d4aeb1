package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Connections to one server that come and go, on one thread: as soon as one has ended, the next one of its slot begins.
 * A window begins and ends with none open, so that what the server spent on it and what was done in it belong together.
 */
final class ConnectionChurn implements AutoCloseable {

    private static final long LONGEST = TimeUnit.SECONDS.toNanos(60);

    private final LoadSpec spec;
    private final Closing closing;
    private final Loop loop;
    private final Inbox inbox = new Inbox();
    private final Queue<Integer> free = new ArrayDeque<>();
    private final Histogram latency = new Histogram(LONGEST, 3);
    private long begun;
    private long ended;
    private String phase = "warming up";

    /**
     * @param closing how the connections are closed
     * @param tls trusts the server
     */
    ConnectionChurn(LoadSpec spec, Closing closing, @Nullable SSLContext tls) throws IOException {
        this.spec = spec;
        this.closing = closing;
        loop = new Loop(spec, tls);
        for (int slot = 0; slot < spec.traffic().peers(); slot++) {
            free.add(slot);
        }
    }

    /** {@return the figures, or what was wrong} */
    LoadResult run() {
        try {
            churn(spec.warmUp());
            phase = "measuring";
            latency.reset();
            long resumed = loop.resumed();
            Mark from = mark();
            churn(spec.window());
            Mark spent = mark().since(from);
            resumed = loop.resumed() - resumed;
            if (resumed != (spec.traffic().resume() ? spent.done() : 0)) {
                return LoadResult.failed(resumed + " of " + spent.done() + " TLS sessions were resumed");
            }
            return new LoadResult(spent.done(), spent.nanos(), spent.serverCpu(), spent.done(), spent.done(),
                    spent.nanos(), spent.serverCpu(), spent.redisCpu(), spent.loadCpu(), 0, latency);
        } catch (BrokenDelivery | IOException e) {
            String what = e instanceof BrokenDelivery ? e.getMessage() : e.toString();
            return LoadResult.failed(what + " (while " + phase + ", after " + ended + " connections)");
        }
    }

    private Mark mark() throws IOException {
        return Mark.of(spec.target(), ended);
    }

    private void churn(Duration time) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            for (Integer slot = free.poll(); slot != null; slot = free.poll()) {
                begin(slot);
            }
            turn();
        }
        while (ended < begun) {
            turn();
        }
    }

    private void begin(int slot) throws IOException {
        long now = System.nanoTime();
        String name = spec.traffic().resume() ? "slot-" + slot : "connection-" + now;
        begun++;
        loop.connect(name, (wire, key) -> new ShortConnection(slot, now, closing, inbox, this::ended, wire, key))
                .upgrade(spec.port(), spec.tls());
    }

    private void ended(ShortConnection connection) {
        ended++;
        latency.recordValue(Math.min(LONGEST, System.nanoTime() - connection.begun()));
        free.add(connection.slot());
    }

    private void turn() throws IOException {
        if (!loop.turn(10)) {
            throw new BrokenDelivery("not done within " + spec.limit().toSeconds() + " s: " + (begun - ended)
                    + " connections have not ended");
        }
    }

    @Override
    public void close() throws IOException {
        loop.close();
    }
}
