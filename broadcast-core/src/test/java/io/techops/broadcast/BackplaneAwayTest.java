package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.MemoryBackplane;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A hub whose shared log cannot be reached, has no room or ends. */
class BackplaneAwayTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    /** For a thread that is slow because the machine is busy. */
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final Nodes nodes = new Nodes(1);
    private final MemoryBackplane backplane = nodes.backplane;

    @Nested
    class WhileItIsAway {

        private final Nodes.Node node = nodes.node(hub -> hub.backplaneTimeout(SECOND));
        private final FakeTransport peer = node.join();

        private void goAway() {
            nodes.run();
            backplane.pause();
            nodes.pass(Duration.ofSeconds(4));
        }

        @Test
        void publishersAreRefusedAndPeersStay() throws Exception {
            goAway();
            assertThat(node.hub.stats().backplane().isAway()).isTrue();
            assertThat(node.hub.stats().backplane().outages()).isOne();
            assertThat(node.hub.tryBroadcast("x")).isFalse();
            assertThat(AdapterHub.of(node.hub).tryPublish(Message.text("x"), BroadcastOptions.everyone(),
                    Duration.ZERO)).isNull();
            assertThat(peer.isOpen()).isTrue();
            assertThat(peer.send("held")).as("read on").isFalse();
            nodes.pass(Duration.ofSeconds(20));
            assertThat(peer.texts()).isEmpty();
            assertThat(peer.resumes()).isZero();
            backplane.resume();
            nodes.pass(Duration.ofSeconds(5));
            assertThat(node.hub.stats().backplane().isAway()).isFalse();
            assertThat(peer.texts()).containsExactly("held");
            assertThat(peer.resumes()).isOne();
            assertThat(node.hub.tryBroadcast("x")).isTrue();
            assertThat(Nodes.gaps(peer)).isEmpty();
        }

        @Test
        void broadcastWaitsAndThenSaysSo() throws Exception {
            goAway();
            CompletableFuture<Void> broadcast = inThread(() -> node.hub.broadcast("x"));
            nodes.timer.pass(SECOND);
            assertThatThrownBy(() -> broadcast.get(30, TimeUnit.SECONDS)).cause()
                    .isInstanceOf(IllegalStateException.class).hasMessageContaining("backplane is away")
                    .hasMessageContaining("backplaneTimeout");
            assertThat(node.hub.stats().waits()).isPositive();
        }

        @Test
        void broadcastGoesOnIfItIsBackInTime() throws Exception {
            goAway();
            CompletableFuture<Void> broadcast = inThread(() -> {
                try {
                    assertThat(node.hub.tryBroadcast(Message.text("x"), Duration.ofSeconds(5))).isTrue();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            backplane.resume();
            nodes.pass(Duration.ofSeconds(2));
            broadcast.get(30, TimeUnit.SECONDS);
            nodes.run();
            assertThat(peer.texts()).containsExactly("x");
        }

        /**
         * {@return completed when an action is over that waits in a thread of its own, and does so when this returns}
         */
        private CompletableFuture<Void> inThread(Runnable action) throws Exception {
            int before = nodes.timer.pending();
            CompletableFuture<Void> done = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                try {
                    action.run();
                    done.complete(null);
                } catch (Throwable thrown) {
                    done.completeExceptionally(thrown);
                }
            });
            thread.setDaemon(true);
            thread.start();
            long until = System.nanoTime() + LIMIT.toNanos();
            while (thread.getState() != Thread.State.WAITING || nodes.timer.pending() == before) {
                assertThat(done).as("what a publisher begins while the backplane is away").isNotDone();
                assertThat(System.nanoTime() - until).as("a publisher waits, and has a limit for it").isNegative();
                Thread.onSpinWait();
            }
            return done;
        }

        @Test
        void aNodeThatStartsTakesNoPeersUntilItHasTheTail() {
            node.hub.broadcast("0");
            goAway();
            Nodes.Node late = nodes.node();
            assertThatThrownBy(late::join).isInstanceOfSatisfying(RefusedException.class,
                    refused -> assertThat(refused.refusalCause()).isEqualTo(RefusalCause.BACKPLANE));
            nodes.pass(Duration.ofSeconds(4));
            assertThatThrownBy(late::join).isInstanceOf(RefusedException.class);
            assertThat(late.hub.stats().backplane().isAway()).isTrue();
            backplane.resume();
            nodes.pass(Duration.ofSeconds(5));
            FakeTransport first = late.join(Replay.last(5));
            nodes.run();
            assertThat(first.texts()).containsExactly("0");
        }

        @Test
        void anAppendThatIsRefusedIsMadeAgain() {
            backplane.refuse(true);
            CompletableFuture<Position> position = node.publish("x");
            nodes.pass(Duration.ofSeconds(3));
            assertThat(node.hub.stats().backplane().isAway()).isTrue();
            assertThat(position).isNotDone();
            backplane.refuse(false);
            nodes.pass(Duration.ofSeconds(2));
            assertThat(position).isCompleted();
            assertThat(peer.texts()).containsExactly("x");
            assertThat(node.hub.stats().backplane().outages()).isOne();
            assertThat(node.hub.stats().backplane().isAway()).isFalse();
        }
    }

    @Nested
    class Saturation {

        @Test
        void holdsTheFollowerBackAndNoWritablePeerLosesAnything() {
            Nodes.Node one = nodes.node();
            Nodes.Node two = nodes.node(hub -> hub.retention(Retention.of(4, 1 << 20)));
            FakeTransport there = two.join();
            nodes.run();
            for (int i = 0; i < 500; i++) {
                one.hub.broadcast("" + i);
            }
            nodes.pass(SECOND);
            assertThat(there.texts()).isEqualTo(HubRig.numbers(0, 500));
            assertThat(there.isOpen()).isTrue();
            assertThat(two.hub.stats().backplane().lag()).isZero();
        }

        @Test
        void ofTheOutboxRefusesWhatDoesNotFit() {
            Nodes.Node node = nodes.node();
            backplane.delay(Duration.ofMillis(400), Duration.ofMillis(400));
            int taken = 0;
            while (taken < 10_000 && node.hub.tryBroadcast("" + taken)) {
                taken++;
            }
            assertThat(taken).isEqualTo(1024);
            nodes.pass(Duration.ofSeconds(30));
            assertThat(backplane.history("chat").size()).isEqualTo(taken);
            assertThat(node.hub.tryBroadcast("x")).isTrue();
        }
    }

    @Nested
    class TheEnd {

        @Test
        void deliversWhatWasAccepted() {
            Nodes.Node one = nodes.node();
            Nodes.Node two = nodes.node();
            backplane.delay(Duration.ofMillis(100), Duration.ofMillis(100));
            FakeTransport here = one.join();
            FakeTransport there = two.join();
            nodes.run();
            CompletableFuture<Position> position = one.publish("x");
            CompletableFuture<Void> ended = one.hub.shutdown(Duration.ofSeconds(5)).toCompletableFuture();
            nodes.run();
            assertThat(ended).isNotDone();
            assertThatThrownBy(() -> one.hub.broadcast("y")).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
            nodes.pass(Duration.ofSeconds(2));
            assertThat(position).isCompleted();
            assertThat(here.texts()).containsExactly("x");
            assertThat(here.closed()).isNotNull();
            assertThat(there.texts()).containsExactly("x");
            assertThat(ended).isCompleted();
            assertThat(backplane.open()).isOne();
        }

        @Test
        void comesAtItsLimitIfTheBackplaneIsAway() {
            Nodes.Node node = nodes.node();
            FakeTransport peer = node.join();
            nodes.run();
            backplane.pause();
            CompletableFuture<Position> position = node.publish("x");
            nodes.run();
            CompletableFuture<Void> ended = node.hub.shutdown(SECOND).toCompletableFuture();
            nodes.pass(SECOND.minusMillis(10));
            assertThat(ended).isNotDone();
            nodes.pass(Duration.ofSeconds(2));
            peer.leave(CloseReason.of(CloseReason.ABNORMAL));
            nodes.run();
            assertThat(ended).isCompleted();
            assertThatThrownBy(position::join).cause().isInstanceOf(BackplaneException.class);
            assertThat(backplane.open()).isZero();
            nodes.pass(Duration.ofSeconds(10));
            assertThat(nodes.timer.pending()).isZero();
        }

        @Test
        void leavesNoThreadBehindWithRealThreads() throws Exception {
            MemoryBackplane real = new MemoryBackplane();
            CountDownLatch got = new CountDownLatch(2);
            try (BroadcastHub one = real(real); BroadcastHub two = real(real)) {
                for (BroadcastHub hub : List.of(one, two)) {
                    new FakeTransport().answerClose().duringWrite(got::countDown).register(hub);
                }
                Position position = one.publish("x").toCompletableFuture().get(30, TimeUnit.SECONDS);
                assertThat(position.sequence()).isOne();
                assertThat(got.await(30, TimeUnit.SECONDS)).isTrue();
                one.close(LIMIT);
                two.close(LIMIT);
            }
            assertThat(real.open()).isZero();
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                if (thread.getName().startsWith("real-")) {
                    thread.join(LIMIT.toMillis()); // it takes no more tasks, but may not be quite over
                    assertThat(thread.isAlive()).as(thread.getName()).isFalse();
                }
            }
        }

        private static BroadcastHub real(MemoryBackplane backplane) {
            return BroadcastHub.builder().name("real").backplane(backplane).backplaneStartTimeout(LIMIT).build();
        }
    }
}
