package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.RefusedException;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.TransportCall;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class HubShutdownTest {

    private static final CloseReason GOING_AWAY = CloseReason.of(1001, "the server is going away");

    @Nested
    class ByHand {

        private final HubRig rig = HubRig.keeping(3);

        @Test
        void whatWasBroadcastBeforeIsWrittenAndThenThePeersAreClosed() {
            FakeTransport peer = rig.join();
            FakeTransport late = rig.join().stallAfter(1);
            rig.broadcast("a");
            rig.run();
            rig.broadcast("b");
            var end = rig.hub().shutdown(Duration.ofSeconds(5)).toCompletableFuture();
            rig.run();
            assertThat(peer.texts()).containsExactly("a", "b");
            assertThat(peer.closed()).isEqualTo(GOING_AWAY);
            assertThat(late.closed()).isNull();
            late.becomeWritable();
            rig.run();
            assertThat(late.texts()).containsExactly("a", "b");
            assertThat(late.closed()).isEqualTo(GOING_AWAY);
            assertThat(end).as("two connections have not ended").isNotDone();
            peer.registration().unregister(GOING_AWAY);
            late.registration().unregister(GOING_AWAY);
            rig.run();
            assertThat(end).isCompleted();
            assertThat(rig.timer().pending()).as("timers left").isZero();
            assertThat(peer.isAborted() || late.isAborted()).isFalse();
        }

        @Test
        void alsoIfThatTakesSeveralWrites() {
            HubRig large = new HubRig();
            FakeTransport peer = large.join();
            for (int i = 0; i < 5; i++) {
                large.hub().broadcast(Message.binary(new byte[LogBuffer.MAX_BATCH_BYTES / 2]));
            }
            large.hub().shutdown(Duration.ofSeconds(5));
            large.run();
            assertThat(peer.batches()).containsExactly(1, 1, 1, 1, 1);
            assertThat(peer.closed()).isEqualTo(GOING_AWAY);
        }

        @Test
        void whatIsLeftAtTheDeadlineIsAborted() {
            FakeTransport stalled = rig.join().stallAfter(1);
            FakeTransport closing = rig.join();
            rig.broadcast("a");
            var end = rig.hub().shutdown(Duration.ofSeconds(2)).toCompletableFuture();
            rig.pass(Duration.ofMillis(1_999));
            assertThat(stalled.isAborted()).isFalse();
            rig.pass(Duration.ofMillis(1));
            assertThat(stalled.isAborted()).isTrue();
            assertThat(closing.isAborted()).isTrue();
            assertThat(end).isCompleted();
            assertThat(rig.timer().pending()).isZero();
            assertThat(rig.executor().pending()).isZero();
            assertThat(rig.listener().entries()).contains("peer 1 unregistered 1001", "peer 2 unregistered 1001");
        }

        @Test
        void whatAdaptersReportAfterTheEndWakesNobody() {
            FakeTransport peer = rig.join();
            rig.hub().shutdown(Duration.ZERO);
            rig.pass(Duration.ZERO);
            peer.registration().unregister(GOING_AWAY);
            peer.registration().writable();
            peer.registration().pong();
            assertThat(peer.send("x")).isTrue();
            assertThat(rig.executor().pending()).isZero();
        }

        @Test
        void whatIsParkedIsStillAdmitted() {
            FakeTransport flooding = rig.join();
            FakeTransport other = rig.join();
            rig.run();
            for (int i = 0; i < 3; i++) {
                assertThat(flooding.send(Integer.toString(i))).isTrue();
            }
            assertThat(flooding.send("3")).isFalse();
            rig.hub().shutdown(Duration.ofSeconds(5));
            rig.run();
            assertThat(other.texts()).containsExactly("0", "1", "2", "3");
            assertThat(flooding.texts()).containsExactly("0", "1", "2", "3");
        }

        @Test
        void whatIsParkedIsAdmittedAtOnceAlsoIfAPeerInItsGraceHeldItBack() {
            FakeTransport flooding = rig.join();
            rig.join().stallAfter(1);
            rig.broadcastEach(0, 1);
            assertThat(flooding.send("1")).isTrue();
            assertThat(flooding.send("2")).isTrue();
            assertThat(flooding.send("3")).isTrue();
            assertThat(flooding.send("4")).isFalse();
            rig.run();
            assertThat(flooding.resumes()).as("held back").isZero();
            rig.hub().shutdown(Duration.ofSeconds(5));
            rig.run();
            assertThat(flooding.texts()).containsExactly("0", "1", "2", "3", "4");
            assertThat(flooding.closed()).isNotNull();
        }

        @Test
        void nothingIsTakenAnyMore() {
            FakeTransport peer = rig.join();
            rig.hub().shutdown(Duration.ofSeconds(5));
            assertThat(rig.hub().isClosed()).isTrue();
            assertThatThrownBy(() -> rig.hub().broadcast("a"))
                    .isInstanceOf(IllegalStateException.class).hasMessageStartingWith("the hub is closed");
            assertThat(rig.hub().tryBroadcast(Message.text("a"))).isFalse();
            assertThat(peer.peer().send(Message.text("a"))).isFalse();
            assertThat(peer.send("a")).isTrue();
            assertThatThrownBy(() -> AdapterHub.of(rig.hub()).register(new FakeTransport()))
                    .isInstanceOfSatisfying(RefusedException.class, refused ->
                            assertThat(refused.refusalCause()).isEqualTo(RefusalCause.CLOSED))
                    .hasMessageStartingWith("the hub is closed");
            rig.run();
            assertThat(peer.messages()).isEmpty();
            assertThat(rig.hub().stats().registrations()).isOne();
        }

        @Test
        void aPeerThatJoinsWhileARoundRunsIsClosedToo() {
            FakeTransport first = rig.join();
            rig.run();
            FakeTransport second = new FakeTransport();
            FakeTransport third = rig.join();
            first.throwFrom(TransportCall.WRITE);
            third.throwFrom(TransportCall.WRITE);
            FakeTransport last = rig.join();
            last.duringWrite(() -> {
                rig.join(second);
                rig.hub().shutdown(Duration.ofSeconds(5));
                throw new IllegalStateException("the last of the peers that the round knows");
            });
            rig.broadcast("a");
            rig.run();
            assertThat(second.closed()).isEqualTo(GOING_AWAY);
            assertThat(rig.timer().pending()).as("the hub has not ended yet").isPositive();
            rig.passSeconds(5);
            assertThat(second.isAborted()).isTrue();
        }

        @Test
        void aHubWithoutPeersEndsAtOnce() {
            var end = rig.hub().shutdown(Duration.ofSeconds(Long.MAX_VALUE)).toCompletableFuture();
            rig.run();
            assertThat(end).isCompleted();
            assertThat(rig.timer().pending()).isZero();
        }

        @Test
        void onlyTheFirstCallCounts() {
            FakeTransport peer = rig.join();
            rig.hub().shutdown(Duration.ofSeconds(5));
            var end = rig.hub().shutdown(Duration.ZERO).toCompletableFuture();
            rig.pass(Duration.ZERO);
            assertThat(peer.isAborted()).isFalse();
            assertThat(end).isNotDone();
        }

        @Test
        void aNegativeLimitIsRefusedAndTheHubStaysOpen() {
            assertThatThrownBy(() -> rig.hub().shutdown(Duration.ofSeconds(-1)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessage("limit must not be negative: PT-1S");
            assertThat(rig.hub().isClosed()).isFalse();
        }
    }

    @Nested
    class OnRealThreads {

        private static List<String> threads(String name) {
            return Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                    .filter(thread -> thread.startsWith(name)).toList();
        }

        @Test
        void noThreadIsLeft() {
            BroadcastHub hub = BroadcastHub.builder().name("ends-well").build();
            FakeTransport peer = new FakeTransport();
            FakeTransport stalled = new FakeTransport().stallAfter(1);
            peer.register(hub);
            stalled.register(hub);
            hub.broadcast("a");
            assertThat(threads("ends-well")).isNotEmpty();
            hub.close(Duration.ofMillis(50));
            assertEnd("ends-well");
            assertThat(peer.texts()).containsExactly("a");
            assertThat(peer.isAborted()).isTrue();
            assertThat(stalled.isAborted()).isTrue();
            peer.registration().unregister(GOING_AWAY);
            assertEnd("ends-well");
        }

        /** Every thread has ended, or is about to: its executor has let go of it. */
        private static void assertEnd(String name) {
            long begin = System.nanoTime();
            while (!threads(name).isEmpty()) {
                assertThat(System.nanoTime() - begin).as("nanoseconds until the end of %s", threads(name))
                        .isLessThan(Duration.ofMinutes(1).toNanos());
                Thread.onSpinWait();
            }
        }

        @Test
        void aHugeLimitIsNoTrouble() {
            BroadcastHub hub = BroadcastHub.create();
            hub.close(Duration.ofSeconds(Long.MAX_VALUE));
            hub.close();
            assertThat(hub.isClosed()).isTrue();
        }

        @Test
        void aListenerMayCloseTheHub() throws Exception {
            CompletableFuture<BroadcastHub> built = new CompletableFuture<>();
            CompletableFuture<Boolean> returned = new CompletableFuture<>();
            CompletableFuture<CloseReason> last = new CompletableFuture<>();
            BroadcastHub hub = BroadcastHub.builder().listener(new HubListener() {
                @Override
                public void registered(Peer peer) {
                    built.join().close(Duration.ofMillis(20));
                    returned.complete(true);
                }

                @Override
                public void unregistered(Peer peer, CloseReason reason) {
                    last.complete(reason);
                }
            }).build();
            built.complete(hub);
            new FakeTransport().register(hub);
            assertThat(returned.get()).isTrue();
            assertThat(last.get()).isEqualTo(GOING_AWAY);
            hub.shutdown(Duration.ZERO).toCompletableFuture().get();
        }

        @Test
        void aPolicyAndATransportMayCloseTheHub() throws Exception {
            for (boolean inPolicy : new boolean[] {true, false}) {
                CompletableFuture<BroadcastHub> built = new CompletableFuture<>();
                BroadcastHub hub = BroadcastHub.builder().policy((context, message) -> {
                    if (inPolicy) {
                        built.join().close(Duration.ofMillis(20));
                    }
                    return MessagePolicy.Verdict.relay(message);
                }).build();
                FakeTransport peer = new FakeTransport().duringWrite(() -> hub.close(Duration.ofMinutes(5)));
                built.complete(hub);
                peer.register(hub);
                peer.send("a");
                hub.shutdown(Duration.ZERO).toCompletableFuture().get(); // comes soon, unless it waits for itself
                assertThat(peer.violations()).isEmpty();
            }
        }

        /** The executor of the hub has ended by then: who asks it for something asks again and again. */
        @Test
        void aPolicyThatThrowsWhenTheHubHasEndedWakesNobody() throws Exception {
            CompletableFuture<BroadcastHub> built = new CompletableFuture<>();
            BroadcastHub hub = BroadcastHub.builder().policy((context, message) -> {
                built.join().shutdown(Duration.ZERO).toCompletableFuture().join();
                throw new IllegalStateException("on purpose");
            }).build();
            built.complete(hub);
            FakeTransport peer = new FakeTransport().answerClose().register(hub);
            try (Warnings caught = new Warnings()) {
                peer.send("a");
                assertThat(hub.shutdown(Duration.ZERO).toCompletableFuture()).isCompleted();
                assertThat(caught.texts()).singleElement().asString().contains("The message policy threw");
            }
        }

        @Test
        void anInterruptedCloseReturnsAndTheShutdownGoesOn() throws Exception {
            BroadcastHub hub = BroadcastHub.create();
            FakeTransport stalled = new FakeTransport().stallAfter(1).register(hub);
            hub.broadcast("a");
            Thread.currentThread().interrupt();
            hub.close(Duration.ofMillis(100));
            assertThat(Thread.interrupted()).isTrue();
            hub.shutdown(Duration.ZERO).toCompletableFuture().get();
            assertThat(stalled.isAborted()).isTrue();
        }
    }
}
