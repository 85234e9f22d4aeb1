package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import org.junit.jupiter.api.Test;

class LogBoundsTest {

    private static HubRig keepingBytes(long bytes) {
        return new HubRig(builder -> builder.retention(Retention.of(1000, bytes)).policy(MessagePolicy.everything()));
    }

    @Test
    void theOldestMakesRoomWhenThereAreTooManyMessages() {
        HubRig rig = HubRig.keeping(3);
        for (int i = 0; i < 10; i++) {
            rig.broadcast("x");
            assertThat(rig.hub().stats().retainedMessages()).isEqualTo(Math.min(i + 1, 3));
        }
        assertThat(rig.hub().stats().retainedBytes()).isEqualTo(3 * 65);
    }

    @Test
    void theOldestMakeRoomWhenThereAreTooManyBytes() {
        HubRig rig = keepingBytes(1000);
        for (int i = 0; i < 20; i++) {
            rig.hub().broadcast(Message.binary(new byte[136]));
        }
        assertThat(rig.hub().stats().retainedMessages()).isEqualTo(5);
        assertThat(rig.hub().stats().retainedBytes()).isEqualTo(1000);
        rig.hub().broadcast(Message.binary(new byte[800]));
        assertThat(rig.hub().stats().retainedMessages()).isOne();
        assertThat(rig.hub().stats().retainedBytes()).isEqualTo(864);
    }

    @Test
    void emptyMessagesAreNotFree() {
        HubRig rig = keepingBytes(640);
        for (int i = 0; i < 100; i++) {
            rig.broadcast("");
        }
        assertThat(rig.hub().stats().retainedMessages()).isEqualTo(10);
        assertThat(rig.hub().stats().retainedBytes()).isEqualTo(640);
        assertThat(rig.hub().stats().bytes()).isZero();
    }

    @Test
    void messagesToOnePeerAloneAreKeptUntilItHasTakenThemWithinTheSameBounds() {
        HubRig rig = HubRig.keeping(3, builder -> builder.overflow(OverflowPolicy.skip()));
        FakeTransport peer = rig.join().stallAfter(1);
        rig.broadcast("a");
        rig.run();
        for (int i = 0; i < 5; i++) {
            peer.peer().send(Message.text(Integer.toString(i)));
            rig.run();
        }
        assertThat(rig.hub().stats().addressedMessages()).isEqualTo(3);
        assertThat(rig.hub().stats().addressedBytes()).isEqualTo(3 * 65);
        assertThat(rig.hub().stats().retainedMessages()).isOne();
        peer.becomeWritable();
        rig.run();
        assertThat(peer.texts()).containsExactly("a", "2", "3", "4");
        assertThat(peer.peer().missed()).isEqualTo(2);
        assertThat(rig.hub().stats().addressedMessages()).isZero();
        assertThat(rig.hub().stats().addressedBytes()).isZero();
    }

    @Test
    void aMessageToManyIsChargedItsPayloadOnceAndALittleForEachReceiver() {
        HubRig rig = HubRig.keeping(3);
        for (int i = 0; i < 300; i++) {
            rig.join();
        }
        rig.hub().broadcast(Message.binary(new byte[1_000]), BroadcastOptions.to(peer -> peer.id() <= 200));
        assertThat(rig.hub().stats().addressedMessages()).isOne();
        assertThat(rig.hub().stats().addressedBytes()).isEqualTo(1_000 + 64 + 199 * 32);
        rig.run();
        assertThat(rig.hub().stats().addressedMessages()).isZero();
        assertThat(rig.hub().stats().addressedBytes()).isZero();
    }

    @Test
    void oneMessageFitsHoweverManyReceiversItHas() {
        HubRig rig = keepingBytes(1_000);
        for (int i = 0; i < 500; i++) {
            rig.join();
        }
        BroadcastOptions all = BroadcastOptions.to(peer -> true);
        assertThat(rig.hub().tryBroadcast(Message.binary(new byte[936]), all)).isTrue();
        assertThat(rig.hub().tryBroadcast(Message.binary(new byte[1]), all)).isFalse();
        rig.run();
        assertThat(rig.hub().tryBroadcast(Message.binary(new byte[1]), all)).isTrue();
        rig.run();
        assertThat(rig.hub().stats().deliveries()).isEqualTo(1_000);
        assertThat(rig.hub().stats().addressedBytes()).isZero();
    }

    @Test
    void whatWaitsForAPeerGoesWithIt() {
        HubRig rig = HubRig.keeping(1_000);
        FakeTransport peer = rig.join().stallAfter(1);
        rig.broadcast("a");
        rig.run();
        for (int i = 0; i < 500; i++) {
            peer.peer().send(Message.text("x"));
        }
        assertThat(rig.hub().stats().addressedMessages()).isEqualTo(500);
        peer.leave(CloseReason.of(1000));
        assertThat(rig.hub().stats().addressedMessages()).isZero();
        assertThat(rig.hub().stats().addressedBytes()).isZero();
    }

    @Test
    void aMessageLargerThanTheLogIsRefusedWithBothNumbers() {
        HubRig rig = keepingBytes(1000);
        rig.hub().broadcast(Message.binary(new byte[936]));
        Message large = Message.binary(new byte[937]);
        String expected = "message must fit in the log, retention.bytes 1000: it is charged 1001 bytes";
        assertThatThrownBy(() -> rig.hub().broadcast(large))
                .isInstanceOf(IllegalArgumentException.class).hasMessage(expected);
        assertThatThrownBy(() -> rig.hub().tryBroadcast(large))
                .isInstanceOf(IllegalArgumentException.class).hasMessage(expected);
        FakeTransport peer = rig.join();
        assertThatThrownBy(() -> peer.peer().send(large))
                .isInstanceOf(IllegalArgumentException.class).hasMessage(expected);
        assertThat(rig.hub().stats().retainedMessages()).as("nothing was evicted for it").isOne();
    }

    @Test
    void aPeerThatSendsSuchAMessageIsClosedAndNothingFailed() {
        HubRig rig = keepingBytes(1000);
        FakeTransport peer = rig.join();
        assertThat(peer.registration().received(Message.binary(new byte[937]))).isTrue();
        rig.run();
        assertThat(peer.closed()).isEqualTo(CloseReason.of(1009,
                "message must fit in the log, retention.bytes 1000: it is charged 1001 bytes"));
        assertThat(rig.listener().of(peer.peer())).containsExactly("peer 1 registered", "peer 1 unregistered 1009");
    }

    @Test
    void memoryDoesNotGrowWithTheLagOfStalledPeers() {
        HubRig rig = new HubRig(builder -> builder.retention(Retention.of(50, 5_000)).overflow(OverflowPolicy.skip()));
        for (int i = 0; i < 20; i++) {
            rig.join().stallAfter(1);
        }
        FakeTransport healthy = rig.join();
        for (int i = 0; i < 2_000; i++) {
            rig.hub().broadcast("0123456789");
            rig.run();
            assertThat(rig.hub().stats().retainedMessages()).isLessThanOrEqualTo(50);
            assertThat(rig.hub().stats().retainedBytes()).isLessThanOrEqualTo(5_000);
        }
        assertThat(healthy.messages()).hasSize(2_000);
        assertThat(rig.executor().pending()).as("tasks that wait").isZero();
        assertThat(rig.timer().pending()).as("timers").isLessThanOrEqualTo(1);
    }
}
