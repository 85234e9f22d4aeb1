package io.techops.broadcast;

import static io.techops.broadcast.WaitingThread.waitingIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SaturationTest {

    private final HubRig rig = HubRig.keeping(3);

    /** Sends the numbers from {@code from} on until the hub has the peer paused. {@return the number after the last} */
    static int flood(FakeTransport peer, int from) {
        int i = from;
        while (peer.send(Integer.toString(i++))) {
            assertThat(i - from).isLessThan(10_000);
        }
        return i;
    }

    @Nested
    class TheHost {

        @Test
        void tryBroadcastRefusesUntilTheShardsHaveCaughtUp() {
            FakeTransport peer = rig.join();
            rig.broadcast("0", "1", "2");
            assertThat(rig.hub().tryBroadcast(Message.text("3"))).isFalse();
            assertThat(rig.hub().stats().waits()).isOne();
            rig.run();
            assertThat(rig.hub().tryBroadcast(Message.text("3"))).isTrue();
            rig.run();
            assertThat(peer.texts()).isEqualTo(HubRig.numbers(0, 4));
        }

        @Test
        void broadcastWaitsUntilTheShardsHaveCaughtUp() throws InterruptedException {
            FakeTransport peer = rig.join();
            rig.broadcast("0", "1", "2");
            Thread publisher = waitingIn(() -> rig.hub().broadcast("3"));
            rig.run();
            publisher.join();
            rig.run();
            assertThat(peer.texts()).isEqualTo(HubRig.numbers(0, 4));
            assertThat(rig.hub().stats().waits()).isOne();
        }

        @Test
        void sendWaitsAsWell() throws InterruptedException {
            FakeTransport peer = rig.join();
            rig.broadcast("a", "b", "c"); // the log is full, but not of what is sent to some
            for (int i = 0; i < 3; i++) {
                peer.peer().send(Message.text(Integer.toString(i)));
            }
            assertThat(rig.hub().tryBroadcast(Message.text("x"), BroadcastOptions.to(peer.peer()))).isFalse();
            Thread publisher = waitingIn(() -> peer.peer().send(Message.text("3")));
            rig.run();
            publisher.join();
            rig.run();
            assertThat(peer.texts()).containsExactly("a", "b", "c", "0", "1", "2", "3");
        }

        @Test
        void aWaitIsNotInterruptedButTheInterruptIsKept() throws Exception {
            rig.join();
            rig.broadcast("0", "1", "2");
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            Thread publisher = waitingIn(() -> {
                rig.hub().broadcast("3");
                interrupted.complete(Thread.currentThread().isInterrupted());
            });
            publisher.interrupt();
            rig.run();
            assertThat(interrupted.get()).isTrue();
        }

        @Test
        void aWaitEndsWithAnExceptionWhenTheHubIsClosed() throws Exception {
            rig.join();
            rig.broadcast("0", "1", "2");
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            waitingIn(() -> {
                try {
                    rig.hub().broadcast("3");
                } catch (IllegalStateException e) {
                    thrown.complete(e);
                }
            });
            rig.hub().shutdown(Duration.ZERO);
            assertThat(thrown.get()).hasMessageStartingWith("the hub is closed");
        }

        @Test
        void aWaitThatFollowsAReadNotYetCompleteEndsWithoutIt() throws InterruptedException {
            FakeTransport peer = rig.join();
            FakeTransport other = rig.join();
            rig.run();
            peer.registration().readStarted();
            peer.send("0");
            peer.send("1");
            peer.send("2");
            Thread publisher = waitingIn(() -> rig.hub().broadcast("3"));
            rig.run();
            publisher.join();
            rig.run();
            assertThat(other.texts()).isEqualTo(HubRig.numbers(0, 4));
        }

        @Test
        void aWaitEndsAlsoIfAReadNotYetCompleteTakesTheRoomThatItWokeTheShardsFor() {
            FakeTransport peer = new FakeTransport();
            List<String> soon = new ArrayList<>();
            BroadcastHub inline = BroadcastHub.builder().retention(Retention.of(3, 8 << 20)).shards(1)
                    .timer(new VirtualTimer()).executor(task -> {
                        task.run();
                        List<String> now = List.copyOf(soon);
                        soon.clear();
                        now.forEach(peer::send);
                    }).build();
            peer.register(inline);
            peer.registration().readStarted();
            peer.send("0");
            peer.send("1");
            peer.send("2");
            soon.addAll(List.of("3", "4", "5"));
            inline.broadcast("6");
            assertThat(peer.texts()).isEqualTo(HubRig.numbers(0, 7));
        }

        @Test
        void aWritablePeerNeverLosesAnythingHoweverSlowTheShards() {
            FakeTransport healthy = rig.join();
            FakeTransport stalled = rig.join().stallAfter(1);
            int accepted = 0;
            for (int i = 0; i < 1_000; i++) {
                if (rig.hub().tryBroadcast(Message.text(Integer.toString(accepted)))) {
                    accepted++;
                }
                if (i % 7 == 0) {
                    rig.executor().runNext();
                }
            }
            rig.run();
            assertThat(accepted).isPositive();
            assertThat(healthy.texts()).isEqualTo(HubRig.numbers(0, accepted));
            assertThat(stalled.isOpen()).isFalse();
        }

        @Test
        void aStalledPeerDoesNotMakeTheHostWait() {
            FakeTransport stalled = rig.join().stallAfter(1);
            rig.broadcastEach(0, 20);
            assertThat(rig.hub().stats().waits()).isZero();
            assertThat(stalled.isOpen()).isFalse();
        }

        @Test
        void aTransportThatWouldWaitForItsOwnShardIsToldSo() {
            FakeTransport peer = rig.join();
            List<Throwable> thrown = new ArrayList<>();
            peer.duringWrite(() -> {
                try {
                    for (int i = 0; i < 10; i++) {
                        rig.hub().broadcast("again");
                    }
                } catch (IllegalStateException e) {
                    thrown.add(e);
                    peer.duringWrite(() -> { });
                }
            });
            rig.broadcast("a");
            rig.run();
            assertThat(thrown).singleElement().asString()
                    .contains("a transport must not call what may wait for the hub: it is saturated");
            assertThat(peer.texts()).containsExactly("a", "again", "again");
        }
    }

    @Nested
    class AFloodingPeer {

        @Test
        void isPausedAndResumedInOrder() {
            FakeTransport flooding = rig.join();
            FakeTransport other = rig.join();
            rig.run();
            int sent = flood(flooding, 0);
            assertThat(sent).isEqualTo(4);
            assertThat(flooding.resumes()).isZero();
            rig.run();
            assertThat(flooding.resumes()).isOne();
            sent = flood(flooding, sent);
            rig.run();
            assertThat(flooding.resumes()).isEqualTo(2);
            assertThat(other.texts()).isEqualTo(HubRig.numbers(0, sent));
            assertThat(flooding.texts()).isEqualTo(HubRig.numbers(0, sent));
            assertThat(rig.listener().entries()).containsSubsequence(
                    "broadcast 1 from peer 1", "broadcast 2 from peer 1", "broadcast 3 from peer 1",
                    "broadcast 4 from peer 1");
        }

        @Test
        void mustNotBeReadBeforeItIsResumed() {
            FakeTransport flooding = rig.join();
            rig.run();
            flood(flooding, 0);
            assertThatThrownBy(() -> flooding.send("too early"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("peer 1 must not be read before Transport.resume() is called");
        }

        @Test
        void paysForItselfAlsoWhenOthersFloodToo() {
            FakeTransport first = rig.join();
            FakeTransport second = rig.join();
            rig.run();
            int sent = flood(first, 0);
            assertThat(second.send(Integer.toString(sent))).as("no message overtakes").isFalse();
            rig.run();
            assertThat(first.resumes()).isOne();
            assertThat(second.resumes()).isOne();
            assertThat(second.texts()).isEqualTo(HubRig.numbers(0, sent + 1));
        }

        @Test
        void anEmptyLogIsNotHeldUpByAMessageThatNeedsItWhole() {
            HubRig bytes = new HubRig(builder -> builder.retention(Retention.of(100, 1_000)));
            FakeTransport peer = bytes.join();
            bytes.run();
            assertThat(peer.send("x".repeat(500))).isTrue();
            assertThat(peer.send("y".repeat(936))).isFalse();
            bytes.run();
            assertThat(peer.resumes()).isOne();
            assertThat(peer.messages()).hasSize(2);
        }

        @Test
        void whatIsParkedGoesWithItsPeerAndTheOthersGoOn() {
            FakeTransport first = rig.join();
            FakeTransport second = rig.join();
            rig.run();
            int sent = flood(first, 0);
            second.send("of the second");
            first.registration().unregister(CloseReason.of(CloseReason.NORMAL));
            rig.run();
            assertThat(second.texts()).containsExactly("0", "1", "2", "of the second").hasSize(sent);
            assertThat(second.resumes()).isOne();
            assertThat(first.resumes()).isZero();
        }

        @Test
        void comingAndGoingLeavesNothingBehind() {
            FakeTransport stalled = rig.join().stallAfter(1);
            rig.broadcastEach(0, 1);
            flood(rig.join(), 0);
            for (int i = 0; i < 100; i++) {
                FakeTransport passing = rig.join();
                assertThat(passing.send("x")).isFalse();
                passing.registration().unregister(CloseReason.of(CloseReason.NORMAL));
                rig.run();
            }
            stalled.becomeWritable();
            rig.run();
            assertThat(stalled.texts()).doesNotContain("x");
        }

        @Test
        void aPeerThatIsPausedCanStillBeClosed() {
            FakeTransport flooding = rig.join();
            rig.run();
            flood(flooding, 0);
            flooding.peer().close(CloseReason.of(1008));
            rig.run();
            assertThat(flooding.closed()).isEqualTo(CloseReason.of(1008));
        }
    }
}
