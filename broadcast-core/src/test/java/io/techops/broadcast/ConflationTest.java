package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A message with a key replaces the older ones of its key in a hub that conflates. */
class ConflationTest extends KeyedHub {

    private static final String FAT = "x".repeat(200_000);

    /** Broadcasts a message for each key, its name, that a peer is not to get. */
    private static void broadcastKeysExcept(FakeTransport peer, HubRig rig, String... keys) {
        for (String key : keys) {
            rig.hub().broadcast(Message.text(key), BroadcastOptions.except(peer.peer()).key(key));
            rig.run();
        }
    }

    @Test
    void aSlowPeerIsGivenTheNewestOfEachKeyAndAllWithoutAKey() {
        HubRig rig = conflating(of(100));
        FakeTransport slow = stalled(rig);
        FakeTransport fast = rig.join();
        broadcast(rig, "a1", "b1", "a2", "u", "b2", "v", "a3");
        slow.becomeWritable();
        rig.run();
        assertThat(slow.texts()).containsExactly("first", "u", "b2", "v", "a3");
        assertThat(slow.peer().missed()).isZero();
        assertThat(slow.peer().lag()).isZero();
        assertThat(fast.texts()).hasSize(7);
        assertThat(rig.hub().stats().conflated()).isEqualTo(3);
    }

    @Test
    void aPeerBeyondTheTailIsGivenWhatIsKeptOfKeysAndThenTheLog() {
        HubRig rig = conflating(of(3));
        FakeTransport slow = stalled(rig);
        broadcast(rig, "a1", "b1", "c1", "a2", "d1", "e1", "c2");
        slow.becomeWritable();
        rig.run();
        assertThat(slow.texts()).containsExactly("first", "b1", "a2", "d1", "e1", "c2");
        assertThat(slow.events()).hasSize(1);
        assertThat(slow.isOpen()).isTrue();
        assertThat(slow.peer().missed()).isZero();
        assertThat(slow.peer().lag()).isZero();
    }

    @Test
    void aPeerThatIsWritableLosesNoKeyBeforeItsTurn() {
        HubRig rig = conflating(of(2).keys(2).age(Duration.ofSeconds(1)));
        broadcast(rig, "a1" + FAT, "b1" + FAT, "c1", "d1");
        rig.passSeconds(2); // the log has c1 and d1, which are too old
        FakeTransport peer = new FakeTransport().replaying(Replay.after(rig.hub().stats().position().at(0)));
        BroadcastOptions keyed = BroadcastOptions.everyone().key("e");
        List<Boolean> taken = new ArrayList<>();
        rig.join(peer.duringWrite(() -> {
            peer.duringWrite(() -> { });
            taken.add(rig.hub().tryBroadcast(Message.text("e1"), keyed));
        }));
        rig.run();
        assertThat(peer.isOpen()).isTrue();
        assertThat(peer.sequences()).containsExactly(1L, 2L);
        assertThat(taken).as("there is room when it has got its keys").containsExactly(false);
        broadcast(rig, "e1");
        assertThat(peer.sequences()).containsExactly(1L, 2L, 5L);
    }

    @Test
    void aPeerThatIsWritableAgainLosesNoKeyBeforeItsTurn() {
        HubRig rig = conflating(of(2).keys(2).age(Duration.ofSeconds(1)));
        broadcast(rig, "a1" + FAT, "b1" + FAT, "c1", "d1");
        rig.passSeconds(2); // the log has c1 and d1, which are too old
        FakeTransport peer = new FakeTransport().replaying(Replay.after(rig.hub().stats().position().at(0)));
        rig.join(peer.stallAfter(1));
        rig.run();
        assertThat(peer.sequences()).containsExactly(1L);
        peer.becomeWritable();
        BroadcastOptions keyed = BroadcastOptions.everyone().key("e");
        assertThat(rig.hub().tryBroadcast(Message.text("e1"), keyed)).isFalse();
        rig.run();
        assertThat(peer.isOpen()).isTrue();
        broadcast(rig, "e1");
        assertThat(peer.sequences()).containsExactly(1L, 2L, 5L);
    }

    @Test
    void whatIsLeftOutIsCountedForEachPeerAlsoIfTwoShareABatch() {
        HubRig rig = conflating(of(100));
        broadcast(rig, "a1", "a2");
        FakeTransport last = rig.join(new FakeTransport().replaying(Replay.last(10)));
        FakeTransport latest = rig.join(new FakeTransport().replaying(Replay.latest()));
        rig.hub().broadcast(Message.text("x"), BroadcastOptions.to(last.peer(), latest.peer()));
        rig.run();
        assertThat(last.texts()).containsExactly("a2", "x").isEqualTo(latest.texts());
        assertThat(rig.hub().stats().conflated()).as("the other one did not ask for it").isOne();
    }

    @Test
    void whatIsSentToAPeerKeepsItsPlaceAmongWhatIsKeptOfKeys() {
        HubRig rig = conflating(of(3));
        FakeTransport slow = stalled(rig);
        broadcast(rig, "a1");
        slow.peer().send("x");
        rig.hub().broadcast(Message.text("late"), BroadcastOptions.to(slow.peer()).timeToLive(Duration.ofSeconds(1)));
        broadcast(rig, "b1", "c1");
        slow.peer().send("y");
        broadcast(rig, "d1", "e1", "f1", "g1");
        rig.passSeconds(1);
        slow.becomeWritable();
        rig.run();
        assertThat(slow.texts()).containsExactly("first", "a1", "x", "b1", "c1", "y", "d1", "e1", "f1", "g1");
        assertThat(slow.peer().lag()).isZero();
        assertThat(rig.hub().stats().expired()).isOne();
        assertThat(rig.hub().stats().addressedMessages()).isZero();
    }

    @Test
    void whatIsSentToAPeerIsInOrderAlsoIfWhatIsKeptOfKeysIsMoreThanABatch() {
        HubRig rig = conflating(of(3));
        FakeTransport slow = stalled(rig);
        broadcast(rig, "a1" + FAT);
        slow.peer().send("x" + FAT);
        slow.peer().send("y" + FAT);
        broadcast(rig, "b1" + FAT, "c1", "d1", "e1");
        slow.becomeWritable();
        rig.run();
        assertThat(slow.texts().stream().map(text -> text.substring(0, 1)).toList())
                .containsExactly("f", "a", "x", "y", "b", "c", "d", "e");
        assertThat(slow.batches()).as("the large ones are one a batch").hasSizeGreaterThan(4);
    }

    @Test
    void whatHasNoKeyIsLostBeyondTheTail() {
        HubRig rig = conflating(of(2));
        FakeTransport slow = stalled(rig);
        broadcast(rig, "a1", "u", "b1");
        assertThat(slow.isOpen()).isTrue();
        broadcast(rig, "c1");
        assertThat(slow.closed().code()).isEqualTo(CloseReason.TRY_AGAIN_LATER);
        assertThat(rig.hub().stats().missed()).isOne();
    }

    @Test
    void aPeerThatSkipsIsToldBeforeWhatIsKept() {
        HubRig rig = keeping(of(2), hub -> hub.conflate(true).overflow(OverflowPolicy.skip()));
        FakeTransport slow = stalled(rig);
        broadcast(rig, "a1", "u", "v", "b1", "c1", "d1");
        slow.becomeWritable();
        rig.run();
        assertThat(slow.texts()).containsExactly("first", "a1", "b1", "c1", "d1");
        assertThat(gap(slow).position().sequence()).isEqualTo(1);
        assertThat(gap(slow).reason()).isEqualTo(GapReason.OVERFLOW);
        assertThat(slow.peer().missed()).isEqualTo(2);
    }

    @Test
    void aKeyThatChangesAllTheTimeReachesAPeerThatIsAlwaysBehind() {
        HubRig rig = conflating(of(10_000));
        FakeTransport slow = stalled(rig);
        broadcast(rig, FAT, FAT, FAT, FAT, FAT);
        for (int i = 0; i < 40; i++) {
            broadcast(rig, FAT, "hot" + i);
            slow.becomeWritableFor(1);
            rig.run();
        }
        assertThat(slow.peer().lag()).as("it is still behind").isPositive();
        assertThat(slow.keys().stream().filter("hot"::equals)).hasSizeGreaterThan(3);
        assertThat(slow.sequences()).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aKeyThatIsForgottenIsLostForWhoHasNotGotIt() {
        HubRig rig = conflating(of(1).keys(2));
        FakeTransport fast = rig.join();
        FakeTransport slow = stalled(rig);
        broadcast(rig, "a1", "b1", "c1");
        assertThat(rig.hub().stats().evictedKeys()).isZero();
        assertThat(slow.isOpen()).isTrue();
        broadcast(rig, "d1");
        assertThat(rig.hub().stats().evictedKeys()).isOne();
        assertThat(slow.closed().code()).isEqualTo(CloseReason.TRY_AGAIN_LATER);
        assertThat(rig.hub().stats().missed()).isOne();
        assertThat(fast.isOpen()).isTrue();
    }

    @Test
    void aKeyThatIsForgottenBeforeItsTurnIsAGap() {
        HubRig rig = keeping(of(1).keys(3), hub -> hub.conflate(true).overflow(OverflowPolicy.skip()));
        FakeTransport slow = stalled(rig);
        broadcast(rig, "a1" + FAT, "b1" + FAT, "c1" + FAT, "d1" + FAT);
        slow.becomeWritableFor(1);
        rig.run();
        assertThat(slow.sequences()).as("one a batch").containsExactly(1L, 2L);
        broadcast(rig, "e1", "f1");
        slow.becomeWritable();
        rig.run();
        assertThat(slow.sequences()).containsExactly(1L, 2L, 4L, 5L, 6L, 7L);
        assertThat(gap(slow).position().sequence()).isEqualTo(3);
        assertThat(slow.peer().missed()).isOne();
        assertThat(slow.peer().lag()).isZero();
    }

    @Test
    void soItIsForAPeerThatIsToBeDisconnected() {
        HubRig rig = conflating(of(1).keys(3));
        FakeTransport slow = stalled(rig);
        broadcast(rig, "a1" + FAT, "b1" + FAT, "c1" + FAT, "d1" + FAT);
        slow.becomeWritableFor(1);
        rig.run();
        broadcast(rig, "e1", "f1");
        slow.becomeWritable();
        rig.run();
        assertThat(slow.sequences()).containsExactly(1L, 2L);
        assertThat(slow.closed().code()).isEqualTo(CloseReason.TRY_AGAIN_LATER);
    }

    @Test
    void aForgottenKeyThatIsNotForAPeerIsNoLossForIt() {
        HubRig rig = conflating(of(1).keys(1));
        FakeTransport slow = stalled(rig);
        FakeTransport other = stalled(rig);
        slow.becomeWritableFor(1);
        rig.run();
        broadcastKeysExcept(slow, rig, "a", "b", "c");
        assertThat(rig.hub().stats().evictedKeys()).isOne();
        assertThat(other.isOpen()).isFalse();
        assertThat(slow.isOpen()).as("it is owed nothing").isTrue();
        broadcast(rig, "d1");
        slow.becomeWritable();
        rig.run();
        assertThat(slow.texts()).containsExactly("first", "first", "d1");
        assertThat(slow.peer().missed()).isZero();
        assertThat(slow.peer().lag()).isZero();
    }

    @Test
    void whatAPeerIsExcludedFromIsNotAmongWhatIsKept() {
        HubRig rig = keeping(of(2), hub -> hub.conflate(true).delivery(DeliveryPolicy.everyoneButSender())
                .policy((context, message) -> MessagePolicy.Verdict.relay(message).key("own")));
        FakeTransport slow = stalled(rig);
        FakeTransport other = rig.join();
        slow.send("mine");
        rig.run();
        broadcast(rig, "a1", "b1", "c1");
        slow.becomeWritable();
        rig.run();
        assertThat(slow.texts()).containsExactly("first", "a1", "b1", "c1");
        assertThat(other.texts()).containsExactly("mine", "a1", "b1", "c1");
        assertThat(slow.peer().lag()).isZero();
        assertThat(slow.peer().missed()).isZero();
    }

    @Test
    void excludedMessagesWithAKeyDoNotHideTheLossOfOthers() {
        HubRig rig = keeping(of(1), hub -> hub.conflate(true).overflow(OverflowPolicy.skip()));
        FakeTransport slow = stalled(rig);
        broadcastKeysExcept(slow, rig, "k0", "k1", "k2");
        broadcast(rig, "u", "v", "w", "last");
        slow.becomeWritable();
        rig.run();
        assertThat(slow.texts()).containsExactly("first", "last");
        assertThat(slow.peer().missed()).isEqualTo(3);
    }

    @Test
    void excludedMessagesWithAKeyThatWerePassedAreNoPartOfALaterLoss() {
        HubRig rig = keeping(of(1), hub -> hub.conflate(true).overflow(OverflowPolicy.skip()));
        FakeTransport slow = rig.join();
        broadcastKeysExcept(slow, rig, "k0", "k1", "k2");
        slow.stallAfter(1);
        broadcast(rig, "first", "u", "v", "w", "last");
        slow.becomeWritable();
        rig.run();
        assertThat(slow.texts()).containsExactly("first", "last");
        assertThat(slow.peer().missed()).isEqualTo(3);
    }

    @Test
    void whatAPeerDidNotAskForIsNoPartOfItsLoss() {
        HubRig rig = keeping(of(4), hub -> hub.conflate(true).overflow(OverflowPolicy.skip()));
        broadcast(rig, "a1" + FAT, "b1" + FAT, "u", "v");
        FakeTransport slow = rig.join(new FakeTransport().stallAfter(1).replaying(Replay.latest()));
        rig.run();
        assertThat(slow.sequences()).as("one a batch").containsExactly(1L);
        broadcast(rig, "w", "c1", "d1", "e1", "f1");
        slow.becomeWritable();
        rig.run();
        assertThat(slow.sequences()).containsExactly(1L, 2L, 6L, 7L, 8L, 9L);
        assertThat(slow.peer().missed()).as("w").isOne();
    }

    @Test
    void aPeerThatResumesIsGivenTheNewestOfWhatFollowed() {
        HubRig rig = conflating(of(3));
        broadcast(rig, "a1", "b1", "a2", "c1", "d1", "b2");
        FakeTransport peer = join(rig, Replay.after(rig.hub().stats().position().at(1)));
        assertThat(peer.texts()).containsExactly("a2", "c1", "d1", "b2");
        assertThat(((StreamEvent.Open) peer.events().get(0)).isRecovered()).isTrue();
        assertThat(peer.events()).hasSize(1);
    }

    @Test
    void aResumeIsAGapIfSomethingWithoutAKeyIsGone() {
        HubRig rig = conflating(of(2));
        broadcast(rig, "a1", "u", "b1", "c1");
        FakeTransport peer = join(rig, Replay.after(rig.hub().stats().position().at(1)));
        assertThat(peer.texts()).containsExactly("b1", "c1");
        assertThat(gap(peer).reason()).isEqualTo(GapReason.EVICTED);
        assertThat(gap(peer).position().sequence()).isEqualTo(1);
    }

    @Test
    void aBoundOnAResumeHoldsForWhatIsKeptOfKeys() {
        HubRig rig = conflating(of(2));
        broadcast(rig, "a1", "b1", "c1", "d1", "e1");
        Position first = rig.hub().stats().position().at(1);
        FakeTransport peer = join(rig, Replay.after(first).within(3));
        assertThat(peer.texts()).containsExactly("c1", "d1", "e1");
        assertThat(gap(peer).reason()).isEqualTo(GapReason.EVICTED);
        rig.passSeconds(5);
        broadcast(rig, "f1", "g1");
        FakeTransport young = join(rig, Replay.after(first).within(Duration.ofSeconds(4)));
        assertThat(young.texts()).containsExactly("f1", "g1");
        assertThat(gap(young).reason()).isEqualTo(GapReason.EVICTED);
    }
}
