package io.techops.broadcast;

import static io.techops.broadcast.WaitingThread.waitingIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A state that a thread, a peer or a shard waits for never changes without waking it: the edges of Log's table. */
class WakeUpTest {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final HubRig rig = HubRig.keeping(3);

    @Nested
    class AHostThatWaitsForRoomInTheLog {

        @Test
        void goesOnWhenTheLastPeerLeaves() throws InterruptedException {
            FakeTransport peer = rig.join();
            rig.broadcast("0", "1", "2");
            Thread publisher = waitingIn(() -> rig.hub().broadcast("3"));
            peer.leave(CloseReason.of(1000));
            rig.run();
            publisher.join();
        }

        @Test
        void goesOnWhenThePeerThatHeldItUpStalls() throws InterruptedException {
            rig.join().stallAfter(1);
            rig.broadcast("0", "1", "2");
            Thread publisher = waitingIn(() -> rig.hub().broadcast("3"));
            rig.run();
            publisher.join();
        }

        @Test
        void goesOnWhenAWritablePeerThatWasCalledForAloneHasTakenAll() throws InterruptedException {
            FakeTransport peer = rig.join().stallAfter(1);
            rig.broadcastEach(0, 4);
            peer.becomeWritable(); // its place is safe from now on
            assertThat(rig.hub().tryBroadcast(Message.text("4"))).isFalse();
            Thread publisher = waitingIn(() -> rig.hub().broadcast("4"));
            rig.run();
            publisher.join();
            rig.run();
            assertThat(peer.texts()).isEqualTo(HubRig.numbers(0, 5));
        }
    }

    @Nested
    class AHostThatWaitsForRoomInTheLane {

        @Test
        void goesOnWhenTheReceiverHasTakenSome() throws InterruptedException {
            Thread publisher = full(rig.join());
            rig.run();
            publisher.join();
        }

        @Test
        void goesOnAtOnceWhenTheReceiverLeaves() throws InterruptedException {
            FakeTransport peer = rig.join();
            Thread publisher = full(peer);
            peer.leave(CloseReason.of(1000));
            publisher.join();
        }

        @Test
        void goesOnWhenTheReceiverStalls() throws InterruptedException {
            FakeTransport peer = rig.join().stallAfter(1);
            Thread publisher = full(peer);
            rig.run();
            publisher.join();
        }

        @Test
        void goesOnWhenTheHubIsClosed() throws InterruptedException {
            Thread publisher = full(rig.join());
            rig.hub().shutdown(LIMIT);
            publisher.join();
        }

        private Thread full(FakeTransport peer) {
            for (int i = 0; i < 3; i++) {
                peer.peer().send(Message.text("x"));
            }
            return waitingIn(() -> peer.peer().send(Message.text("y")));
        }
    }

    /** Two shards, the log full, a message of the first peer parked: the end begins, and the peer goes. */
    @Test
    void aParkedMessageThatGoesWithItsSenderDoesNotHoldUpTheEnd() {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            HubRig two = HubRig.keeping(2, builder -> builder.shards(2).heartbeat(Duration.ZERO));
            FakeTransport sender = two.join().answerClose();
            FakeTransport other = two.join().answerClose();
            two.run();
            two.broadcast("a", "b");
            assertThat(sender.send("c")).isFalse();
            var end = two.hub().shutdown(LIMIT).toCompletableFuture();
            for (int i = random.nextInt(4); i > 0; i--) {
                two.executor().runAny(random);
            }
            sender.leave(CloseReason.of(1006));
            while (two.executor().runAny(random)) {
                assertThat(other.isAborted()).isFalse();
            }
            assertThat(end).as("seed %d: no time has passed", seed).isCompleted();
            assertThat(other.closed()).isEqualTo(CloseReason.of(1001, "the server is going away"));
            assertThat(other.texts()).startsWith("a", "b");
        }
    }

    @Test
    void whatWasParkedBehindAPeerThatGoesIsAdmitted() {
        HubRig bytes = new HubRig(builder -> builder.retention(Retention.of(100, 1_000)).shards(2));
        FakeTransport large = bytes.join();
        FakeTransport small = bytes.join();
        bytes.run();
        FakeTransport stalled = bytes.join().stallAfter(1);
        bytes.broadcast("a");
        bytes.run();
        assertThat(small.send("x".repeat(300))).isTrue();
        bytes.run();
        assertThat(large.send("y".repeat(900))).isFalse();
        assertThat(small.send("z")).isFalse();
        bytes.run();
        assertThat(small.resumes()).as("in the order of arrival").isZero();
        large.leave(CloseReason.of(1000));
        bytes.run();
        assertThat(small.resumes()).isOne();
        assertThat(stalled.isOpen()).isTrue();
    }

    @Nested
    class AWritablePeer {

        private final HubRig large = HubRig.keeping(20);
        private final Message big = Message.text("x".repeat(100_000));

        private FakeTransport behind() {
            FakeTransport peer = large.join().stallAfter(1);
            for (int i = 0; i < 20; i++) {
                large.hub().broadcast(big);
                large.run();
            }
            return peer;
        }

        @Test
        void losesNothingToWhatIsBroadcastWhileItTakesItsFirstBatch() {
            FakeTransport peer = behind();
            List<Boolean> accepted = new ArrayList<>();
            peer.duringWrite(() -> {
                peer.duringWrite(() -> { });
                for (int i = 0; i < 8; i++) {
                    accepted.add(large.hub().tryBroadcast(big));
                }
            });
            peer.becomeWritable();
            large.run();
            assertThat(accepted).contains(false);
            assertThat(peer.isOpen()).isTrue();
            assertThat(peer.peer().missed()).isZero();
            assertThat(peer.messages()).hasSize((int) large.hub().stats().messages());
        }

        @Test
        void losesNothingFromTheMomentItSaysSo() {
            FakeTransport peer = behind();
            peer.becomeWritable();
            int accepted = 0;
            while (large.hub().tryBroadcast(big)) {
                assertThat(++accepted).isLessThan(10);
            }
            large.run();
            assertThat(peer.isOpen()).isTrue();
            assertThat(peer.messages()).hasSize(20 + accepted);
        }

        @Test
        void losesNothingIfItSaysSoWhileARoundIsUnderWayThatHasPassedIt() {
            FakeTransport busy = large.join(); // served after those who joined later
            FakeTransport peer = behind();
            busy.duringWrite(() -> {
                busy.duringWrite(() -> { });
                peer.becomeWritable();
            });
            large.hub().broadcast(big);
            large.executor().runNext();
            while (large.hub().tryBroadcast(big)) {
                assertThat(large.hub().stats().messages()).isLessThan(100);
            }
            large.run();
            assertThat(peer.isOpen()).isTrue();
            assertThat(peer.peer().missed()).isZero();
            assertThat(peer.messages()).hasSize((int) large.hub().stats().messages());
        }
    }

    @Test
    void aTransportOfOneHubThatWouldWaitForAnotherIsToldSo() {
        HubRig other = HubRig.keeping(1);
        other.join();
        other.broadcast("full");
        FakeTransport peer = rig.join();
        List<Throwable> thrown = new ArrayList<>();
        peer.duringWrite(() -> {
            try {
                other.hub().broadcast("x");
            } catch (IllegalStateException e) {
                thrown.add(e);
            }
        });
        rig.broadcast("a");
        rig.run();
        assertThat(thrown).singleElement().asString()
                .contains("a transport must not call what may wait for the hub: it is saturated");
        assertThat(peer.texts()).containsExactly("a");
    }

    @Nested
    class WhatOneReadBrought {

        @Test
        void isOfferedBeforeAPolicyThatMayBlockIsAskedAgain() {
            List<Integer> pending = new ArrayList<>();
            HubRig[] made = new HubRig[1];
            made[0] = new HubRig(builder -> builder.policy((context, message) -> {
                pending.add(made[0].executor().pending());
                return MessagePolicy.Verdict.relay(message);
            }));
            FakeTransport sender = made[0].join();
            made[0].run();
            sender.registration().readStarted();
            sender.send("a");
            sender.send("b");
            assertThat(pending).containsExactly(0, 1);
            sender.registration().readComplete();
        }

        @Test
        void isOfferedBeforeAListenerThatMayBlockIsToldOfIt() {
            List<Integer> pending = new ArrayList<>();
            HubRig[] made = new HubRig[1];
            made[0] = new HubRig(builder -> builder.messageListener(new MessageListener() {
                @Override
                public void broadcast(Peer from, Message message, Position position) {
                    pending.add(made[0].executor().pending());
                }
            }));
            FakeTransport sender = made[0].join();
            made[0].run();
            sender.registration().readStarted();
            sender.send("a");
            assertThat(pending).containsExactly(1);
            sender.registration().readComplete();
            made[0].run();
            made[0].hub().broadcast("b");
            assertThat(pending).containsExactly(1, 1);
        }
    }

    @Test
    void theParameterThatIsNullIsNamed() {
        FakeTransport peer = rig.join();
        BroadcastHub hub = rig.hub();
        assertNull("message", () -> hub.broadcast((Message) null));
        assertNull("text", () -> hub.broadcast((String) null));
        assertNull("message", () -> hub.tryBroadcast((Message) null));
        assertNull("message", () -> hub.broadcast(null, BroadcastOptions.everyone()));
        assertNull("options", () -> hub.broadcast(Message.text("x"), null));
        assertNull("message", () -> hub.tryBroadcast(null, BroadcastOptions.everyone()));
        assertNull("options", () -> hub.tryBroadcast(Message.text("x"), (BroadcastOptions) null));
        assertNull("transport", () -> AdapterHub.of(hub).register(null));
        assertNull("cause", () -> AdapterHub.of(hub).refused(null));
        assertNull("limit", () -> hub.shutdown(null));
        assertNull("limit", () -> hub.close(null));
        assertNull("message", () -> peer.peer().send((Message) null));
        assertNull("text", () -> peer.peer().send((String) null));
        assertNull("reason", () -> peer.peer().close(null));
        assertNull("message", () -> peer.registration().received(null));
        assertNull("reason", () -> peer.registration().unregister(null));
        assertNull("reason", () -> peer.registration().ending(null, true));
        assertNull("peer", () -> new PeerGroup().add(null));
        assertNull("receivers", () -> BroadcastOptions.to((PeerGroup) null));
        assertNull("receivers", () -> BroadcastOptions.to((List<Peer>) null));
        assertThat(hub.isClosed()).isFalse();
    }

    private static void assertNull(String name, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessage(name);
    }
}
