package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.MemoryBackplane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What is missing for a hub that shares a log, and for its peers. */
class BackplaneGapTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Nodes nodes = new Nodes(1);
    private final MemoryBackplane backplane = nodes.backplane;

    private static void assertGap(FakeTransport transport, GapReason reason, OptionalLong missed) {
        assertThat(Nodes.gaps(transport)).singleElement().satisfies(gap -> {
            assertThat(gap.reason()).isEqualTo(reason);
            assertThat(gap.missed()).isEqualTo(missed);
        });
    }

    @Nested
    class WhatIsMissing {

        @Test
        void isToldWithItsNumberIfItIsNoLongerKept() {
            Nodes.Node one = nodes.node();
            Nodes.Node two = nodes.node();
            FakeTransport there = two.join();
            one.publish("0");
            nodes.run();
            two.stopped = true;
            for (int i = 1; i < 8; i++) {
                one.publish("" + i);
                nodes.run();
            }
            backplane.trim(2);
            two.stopped = false;
            nodes.pass(SECOND);
            FakeTransport late = two.join();
            nodes.run();
            assertThat(there.texts()).containsExactly("0", "6", "7");
            assertThat(there.sequences()).containsExactly(1L, 7L, 8L);
            assertGap(there, GapReason.EVICTED, OptionalLong.of(5));
            assertThat(Nodes.gaps(there).get(0).position().sequence()).isEqualTo(6);
            assertThat(Nodes.gaps(late)).isEmpty();
            assertThat(two.hub.stats().backplane().gaps()).isOne();
            assertThat(two.hub.stats().gaps(GapReason.EVICTED)).isOne();
            assertThat(there.isOpen()).isTrue();
        }

        @Test
        void ofALostTailBeginsAnEpochThatEveryPeerIsToldOf() {
            Nodes.Node one = nodes.node();
            Nodes.Node two = nodes.node();
            FakeTransport here = one.join();
            FakeTransport there = two.join();
            Position lost = one.publish("0").getNow(null);
            nodes.run();
            backplane.loseData();
            nodes.run();
            assertGap(here, GapReason.EPOCH, OptionalLong.empty());
            assertGap(there, GapReason.EPOCH, OptionalLong.empty());
            CompletableFuture<Position> next = two.publish("1");
            nodes.run();
            assertThat(lost).isNull();
            assertThat(here.texts()).containsExactly("0", "1").isEqualTo(there.texts());
            assertThat(here.positions()).isEqualTo(there.positions()).contains(next.join());
            assertThat(here.positions().get(0).hasEpochOf(next.join())).isFalse();
            assertThat(next.join().sequence()).isOne();
            assertThat(Nodes.gaps(here).get(0).position()).isEqualTo(next.join().at(0));
            assertThat(one.hub.stats().backplane().epochs()).isOne();
        }

        @Test
        void isToldOnceHoweverOftenItHappensBeforeAMessage() {
            Nodes.Node node = nodes.node();
            FakeTransport slow = node.join().stallAfter(1);
            node.publish("0");
            nodes.run();
            for (int i = 0; i < 3; i++) {
                backplane.loseData();
                nodes.run();
            }
            node.publish("1");
            nodes.run();
            slow.becomeWritable();
            nodes.run();
            assertThat(slow.texts()).containsExactly("0", "1");
            assertGap(slow, GapReason.EPOCH, OptionalLong.empty());
        }

        @Test
        void isToldToTheFirstPeerThatCompressesAsToAnyOther() {
            Nodes.Node node = nodes.node();
            node.publish("0");
            nodes.run();
            backplane.loseData();
            nodes.run();
            node.publish("1");
            nodes.run();
            FakeTransport peer = node.join(new FakeTransport().encodingSlowly(), Replay.last(10));
            nodes.run();
            assertThat(peer.texts()).containsExactly("0", "1");
            assertGap(peer, GapReason.EPOCH, OptionalLong.empty());
        }

        @Test
        void isToldInItsPlaceToAPeerThatLags() {
            Nodes.Node node = nodes.node();
            FakeTransport slow = node.join().stallAfter(1);
            node.publish("0");
            nodes.run();
            node.publish("1");
            nodes.run();
            backplane.loseData();
            nodes.run();
            node.publish("2");
            nodes.run();
            assertThat(Nodes.gaps(slow)).isEmpty();
            slow.becomeWritableFor(1);
            nodes.run();
            assertThat(slow.texts()).containsExactly("0", "1");
            assertThat(Nodes.gaps(slow)).isEmpty();
            slow.becomeWritable();
            nodes.run();
            assertThat(slow.texts()).containsExactly("0", "1", "2");
            assertGap(slow, GapReason.EPOCH, OptionalLong.empty());
        }

        @Test
        void isToldToAPeerThatGoesOnAfterAPositionOfTheEpochBefore() {
            Nodes.Node node = nodes.node();
            CompletableFuture<Position> first = node.publish("0");
            node.publish("1");
            nodes.run();
            backplane.loseData();
            nodes.run();
            node.publish("2");
            nodes.run();
            FakeTransport back = node.join(Replay.after(first.join()));
            FakeTransport atEnd = node.join(Replay.after(first.join().at(2)));
            nodes.run();
            assertThat(back.texts()).containsExactly("1", "2");
            assertGap(back, GapReason.EPOCH, OptionalLong.empty());
            assertThat(atEnd.texts()).containsExactly("2");
            assertGap(atEnd, GapReason.EPOCH, OptionalLong.empty());
        }
    }

    /** The newest of each key outlives the tail, and so it may be of an epoch that is over. */
    @Nested
    class WhatIsKeptOfKeys {

        private Nodes.Node node(boolean conflates) {
            return nodes.node(hub -> hub.retention(Retention.of(1, 1 << 20)).conflate(conflates));
        }

        private void say(Nodes.Node node, String... texts) {
            for (String text : texts) {
                node.hub.broadcast(Message.text(text), BroadcastOptions.everyone().key(text.substring(0, 1)));
                nodes.run();
            }
        }

        /** Each message is of the epoch that the peer was told of last. */
        private List<String> stream(CheckedPeer peer) {
            List<String> stream = new ArrayList<>();
            Position here = null;
            for (Object each : peer.stream) {
                if (each instanceof CheckedPeer.Given given) {
                    assertThat(given.position().hasEpochOf(here)).as(peer.stream.toString()).isTrue();
                    stream.add(((Message.Text) given.message()).text());
                } else {
                    here = ((StreamEvent) each).position();
                    stream.add(each instanceof StreamEvent.Gap gap ? gap.reason().text() : "open");
                }
            }
            return stream;
        }

        @Test
        void isGivenBeforeTheGapOfTheEpochThatTheLogIsIn() {
            Nodes.Node node = node(false);
            say(node, "a1");
            backplane.loseData();
            nodes.run();
            say(node, "b1");
            CheckedPeer peer = node.join(new CheckedPeer(), Replay.latest());
            nodes.run();
            assertThat(stream(peer)).containsExactly("open", "a1", "epoch", "b1");
        }

        @Test
        void isGivenToAPeerThatGoesOnWithOneGapAndInItsPlace() {
            Nodes.Node node = node(true);
            CompletableFuture<Position> first = node.publish("0");
            nodes.run();
            say(node, "a1", "b1");
            backplane.loseData();
            nodes.run();
            say(node, "c1", "d1");
            CheckedPeer inside = node.join(new CheckedPeer(), Replay.after(first.join()));
            CheckedPeer atEnd = node.join(new CheckedPeer(), Replay.after(first.join().at(3)));
            nodes.run();
            assertThat(stream(inside)).containsExactly("open", "a1", "b1", "epoch", "c1", "d1");
            assertThat(((StreamEvent.Open) inside.events().get(0)).isRecovered()).isTrue();
            assertThat(stream(atEnd)).containsExactly("open", "epoch", "c1", "d1");
        }

        @Test
        void isGivenAfterAGapAlsoIfNothingIsLeftOfTheEpochOfThePeer() {
            Nodes.Node node = node(true);
            CheckedPeer slow = node.join(new CheckedPeer(), Replay.none());
            slow.stallAfter(1);
            say(node, "a1", "a2");
            backplane.loseData();
            nodes.run();
            say(node, "a3", "b1");
            backplane.loseData();
            nodes.run();
            say(node, "c1");
            slow.becomeWritable();
            nodes.run();
            assertThat(stream(slow)).containsExactly("open", "a1", "epoch", "a3", "b1", "epoch", "c1");
        }
    }

    @Nested
    class APeerThatHasLostAllOfItsEpoch {

        @Test
        void goesOnAndSoDoTheOthers() {
            Nodes.Node node = nodes.node(hub -> hub.retention(Retention.of(1, 1 << 20)).conflate(true)
                    .overflow(OverflowPolicy.skip()));
            FakeTransport slow = node.join().stallAfter(1);
            FakeTransport fast = node.join();
            BroadcastOptions keyed = BroadcastOptions.everyone().key("k");
            node.hub.broadcast(Message.text("0"), keyed);
            nodes.run();
            node.publish("lost");
            nodes.run();
            for (String text : List.of("1", "2")) {
                backplane.loseData();
                nodes.run();
                node.hub.broadcast(Message.text(text), keyed);
                nodes.run();
            }
            slow.becomeWritable();
            node.publish("3");
            nodes.pass(SECOND);
            assertThat(slow.texts()).containsExactly("0", "2", "3");
            assertThat(slow.peer().missed()).isOne();
            assertThat(Nodes.gaps(slow)).isNotEmpty().last()
                    .satisfies(gap -> assertThat(gap.position().hasEpochOf(slow.positions().get(1))).isTrue());
            assertThat(fast.texts()).containsExactly("0", "lost", "1", "2", "3");
        }
    }

    @Test
    void aMessageThatItsNodeHasNoRoomForIsToldAsMissing() {
        Nodes.Node one = nodes.node();
        Nodes.Node two = nodes.node(hub -> hub.retention(Retention.of(10, 1_000)));
        FakeTransport there = two.join();
        one.publish("0");
        one.publish("x".repeat(2_000));
        one.publish("2");
        nodes.run();
        assertThat(there.texts()).containsExactly("0", "2");
        assertThat(there.sequences()).containsExactly(1L, 3L);
        assertGap(there, GapReason.EVICTED, OptionalLong.of(1));
        assertThat(two.hub.stats().backplane().gaps()).isOne();
    }

    @Nested
    class AClient {

        @Test
        void goesOnAtAnotherNode() {
            Nodes.Node one = nodes.node();
            Nodes.Node two = nodes.node();
            CompletableFuture<Position> seen = one.publish("0");
            one.publish("1");
            nodes.run();
            FakeTransport back = two.join(Replay.after(seen.join()));
            nodes.run();
            assertThat(back.texts()).containsExactly("1");
            assertThat(Nodes.gaps(back)).isEmpty();
        }

        @Test
        void goesOnAtANodeThatStartedLate() {
            Nodes.Node one = nodes.node();
            CompletableFuture<Position> seen = one.publish("0");
            one.publish("1");
            nodes.run();
            Nodes.Node late = nodes.node();
            FakeTransport back = late.join(Replay.after(seen.join()));
            FakeTransport last = late.join(Replay.last(10));
            nodes.run();
            assertThat(back.texts()).containsExactly("1");
            assertThat(((StreamEvent.Open) back.events().get(0)).isRecovered()).isTrue();
            assertThat(last.texts()).containsExactly("0", "1");
        }

        @Test
        void ofANodeThatKeepsLessIsToldThatSomethingIsMissing() {
            Nodes.Node one = nodes.node();
            CompletableFuture<Position> seen = one.publish("0");
            for (int i = 1; i < 10; i++) {
                one.publish("" + i);
            }
            nodes.run();
            Nodes.Node late = nodes.node(hub -> hub.retention(Retention.of(4, 1 << 20)));
            FakeTransport back = late.join(Replay.after(seen.join()));
            nodes.run();
            assertThat(back.texts()).isEqualTo(HubRig.numbers(6, 10));
            assertGap(back, GapReason.EVICTED, OptionalLong.of(5));
        }
    }
}
