package io.techops.broadcast;

import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.BroadcastAssertions;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.ManualExecutor;
import io.techops.broadcast.testkit.MemoryBackplane;
import io.techops.broadcast.testkit.RecordingListener;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** Hubs that share a log of a backplane in memory, driven by hand with one virtual time. */
final class Nodes {

    static final Duration STEP = Duration.ofMillis(10);

    final VirtualTimer timer = new VirtualTimer();
    final MemoryBackplane backplane;
    final List<Node> all = new ArrayList<>();

    Nodes(long seed) {
        backplane = new MemoryBackplane(timer, seed);
    }

    /** {@return the gaps that a peer was told} */
    static List<StreamEvent.Gap> gaps(FakeTransport transport) {
        return transport.events().stream().filter(StreamEvent.Gap.class::isInstance).map(StreamEvent.Gap.class::cast)
                .toList();
    }

    /** One hub. */
    final class Node {
        final ManualExecutor executor = new ManualExecutor();
        final RecordingListener told = new RecordingListener();
        /** What runs and stops with the hub. */
        final List<ManualExecutor> beside = new ArrayList<>();
        final List<FakeTransport> transports = new ArrayList<>();
        final BroadcastHub hub;
        /** Whether nothing of it runs, as in a process that is stopped. */
        boolean stopped;

        Node(UnaryOperator<BroadcastHub.Builder> settings) {
            hub = settings.apply(BroadcastHub.builder().executor(executor).timer(timer).shards(1)
                    .heartbeat(Duration.ZERO).listener(told).messageListener(told).name("chat")
                    .backplane(backplane).backplaneStartTimeout(Duration.ZERO)).build();
        }

        FakeTransport join() {
            return join(Replay.none());
        }

        FakeTransport join(Replay replay) {
            return join(new FakeTransport(), replay);
        }

        <T extends FakeTransport> T join(T transport, Replay replay) {
            transport.knowingPositions().replaying(replay).answerClose().register(hub);
            transports.add(transport);
            return transport;
        }

        CompletableFuture<Position> publish(String text) {
            return hub.publish(text).toCompletableFuture();
        }

        boolean runSome() {
            boolean ran = !stopped && executor.runNext();
            for (ManualExecutor each : stopped ? List.<ManualExecutor>of() : beside) {
                ran |= each.runNext();
            }
            return ran;
        }
    }

    /** {@return a hub that has read what there is} */
    Node node(UnaryOperator<BroadcastHub.Builder> settings) {
        Node node = new Node(settings);
        all.add(node);
        run();
        return node;
    }

    Node node() {
        return node(hub -> hub);
    }

    void run() {
        boolean more = true;
        for (int i = 0; more; i++) {
            if (i > 1_000_000) {
                throw new AssertionError("the tasks never come to an end");
            }
            more = false;
            for (Node node : all) {
                more |= node.runSome();
            }
        }
        for (Node node : all) {
            node.transports.forEach(each -> BroadcastAssertions.assertThat(each).hasNoViolations());
        }
    }

    void pass(Duration duration) {
        run();
        for (Duration left = duration; !left.isZero();) {
            Duration step = left.compareTo(STEP) < 0 ? left : STEP;
            timer.pass(step);
            run();
            left = left.minus(step);
        }
    }
}
