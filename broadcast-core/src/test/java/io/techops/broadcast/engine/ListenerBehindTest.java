package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessageListener;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Retention;
import io.techops.broadcast.RefusedException;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.testkit.RecordingListener;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A listener that is not called for a while, as if it blocked: what waits for it is bounded, and nothing else waits.
 */
class ListenerBehindTest {

    private final RecordingListener recorded = new RecordingListener();
    private final VirtualTimer timer = new VirtualTimer();
    private final Queue<Runnable> fanOut = new ArrayDeque<>();
    private final Queue<Runnable> calls = new ArrayDeque<>();

    /** A hub whose listener runs only when the test says so, while all else goes on. */
    private BroadcastHub hub(UnaryOperator<BroadcastHub.Builder> settings) {
        return settings.apply(BroadcastHub.builder().shards(1).timer(timer).listener(recorded)
                .messageListener(recorded)
                .executor(task -> (task instanceof ListenerDispatcher ? calls : fanOut).add(task))).build();
    }

    private static void run(Queue<Runnable> tasks) {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private void fanOut() {
        run(fanOut);
    }

    private void tellListener() {
        run(calls);
        run(fanOut);
    }

    private void pass(Duration duration) {
        timer.pass(duration);
        fanOut();
    }

    @Test
    void whatAPeerHasMissedIsAddedUp() {
        BroadcastHub hub = hub(builder -> builder.overflow(OverflowPolicy.skip()).retention(Retention.of(2, 1 << 20)));
        FakeTransport slow = new FakeTransport().stallAfter(1).register(hub);
        fanOut();
        for (int i = 0; i < 300; i++) {
            hub.broadcast(Integer.toString(i));
            fanOut();
            if (i % 10 == 9) {
                slow.becomeWritableFor(1);
                fanOut();
            }
        }
        assertThat(hub.stats().overflows()).isEqualTo(30);
        tellListener();
        assertThat(recorded.of(slow.peer()))
                .containsExactly("peer 1 registered", "peer 1 overflowed " + slow.peer().missed());
        assertThat(slow.peer().missed()).isEqualTo(300 - slow.texts().size()).isPositive();
        for (int i = 0; i < 10; i++) {
            hub.broadcast("again");
            fanOut();
        }
        slow.becomeWritableFor(1);
        fanOut();
        tellListener();
        assertThat(recorded.of(slow.peer())).hasSize(3).last().isEqualTo("peer 1 overflowed 8");
    }

    /** Lets a peer send until it is paused. */
    private static void flood(FakeTransport peer) {
        for (int i = 0; peer.send("flood " + i); i++) {
            assertThat(i).isLessThan(100);
        }
    }

    @Test
    void aPeerWhoseMessageWaitedIsReadAgainOnlyWhenTheListenerWasTold() {
        BroadcastHub hub = hub(builder -> builder.retention(Retention.of(3, 1 << 20)));
        FakeTransport flooding = new FakeTransport().register(hub);
        fanOut();
        flood(flooding);
        fanOut();
        assertThat(flooding.texts()).as("it was admitted").hasSize(4);
        assertThat(flooding.resumes()).isZero();
        pass(Duration.ofMinutes(5));
        assertThat(flooding.pings()).as("it is the hub that does not read").isZero();
        assertThat(flooding.peer().isRegistered()).isTrue();
        tellListener();
        assertThat(flooding.resumes()).isOne();
        assertThat(recorded.entries()).contains("broadcast 4 from peer 1");
        pass(Duration.ofSeconds(22));
        assertThat(flooding.pings()).isZero();
        pass(Duration.ofSeconds(3));
        assertThat(flooding.pings()).as("now it is its turn to show that it lives").isOne();
    }

    @Test
    void aPeerIsReadAgainAlsoIfTheListenerThrows() {
        BroadcastHub hub = hub(builder -> builder.retention(Retention.of(3,
                1 << 20)).messageListener(new MessageListener() {
            @Override
            public void broadcast(@Nullable Peer from, Message message, Position position) {
                throw new IllegalStateException("on purpose");
            }
        }));
        FakeTransport flooding = new FakeTransport().register(hub);
        fanOut();
        flood(flooding);
        fanOut();
        tellListener();
        assertThat(flooding.resumes()).isOne();
    }

    @Test
    void withoutAListenerNobodyWaitsForOne() {
        BroadcastHub hub = BroadcastHub.builder().shards(1).timer(timer).retention(Retention.of(3, 1 << 20))
                .executor(task -> (task instanceof ListenerDispatcher ? calls : fanOut).add(task)).build();
        FakeTransport flooding = new FakeTransport().register(hub);
        fanOut();
        flood(flooding);
        fanOut();
        assertThat(flooding.resumes()).isOne();
    }

    @Test
    void noPeerIsTakenWhileTenThousandDeparturesHaveNotBeenTold() {
        BroadcastHub hub = hub(builder -> builder);
        for (int i = 0; i < 10_000; i++) {
            new FakeTransport().register(hub).registration().unregister(CloseReason.of(CloseReason.NORMAL));
            fanOut();
        }
        assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> AdapterHub.of(hub)
                .register(new FakeTransport()))
                .withMessage("the hub takes no peers: its listener is too far behind")
                .extracting(RefusedException::refusalCause).isEqualTo(RefusalCause.LISTENER);
        assertThat(hub.isClosed()).isFalse();
        assertThat(hub.stats().registrations()).isEqualTo(10_000);
        tellListener();
        FakeTransport next = new FakeTransport().register(hub);
        tellListener();
        assertThat(recorded.entries()).hasSize(20_001).last().isEqualTo(next.peer() + " registered");
        assertThat(recorded.entries().subList(9_998, 10_000))
                .containsExactly("peer 5000 registered", "peer 5000 unregistered 1000");
    }

    @Test
    void howeverManyPeersAreThereTheyAreTaken() {
        BroadcastHub hub = hub(builder -> builder.heartbeat(Duration.ZERO));
        for (int i = 0; i < 12_000; i++) {
            new FakeTransport().register(hub);
        }
        assertThat(hub.peers()).hasSize(12_000);
    }
}
