package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Where the stream of a peer begins, and what it is told of that. */
class ReplayTest {

    private final HubRig rig = HubRig.keeping(4);

    private FakeTransport join(Replay replay) {
        FakeTransport transport = rig.join(new FakeTransport().knowingPositions().replaying(replay));
        rig.run();
        return transport;
    }

    private Position position(long sequence) {
        return rig.hub().stats().position().at(sequence);
    }

    private static void assertOpen(FakeTransport transport, Position after, boolean recovered) {
        assertThat(transport.events().get(0)).isInstanceOfSatisfying(StreamEvent.Open.class, open -> {
            assertThat(open.position()).isEqualTo(after);
            assertThat(open.isRecovered()).isEqualTo(recovered);
        });
    }

    private static void assertGap(StreamEvent event, Position after, GapReason reason, OptionalLong missed) {
        assertThat(event).isInstanceOfSatisfying(StreamEvent.Gap.class, gap -> {
            assertThat(gap.position()).isEqualTo(after);
            assertThat(gap.reason()).isEqualTo(reason);
            assertThat(gap.missed()).isEqualTo(missed);
        });
    }

    @Test
    void nothingOfThePastIsTheDefault() {
        rig.broadcastEach(0, 3);
        FakeTransport peer = join(Replay.none());
        rig.broadcastEach(3, 4);
        assertThat(peer.texts()).containsExactly("3");
        assertThat(peer.sequences()).containsExactly(4L);
        assertOpen(peer, position(3), false);
        assertThat(rig.hub().stats().replays()).isZero();
    }

    @Test
    void theOpenEventComesWithoutAnyMessage() {
        assertOpen(join(Replay.none()), position(0), false);
    }

    @Test
    void theLastMessagesAreAsManyAsAreKept() {
        rig.broadcastEach(0, 6);
        assertThat(join(Replay.last(2)).texts()).containsExactly("4", "5");
        FakeTransport all = join(Replay.last(100));
        assertThat(all.texts()).containsExactly("2", "3", "4", "5");
        assertOpen(all, position(2), false);
        assertThat(all.events()).hasSize(1);
        assertThat(rig.hub().stats().replays()).isEqualTo(2);
        assertThat(rig.hub().stats().gaps()).isZero();
    }

    @Test
    void whatAPeerBeginsWithIsKeptAlsoIfItJoinsWhileARoundIsUnderWay() {
        FakeTransport late = new FakeTransport().knowingPositions().replaying(Replay.last(4));
        FakeTransport first = rig.join();
        rig.run();
        rig.broadcast("0", "1", "2", "3");
        AtomicBoolean joined = new AtomicBoolean();
        first.duringWrite(() -> {
            if (joined.compareAndSet(false, true)) {
                rig.join(late);
            }
        });
        assertThat(first.send("4")).as("whether there was room").isFalse(); // it is admitted when the round ends
        rig.run();
        assertThat(late.texts()).containsExactly("0", "1", "2", "3", "4");
        assertThat(first.texts()).isEqualTo(late.texts());
    }

    @Test
    void whatAPeerBeginsWithIsKeptAlsoIfARoundForAnotherPeerComesFirst() {
        FakeTransport other = new FakeTransport();
        FakeTransport late = new FakeTransport().knowingPositions().replaying(Replay.last(4));
        AtomicBoolean armed = new AtomicBoolean();
        AtomicReference<BroadcastHub> hub = new AtomicReference<>();
        hub.set(BroadcastHub.builder().retention(Retention.of(4, 1 << 20)).shards(1).executor(Runnable::run)
                .timer(new VirtualTimer()).heartbeat(Duration.ZERO).listener(new HubListener() {
                    @Override
                    public void registered(Peer peer) { // before the shard is woken for it
                        if (armed.get()) {
                            other.peer().send(Message.text("to you alone"));
                            assertThat(hub.get().tryBroadcast("4")).isTrue();
                        }
                    }
                }).build());
        other.register(hub.get());
        for (String text : List.of("0", "1", "2", "3")) {
            hub.get().broadcast(text);
        }
        armed.set(true);
        late.register(hub.get());
        assertThat(other.texts()).containsExactly("0", "1", "2", "3", "to you alone", "4");
        assertThat(late.texts()).containsExactly("0", "1", "2", "3", "4");
        hub.get().close(Duration.ZERO);
    }

    @Test
    void aPeerThatDoesNotKnowPositionsIsReplayedTo() {
        rig.broadcastEach(0, 3);
        FakeTransport peer = rig.join(new FakeTransport().replaying(Replay.last(2)));
        rig.broadcastEach(3, 5);
        assertThat(peer.texts()).containsExactly("1", "2", "3", "4");
        assertThat(peer.events()).isEmpty();
    }

    @Test
    void anAnswerOfNoneIsEqualToTheDefault() {
        assertThat(Replay.last(0)).isEqualTo(Replay.none());
        assertThatThrownBy(() -> Replay.last(-1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("messages must not be negative: -1");
    }

    @Nested
    class AfterAPosition {

        @Test
        void nothingIsMissing() {
            rig.broadcastEach(0, 6);
            FakeTransport peer = join(Replay.after(position(3)));
            rig.broadcastEach(6, 8);
            assertThat(peer.texts()).containsExactly("3", "4", "5", "6", "7");
            assertOpen(peer, position(3), true);
            assertThat(peer.events()).hasSize(1);
            assertThat(rig.hub().stats().resumes()).isOne();
            assertThat(rig.hub().stats().replays()).isOne();
        }

        @Test
        void theLastOneIsRecoveredWithNothingToReplay() {
            rig.broadcastEach(0, 2);
            FakeTransport peer = join(Replay.after(position(2)));
            assertThat(peer.texts()).isEmpty();
            assertOpen(peer, position(2), true);
            assertThat(rig.hub().stats().resumes()).isOne();
            assertThat(rig.hub().stats().replays()).isZero();
        }

        @Test
        void beforeTheFirstMessageAllIsReplayed() {
            rig.broadcastEach(0, 2);
            FakeTransport peer = join(Replay.after(position(0)));
            assertThat(peer.texts()).containsExactly("0", "1");
            assertOpen(peer, position(0), true);
        }

        @Test
        void whatIsNoLongerKeptIsAGapWithItsNumber() {
            rig.broadcastEach(0, 6);
            FakeTransport peer = join(Replay.after(position(1)).orElse(Replay.last(1)));
            assertThat(peer.texts()).containsExactly("2", "3", "4", "5");
            assertOpen(peer, position(2), false);
            assertGap(peer.events().get(1), position(2), GapReason.EVICTED, OptionalLong.of(1));
            assertThat(rig.hub().stats().gaps(GapReason.EVICTED)).isOne();
            assertThat(rig.hub().stats().resumes()).isZero();
        }

        @Test
        void theOldestThatIsKeptIsNoGap() {
            rig.broadcastEach(0, 6);
            assertOpen(join(Replay.after(position(2))), position(2), true);
        }

        @Test
        void aBoundOnMessagesIsAGapBeyondIt() {
            rig.broadcastEach(0, 4);
            assertOpen(join(Replay.after(position(2)).within(2)), position(2), true);
            FakeTransport peer = join(Replay.after(position(1)).within(2));
            assertThat(peer.texts()).containsExactly("2", "3");
            assertGap(peer.events().get(1), position(2), GapReason.EVICTED, OptionalLong.of(1));
        }

        @Test
        void aBoundOnTheAgeIsAGapBeyondIt() {
            rig.broadcastEach(0, 2);
            rig.passSeconds(5);
            rig.broadcastEach(2, 4);
            rig.passSeconds(5);
            assertOpen(join(Replay.after(position(2)).within(Duration.ofSeconds(6))), position(2), true);
            FakeTransport peer = join(Replay.after(position(1)).within(Duration.ofSeconds(6)));
            assertThat(peer.texts()).containsExactly("2", "3");
            assertGap(peer.events().get(1), position(2), GapReason.EVICTED, OptionalLong.of(1));
        }

        @Test
        void anotherEpochIsAGapAndBeginsWithWhatIsAskedForElse() {
            rig.broadcastEach(0, 3);
            FakeTransport peer = join(Replay.after(Position.of("other", 2)).orElse(Replay.last(1)));
            assertThat(peer.texts()).containsExactly("2");
            assertOpen(peer, position(2), false);
            assertGap(peer.events().get(1), position(2), GapReason.EPOCH, OptionalLong.empty());
            FakeTransport now = join(Replay.after(Position.of("other", 2)));
            assertThat(now.texts()).isEmpty();
            assertGap(now.events().get(1), position(3), GapReason.EPOCH, OptionalLong.empty());
        }

        @Test
        void theFutureIsAGap() {
            rig.broadcastEach(0, 3);
            FakeTransport peer = join(Replay.after(position(4)));
            assertGap(peer.events().get(1), position(3), GapReason.FUTURE, OptionalLong.empty());
            rig.broadcastEach(3, 5);
            assertThat(peer.texts()).containsExactly("3", "4");
        }
    }

    @Test
    void theAgeOfTheRetentionBoundsWhatIsReplayedAndKept() {
        HubRig aging = new HubRig(hub -> hub.retention(Retention.of(10, 1_000_000).age(Duration.ofSeconds(10))));
        aging.broadcastEach(0, 2);
        aging.passSeconds(9);
        aging.broadcastEach(2, 4);
        aging.passSeconds(1);
        FakeTransport peer = aging.join(new FakeTransport().knowingPositions().replaying(Replay.last(9)));
        aging.run();
        assertThat(peer.texts()).containsExactly("2", "3");
        FakeTransport late = aging.join(new FakeTransport().knowingPositions()
                .replaying(Replay.after(aging.hub().stats().position().at(1))));
        aging.run();
        assertThat(late.texts()).containsExactly("2", "3");
        assertGap(late.events().get(1), aging.hub().stats().position().at(2), GapReason.EVICTED, OptionalLong.of(1));
        aging.broadcastEach(4, 5);
        assertThat(aging.hub().stats().retainedMessages()).isEqualTo(3);
    }

    @Test
    void aPeerThatSkipsIsToldOfTheGap() {
        HubRig skipping = HubRig.keeping(3, hub -> hub.overflow(OverflowPolicy.skip()));
        FakeTransport slow = skipping.join(new FakeTransport().knowingPositions()).stallAfter(1);
        skipping.broadcastEach(0, 6);
        slow.becomeWritable();
        skipping.run();
        assertThat(slow.texts()).containsExactly("0", "3", "4", "5");
        assertGap(slow.events().get(1), skipping.hub().stats().position().at(3), GapReason.OVERFLOW,
                OptionalLong.of(2));
        assertThat(skipping.hub().stats().gaps(GapReason.OVERFLOW)).isOne();
    }

    @Test
    void aGapThatWasNotToldGrows() {
        HubRig skipping = HubRig.keeping(2, hub -> hub.overflow(OverflowPolicy.skip()));
        skipping.broadcastEach(0, 4);
        Position first = skipping.hub().stats().position().at(1);
        FakeTransport slow = skipping.join(new FakeTransport().knowingPositions().replaying(Replay.after(first)));
        skipping.run();
        assertThat(slow.texts()).containsExactly("2", "3");
        assertThat(slow.events()).hasSize(2);
    }

    @Test
    void manyThatBeginInThePastAreServedInTurnAndMissNothing() {
        HubRig large = HubRig.keeping(4_000);
        for (int i = 0; i < 2_000; i++) {
            large.broadcast(i + " " + "x".repeat(1_000));
        }
        FakeTransport live = large.join();
        List<FakeTransport> late = IntStream.range(0, 50)
                .mapToObj(i -> large.join(new FakeTransport().replaying(Replay.last(2_000)))).toList();
        large.broadcast("live");
        large.run();
        assertThat(live.texts()).containsExactly("live");
        for (FakeTransport each : late) {
            assertThat(each.sequences()).hasSize(2_001).isSorted().doesNotHaveDuplicates();
            assertThat(each.batches()).as("it came in pieces").hasSizeGreaterThan(3);
        }
    }
}
