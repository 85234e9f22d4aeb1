package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A hub that a test drives by hand: tasks run when {@link #run} is called, time passes when {@link #pass} is called,
 * both on the thread of the test, and every transport is watched for violations.
 */
final class HubRig {

    final ManualExecutor executor = new ManualExecutor();
    final VirtualTimer timer = new VirtualTimer();
    final Chronicle chronicle = new Chronicle();
    final BroadcastHub hub;
    private final List<FakeTransport> transports = new ArrayList<>();

    HubRig(UnaryOperator<BroadcastHub.Builder> settings) {
        hub = settings.apply(BroadcastHub.builder()
                .executor(executor)
                .timer(timer)
                .listener(chronicle)
                .shards(1)).build();
    }

    /** A hub with the defaults and one shard. */
    HubRig() {
        this(builder -> builder);
    }

    /** A hub with room for so many messages. */
    static HubRig keeping(int messages) {
        return keeping(messages, builder -> builder);
    }

    static HubRig keeping(int messages, UnaryOperator<BroadcastHub.Builder> settings) {
        return new HubRig(builder -> settings.apply(builder.retention(Retention.of(messages, 8 << 20))));
    }

    FakeTransport join() {
        return join(new FakeTransport());
    }

    FakeTransport join(FakeTransport transport) {
        transports.add(transport);
        return transport.register(hub);
    }

    /** Broadcasts texts, and lets the hub do nothing about it yet. */
    void broadcast(String... texts) {
        for (String text : texts) {
            hub.broadcast(text);
        }
    }

    /** Broadcasts the numbers from {@code from} to before {@code to}, each in a run of its own. */
    void broadcastEach(int from, int to) {
        for (int i = from; i < to; i++) {
            hub.broadcast(Integer.toString(i));
            run();
        }
    }

    /** Lets the hub do all that it has to do now. */
    void run() {
        executor.runAll();
        for (FakeTransport transport : transports) {
            assertThat(transport.violations()).isEmpty();
        }
    }

    /** Lets time pass, and the hub do what it has to do then. */
    void pass(Duration duration) {
        run();
        timer.pass(duration);
        run();
    }

    void passSeconds(long seconds) {
        pass(Duration.ofSeconds(seconds));
    }

    /** {@return the numbers from {@code from} to before {@code to}, as texts} */
    static List<String> numbers(int from, int to) {
        return java.util.stream.IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }
}
