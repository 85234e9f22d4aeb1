package io.techops.broadcast.tyrus;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.Message;
import io.techops.broadcast.benchmarks.ManualHub;
import io.techops.broadcast.benchmarks.SinkTransport;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.tyrus.frame.DirectBufferPool;
import io.techops.broadcast.tyrus.frame.EncodedBatch;
import io.techops.broadcast.tyrus.sse.EventStreamEncoder;
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

/** Turning a run of messages into the bytes that all peers at one position are written. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EncodingBenchmark {

    /** How many messages. */
    @Param({"1", "16"})
    public int messages;

    /** How long each. */
    @Param({"64", "1024", "16384"})
    public int bytes;

    /** Whether each has a key. */
    @Param({"false", "true"})
    public boolean keys;

    private final DirectBufferPool pool = new DirectBufferPool();
    private final ManualHub hand = new ManualHub();
    private BroadcastHub hub;
    private Batch batch;

    /** Lets a hub make a batch. */
    @Setup
    public void makeBatch() {
        hub = hand.hub();
        SinkTransport sink = new SinkTransport();
        AdapterHub.of(hub).register(sink);
        hand.runAll();
        Message message = Message.text("x".repeat(bytes));
        BroadcastOptions options = BroadcastOptions.everyone();
        for (int i = 0; i < messages; i++) {
            hub.broadcast(message, keys ? options.key("EURUSD") : options);
        }
        hand.runAll();
        batch = sink.last();
        if (batch.size() != messages) {
            throw new IllegalStateException("the hub made a batch of " + batch.size() + " messages");
        }
    }

    /** Ends the hub. */
    @TearDown
    public void close() {
        hand.close();
    }

    /** Encodes the batch, and gives the memory back. */
    @Benchmark
    public long encode() {
        EncodedBatch encoded = EncodedBatch.encode(batch, pool);
        encoded.release();
        return encoded.length();
    }

    /** Encodes the batch with the position of each message, and gives the memory back. */
    @Benchmark
    public long encodeNumbered() {
        EncodedBatch encoded = EncodedBatch.encodeNumbered(batch, pool);
        encoded.release();
        return encoded.length();
    }

    /** Encodes the batch as events of an event stream, and gives the memory back. */
    @Benchmark
    public long encodeEvents() {
        EncodedBatch encoded = EventStreamEncoder.encode(batch, pool);
        encoded.release();
        return encoded.length();
    }
}
