package io.techops.broadcast.benchmarks;

import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.PeerGroup;
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

/** A message to one peer, and to a group of a hundred, among few and among many, with transports that cost nothing. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AddressedBenchmark {

    /** How many peers there are. */
    @Param({"100", "10000"})
    public int peers;

    private final ManualHub hand = new ManualHub();
    private final Message message = Message.text("x".repeat(64));
    private final List<Peer> registered = new ArrayList<>();
    private final PeerGroup group = new PeerGroup();
    private int next;

    /** Registers the peers. */
    @Setup
    public void register() {
        for (int i = 0; i < peers; i++) {
            Peer peer = AdapterHub.of(hand.hub()).register(new SinkTransport()).peer();
            registered.add(peer);
            if (i < 100) {
                group.add(peer);
            }
        }
        hand.runAll();
    }

    /** Ends the hub, and checks that nothing is left. */
    @TearDown
    public void close() {
        if (hand.hub().stats().totalLag() != 0) {
            throw new IllegalStateException("not all was delivered");
        }
        hand.close();
    }

    /** Sends to one peer, another one each time, and makes the round. */
    @Benchmark
    public void one() {
        next = (next + 1) % peers;
        registered.get(next).send(message);
        hand.runAll();
    }

    /** Sends to a hundred peers, and makes the round. */
    @Benchmark
    public void hundred() {
        hand.hub().broadcast(message, BroadcastOptions.to(group));
        hand.runAll();
    }
}
