package io.techops.broadcast.benchmarks;

import io.techops.broadcast.Message;
import io.techops.broadcast.spi.AdapterHub;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A shard's pass over 1,000 cursors, all at the same position, with transports that cost nothing. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PassBenchmark {

    private static final int PEERS = 1000;

    /** How many messages a pass finds. */
    @Param({"1", "64"})
    public int messages;

    private final ManualHub hand = new ManualHub();
    private final Message message = Message.text("x".repeat(64));
    private final List<SinkTransport> peers = new ArrayList<>();

    /** Registers the peers. */
    @Setup
    public void register() {
        for (int i = 0; i < PEERS; i++) {
            SinkTransport peer = new SinkTransport();
            peers.add(peer);
            AdapterHub.of(hand.hub()).register(peer);
        }
        hand.runAll();
    }

    /** Ends the hub, and checks that every peer got everything. */
    @TearDown
    public void close() {
        hand.close();
        long first = peers.get(0).messages();
        if (first == 0 || peers.stream().anyMatch(peer -> peer.messages() != first)) {
            throw new IllegalStateException("the peers did not all get the same");
        }
    }

    /** Appends the messages, and makes the pass. */
    @Benchmark
    public void pass() {
        for (int i = 0; i < messages; i++) {
            hand.hub().broadcast(message);
        }
        hand.runAll();
    }
}
