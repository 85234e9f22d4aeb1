package io.techops.broadcast.benchmarks;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Message;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** What a publisher pays: one message appended to the log of a hub without peers, by one thread and by two. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AppendBenchmark {

    private final BroadcastHub hub = BroadcastHub.create();
    private final Message message = Message.text("x".repeat(64));

    /** Ends the hub. */
    @TearDown
    public void close() {
        hub.close();
    }

    /** Alone. */
    @Benchmark
    public void oneThread() {
        hub.broadcast(message);
    }

    /** With another one. */
    @Benchmark
    @Threads(2)
    public void twoThreads() {
        hub.broadcast(message);
    }
}
