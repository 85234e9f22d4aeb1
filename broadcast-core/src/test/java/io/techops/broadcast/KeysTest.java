package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Messages with a key: the newest of each outlives the log. */
class KeysTest extends KeyedHub {

    private static final String FAT = "x".repeat(200_000);

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
    class TheBounds {

        @Test
        void onTheNumberOfKeysForgetTheOneWhoseNewestIsTheOldest() {
            HubRig rig = keeping(of(1).keys(2), hub -> hub);
            broadcast(rig, "a1", "b1", "c1", "a2", "d1");
            assertThat(rig.hub().stats().retainedKeys()).isEqualTo(2);
            assertThat(rig.hub().stats().evictedKeys()).as("a, before it came again, and b").isEqualTo(2);
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
            assertThat(rig.hub().stats().evictedKeys()).isOne();
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

    @Test
    void oneThatIsForgottenBeforeItsTurnIsAGap() {
        HubRig rig = keeping(of(3).keys(1), hub -> hub.overflow(OverflowPolicy.skip()));
        broadcast(rig, "a1" + "x".repeat(400_000), "b1", "c1");
        FakeTransport slow = rig.join(new FakeTransport().knowingPositions().replaying(Replay.latest()).stallAfter(1));
        rig.run();
        assertThat(slow.sequences()).containsExactly(1L);
        broadcast(rig, "d1", "e1", "f1");
        slow.becomeWritable();
        rig.run();
        assertThat(slow.sequences()).containsExactly(1L, 3L, 4L, 5L, 6L);
        assertThat(gap(slow).reason()).isEqualTo(GapReason.OVERFLOW);
        assertThat(gap(slow).position().sequence()).isEqualTo(2);
        assertThat(slow.peer().missed()).isOne();
    }
}
