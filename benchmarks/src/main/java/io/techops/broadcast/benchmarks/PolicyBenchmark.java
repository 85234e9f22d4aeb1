package io.techops.broadcast.benchmarks;

import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.PolicyContext;
import io.techops.broadcast.spi.AdapterHub;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a policy costs a message that a peer sent. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PolicyBenchmark {

    private final ManualHub hand = new ManualHub();
    private final PolicyContext context = new Context(AdapterHub.of(hand.hub()).register(new SinkTransport()).peer());
    private final Message text = Message.text("x".repeat(64));
    private final MessagePolicy seed =
            MessagePolicy.textOnly().andThen(MessagePolicy.maxBytes(MessagePolicy.DEFAULT_MAX_BYTES));
    private final MessagePolicy everything = MessagePolicy.everything();

    /** What the policy is told. */
    private record Context(Peer peer) implements PolicyContext {

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public @Nullable String topic() {
            return null;
        }
    }

    /** Ends the hub. */
    @TearDown
    public void close() {
        hand.close();
    }

    /** The default: text, of at most 64 KiB. */
    @Benchmark
    public MessagePolicy.Verdict seedDefault() {
        return seed.decide(context, text);
    }

    /** Everything, verbatim. */
    @Benchmark
    public MessagePolicy.Verdict everything() {
        return everything.decide(context, text);
    }
}
