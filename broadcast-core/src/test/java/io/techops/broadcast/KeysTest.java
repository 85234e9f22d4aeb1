package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Messages with a key: the newest of each outlives the log, and replaces the older ones where the hub conflates. */
class KeysTest {

    private static final String FAT = "x".repeat(200_000);

    private static HubRig keeping(Retention retention, UnaryOperator<BroadcastHub.Builder> settings) {
        return new HubRig(hub -> settings.apply(hub.retention(retention)));
    }

    private static HubRig conflating(Retention retention) {
        return keeping(retention, hub -> hub.conflate(true));
    }

    private static Retention of(int messages) {
        return Retention.of(messages, 64 << 20);
    }

    /** The key is what is before the digit; none if there is no digit. */
    private static void broadcast(HubRig rig, String... texts) {
        for (String text : texts) {
            BroadcastOptions options = BroadcastOptions.everyone();
            rig.hub().broadcast(Message.text(text), text.matches("[a-z]+\\d+.*")
                    ? options.key(text.replaceAll("\\d.*", "")) : options);
            rig.run();
        }
    }

    private static FakeTransport join(HubRig rig, Replay replay) {
        FakeTransport transport = rig.join(new FakeTransport().knowingPositions().replaying(replay));
        rig.run();
        return transport;
    }

    /** A peer that has taken one message, "first", and no more. */
    private static FakeTransport stalled(HubRig rig) {
        FakeTransport slow = rig.join(new FakeTransport().knowingPositions()).stallAfter(1);
        broadcast(rig, "first");
        return slow;
    }

    private static StreamEvent.Gap gap(FakeTransport transport) {
        return (StreamEvent.Gap) transport.events().get(1);
    }

    @Nested
    class ThatBeginsWithTheLatest {

        @Test
        void aPeerIsGivenTheNewestOfEachKeyInTheOrderOfTheirPositions() {
            HubRig rig = keeping(of(4), hub -> hub);
            broadcast(rig, "a1", "b1", "c1", "a2", "x", "y", "c2", "z");
            FakeTransport peer = join(rig, Replay.latest());
            assertThat(peer.texts()).containsExactly("b1", "a2", "c2");
            assertThat(peer.sequences()).containsExactly(2L, 4L, 7L);
            assertThat(peer.keys()).containsExactly("b", "a", "c");
            assertThat(peer.events()).hasSize(1);
            broadcast(rig, "b2", "u");
            assertThat(peer.texts()).containsExactly("b1", "a2", "c2", "b2", "u");
            assertThat(rig.hub().stats().replays()).isOne();
            assertThat(rig.hub().stats().retainedKeys()).as("a, beside the log; b has come back").isEqualTo(1);
        }

        @Test
        void soItIsInAHubThatConflates() {
            HubRig rig = conflating(of(4));
            broadcast(rig, "a1", "b1", "c1", "a2", "x", "y", "c2", "z");
            assertThat(join(rig, Replay.latest()).texts()).containsExactly("b1", "a2", "c2");
            assertThat(rig.hub().stats().conflated()).as("what it was never to get").isZero();
        }

        @Test
        void withoutAnyKeyThereIsNothing() {
            HubRig rig = keeping(of(4), hub -> hub);
            broadcast(rig, "x", "y");
            FakeTransport peer = join(rig, Replay.latest());
            broadcast(rig, "z");
            assertThat(peer.texts()).containsExactly("z");
        }

        @Test
        void itGoesOnWithWhatIsKeptWhenItFallsOffTheTailMeanwhile() {
            HubRig rig = keeping(of(3), hub -> hub.overflow(OverflowPolicy.skip()));
            broadcast(rig, "a1" + FAT, "b1" + FAT, "c1" + FAT);
            FakeTransport slow = rig.join(new FakeTransport().knowingPositions().replaying(Replay.latest()))
                    .stallAfter(1);
            rig.run();
            broadcast(rig, "x", "y", "z", "w");
            slow.becomeWritable();
            rig.run();
            assertThat(slow.sequences()).containsExactly(1L, 2L, 3L, 5L, 6L, 7L);
            assertThat(gap(slow).position().sequence()).as("before all that follows").isEqualTo(1);
            assertThat(gap(slow).missed()).isEqualTo(OptionalLong.of(1));
        }
    }

    @Nested
    class InAHubThatConflates {

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
            assertThat(rig.hub().stats().forgottenKeys()).isZero();
            assertThat(slow.isOpen()).isTrue();
            broadcast(rig, "d1");
            assertThat(rig.hub().stats().forgottenKeys()).isOne();
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
            for (String key : List.of("a", "b", "c")) {
                rig.hub().broadcast(Message.text(key), BroadcastOptions.except(slow.peer()).key(key));
                rig.run();
            }
            assertThat(rig.hub().stats().forgottenKeys()).isOne();
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
            for (int i = 0; i < 3; i++) {
                rig.hub().broadcast(Message.text("k" + i), BroadcastOptions.except(slow.peer()).key("k" + i));
                rig.run();
            }
            broadcast(rig, "u", "v", "w", "last");
            slow.becomeWritable();
            rig.run();
            assertThat(slow.texts()).containsExactly("first", "last");
            assertThat(slow.peer().missed()).isEqualTo(3);
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

    @Nested
    class TheBounds {

        @Test
        void onTheNumberOfKeysForgetTheOneWhoseNewestIsTheOldest() {
            HubRig rig = keeping(of(1).keys(2), hub -> hub);
            broadcast(rig, "a1", "b1", "c1", "a2", "d1");
            assertThat(rig.hub().stats().retainedKeys()).isEqualTo(2);
            assertThat(rig.hub().stats().forgottenKeys()).as("a, before it came again, and b").isEqualTo(2);
            assertThat(join(rig, Replay.latest()).texts()).containsExactly("c1", "a2", "d1");
        }

        @Test
        void onBytesDoSo() {
            HubRig rig = keeping(of(1).keyBytes(2 * (64 + 2 + 1)), hub -> hub);
            broadcast(rig, "a1", "b1", "c1", "d1");
            assertThat(rig.hub().stats().retainedKeyBytes()).isEqualTo(2 * (64 + 2 + 1));
            assertThat(join(rig, Replay.latest()).texts()).containsExactly("b1", "c1", "d1");
        }

        @Test
        void onTheAgeDoSo() {
            HubRig rig = keeping(of(1).keyAge(Duration.ofSeconds(10)), hub -> hub);
            broadcast(rig, "a1");
            rig.passSeconds(5);
            broadcast(rig, "b1", "c1");
            rig.passSeconds(5);
            assertThat(join(rig, Replay.latest()).texts()).as("a is too old").containsExactly("b1", "c1");
            broadcast(rig, "d1");
            assertThat(rig.hub().stats().forgottenKeys()).isOne();
        }

        @Test
        void ofTheLogsAgeAreNotThoseOfKeysThoughAnIdleHubEvictsNothing() {
            HubRig rig = keeping(of(10).age(Duration.ofSeconds(5)).keyAge(Duration.ofSeconds(60)), hub -> hub);
            broadcast(rig, "a1", "u", "b1");
            rig.passSeconds(10);
            assertThat(join(rig, Replay.latest()).texts()).containsExactly("a1", "b1");
            assertThat(join(rig, Replay.last(3)).texts()).isEmpty();
            rig.passSeconds(50);
            assertThat(join(rig, Replay.latest()).texts()).isEmpty();
        }

        @Test
        void ofNoneKeepNothing() {
            HubRig rig = keeping(of(1).keys(0), hub -> hub);
            broadcast(rig, "a1", "b1");
            assertThat(join(rig, Replay.latest()).texts()).containsExactly("b1");
            assertThat(rig.hub().stats().retainedKeys()).isZero();
        }
    }

    @Test
    void aMessageThatWaitsForRoomKeepsItsKeyAndItsTime() {
        HubRig rig = keeping(of(1), hub -> hub.floodGrace(Duration.ofSeconds(1)).policy((context, message) ->
                MessagePolicy.Verdict.relay(message).key("k").timeToLive(Duration.ofSeconds(20))));
        FakeTransport slow = rig.join().stallAfter(1);
        FakeTransport sender = rig.join(new FakeTransport().knowingPositions());
        broadcast(rig, "first", "second");
        assertThat(sender.send("parked")).isFalse();
        rig.passSeconds(2);
        assertThat(sender.resumes()).isOne();
        assertThat(sender.texts()).containsExactly("first", "second", "parked");
        assertThat(sender.keys()).containsExactly(null, null, "k");
        assertThat(join(rig, Replay.latest()).texts()).containsExactly("parked");
        rig.passSeconds(18);
        assertThat(join(rig, Replay.latest()).texts()).isEmpty();
        assertThat(slow.isOpen()).isFalse();
    }
}
