package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages that expire: they are not delivered any more, and that is no loss. */
class TimeToLiveTest {

    private static final BroadcastOptions SHORT = BroadcastOptions.everyone().timeToLive(Duration.ofSeconds(2));

    private final HubRig rig = HubRig.keeping(2, hub -> hub.stallTimeout(Duration.ofSeconds(60)));

    private FakeTransport stalled() {
        FakeTransport slow = rig.join().stallAfter(1);
        broadcast("first", BroadcastOptions.everyone());
        return slow;
    }

    private void broadcast(String text, BroadcastOptions options) {
        rig.hub().broadcast(Message.text(text), options);
        rig.run();
    }

    private void assertWhole(FakeTransport peer) {
        assertThat(peer.isOpen()).isTrue();
        assertThat(peer.peer().missed()).isZero();
        assertThat(peer.peer().lag()).isZero();
    }

    @Test
    void aMessageThatHasExpiredIsNotDelivered() {
        FakeTransport slow = stalled();
        FakeTransport fast = rig.join();
        broadcast("short", SHORT);
        broadcast("long", BroadcastOptions.everyone());
        rig.passSeconds(2);
        slow.becomeWritable();
        rig.run();
        assertThat(slow.texts()).containsExactly("first", "long");
        assertThat(fast.texts()).containsExactly("short", "long");
        assertWhole(slow);
        assertThat(rig.hub().stats().expired()).isOne();
        assertThat(rig.hub().stats().missed()).isZero();
    }

    @Test
    void itIsDeliveredUntilThen() {
        FakeTransport slow = stalled();
        broadcast("short", SHORT);
        rig.pass(Duration.ofMillis(1_999));
        slow.becomeWritable();
        rig.run();
        assertThat(slow.texts()).containsExactly("first", "short");
    }

    @Test
    void itIsNotReplayed() {
        broadcast("short", SHORT);
        broadcast("long", BroadcastOptions.everyone());
        rig.passSeconds(2);
        FakeTransport peer = rig.join(new FakeTransport().replaying(Replay.last(2)));
        rig.run();
        assertThat(peer.texts()).containsExactly("long");
        assertWhole(peer);
    }

    @Test
    void theOneBeforeItDoesNotComeBack() {
        broadcast("old", BroadcastOptions.everyone().key("k"));
        broadcast("new", SHORT.key("k"));
        broadcast("other", BroadcastOptions.everyone().key("l"));
        rig.passSeconds(2);
        FakeTransport peer = rig.join(new FakeTransport().replaying(Replay.latest()));
        rig.run();
        assertThat(peer.texts()).containsExactly("other");
        broadcast("x", BroadcastOptions.everyone());
        broadcast("y", BroadcastOptions.everyone());
        FakeTransport later = rig.join(new FakeTransport().replaying(Replay.latest()));
        rig.run();
        assertThat(later.texts()).as("nor when the log has evicted it").containsExactly("other");
    }

    @Test
    void itExpiresBesideTheLog() {
        broadcast("k", SHORT.key("k"));
        broadcast("x", BroadcastOptions.everyone());
        broadcast("y", BroadcastOptions.everyone());
        assertThat(rig.hub().stats().retainedKeys()).isOne();
        rig.passSeconds(2);
        FakeTransport peer = rig.join(new FakeTransport().replaying(Replay.latest()));
        rig.run();
        assertThat(peer.texts()).isEmpty();
        assertThat(rig.hub().stats().evictedKeys()).isZero();
    }

    @Test
    void itsEvictionCutsNoPeer() {
        FakeTransport slow = stalled();
        broadcast("1", SHORT);
        broadcast("2", SHORT);
        rig.passSeconds(2);
        broadcast("3", BroadcastOptions.everyone());
        broadcast("4", BroadcastOptions.everyone());
        slow.becomeWritable();
        rig.run();
        assertThat(slow.texts()).containsExactly("first", "3", "4");
        assertWhole(slow);
    }

    @Test
    void aMessageThatIsEvictedBeforeItExpiresIsLost() {
        FakeTransport slow = stalled();
        broadcast("1", SHORT);
        broadcast("2", BroadcastOptions.everyone());
        broadcast("3", BroadcastOptions.everyone());
        assertThat(slow.closed().code()).isEqualTo(CloseReason.TRY_AGAIN_LATER);
    }

    @Test
    void aPeerGoesOnWithoutAGapOverMessagesThatHadExpired() {
        broadcast("0", BroadcastOptions.everyone());
        broadcast("1", SHORT);
        rig.passSeconds(2);
        broadcast("2", BroadcastOptions.everyone());
        broadcast("3", BroadcastOptions.everyone());
        FakeTransport peer = rig.join(new FakeTransport().knowingPositions()
                .replaying(Replay.after(rig.hub().stats().position().at(1))));
        rig.run();
        assertThat(peer.texts()).containsExactly("2", "3");
        assertThat(((StreamEvent.Open) peer.events().get(0)).isRecovered()).isTrue();
        assertThat(peer.events()).hasSize(1);
    }

    @Test
    void aGapNamesNoNumberIfAnExpiredMessageIsAmongTheMissingOnes() {
        HubRig skipping = HubRig.keeping(2, hub -> hub.overflow(OverflowPolicy.skip()));
        FakeTransport slow = skipping.join(new FakeTransport().knowingPositions()).stallAfter(1);
        skipping.broadcastEach(1, 2);
        skipping.hub().broadcast(Message.text("short"), SHORT);
        skipping.passSeconds(2);
        skipping.broadcastEach(3, 7);
        slow.becomeWritable();
        FakeTransport resuming = skipping.join(new FakeTransport().knowingPositions()
                .replaying(Replay.after(skipping.hub().stats().position().at(1))));
        skipping.run();
        for (FakeTransport each : List.of(slow, resuming)) {
            assertThat(each.texts()).endsWith("5", "6");
            assertThat(each.events().get(1)).isInstanceOfSatisfying(StreamEvent.Gap.class, gap -> {
                assertThat(gap.position().sequence()).isEqualTo(4);
                assertThat(gap.missed()).isEmpty();
            });
        }
    }

    @Test
    void aMessageToOnePeerExpires() {
        FakeTransport slow = stalled();
        broadcast("short", BroadcastOptions.to(slow.peer()).timeToLive(Duration.ofSeconds(2)));
        broadcast("long", BroadcastOptions.to(slow.peer()).timeToLive(Duration.ofSeconds(3)));
        rig.passSeconds(2);
        slow.becomeWritable();
        rig.run();
        assertThat(slow.texts()).containsExactly("first", "long");
        assertWhole(slow);
        assertThat(rig.hub().stats().expired()).isOne();
    }

    @Test
    void messagesToOnePeerThatHaveExpiredMakeRoomWithoutALoss() {
        FakeTransport slow = stalled();
        for (int i = 0; i < 2; i++) {
            broadcast("short " + i, BroadcastOptions.to(slow.peer()).timeToLive(Duration.ofSeconds(2)));
        }
        rig.passSeconds(2);
        slow.peer().close(CloseReason.of(CloseReason.NORMAL, "done"));
        broadcast("long", BroadcastOptions.to(slow.peer()));
        assertThat(slow.isOpen()).as("it has lost nothing").isTrue();
        slow.becomeWritable();
        rig.run();
        assertThat(slow.texts()).containsExactly("first", "long");
        assertThat(slow.closed()).isEqualTo(CloseReason.of(CloseReason.NORMAL, "done"));
        assertThat(rig.hub().stats().missed()).isZero();
        assertThat(rig.hub().stats().expired()).isEqualTo(2);
    }

    @Test
    void aPolicyGivesAMessageItsTime() {
        HubRig relaying = new HubRig(hub -> hub.policy((context, message) ->
                MessagePolicy.Verdict.relay(message).timeToLive(Duration.ofSeconds(5))));
        FakeTransport sender = relaying.join();
        sender.send("hello");
        relaying.run();
        assertThat(sender.texts()).containsExactly("hello");
        relaying.passSeconds(5);
        FakeTransport late = relaying.join(new FakeTransport().replaying(Replay.last(1)));
        relaying.run();
        assertThat(late.texts()).isEmpty();
    }
}
