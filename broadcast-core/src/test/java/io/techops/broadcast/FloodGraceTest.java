package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long a peer that is not writable holds back what other peers send. */
class FloodGraceTest {

    private final HubRig rig = HubRig.keeping(3);

    @Test
    void aPeerThatIsNotWritableForAMomentIsNotRunOverByAFlood() {
        FakeTransport flooding = rig.join();
        FakeTransport busy = rig.join().stallAfter(1);
        rig.run();
        int sent = SaturationTest.flood(flooding, 0);
        rig.run();
        assertThat(flooding.resumes()).as("the busy peer has taken three").isOne();
        sent = SaturationTest.flood(flooding, sent);
        rig.run();
        assertThat(flooding.resumes()).as("now the flood is held back").isOne();
        busy.becomeWritable();
        rig.run();
        assertThat(flooding.resumes()).isEqualTo(2);
        assertThat(busy.texts()).isEqualTo(HubRig.numbers(0, sent));
    }

    @Test
    void endsAfterItsTimeAlsoIfNothingElseHappens() {
        FakeTransport flooding = rig.join();
        FakeTransport busy = rig.join().stallAfter(1);
        rig.broadcastEach(0, 1);
        int sent = SaturationTest.flood(flooding, 1);
        rig.pass(Duration.ofMillis(999));
        assertThat(flooding.resumes()).isZero();
        rig.pass(Duration.ofMillis(1));
        assertThat(flooding.resumes()).isOne();
        assertThat(busy.closed()).isEqualTo(CloseReason.of(1013, "too slow: fell off the log's tail"));
        assertThat(flooding.texts()).isEqualTo(HubRig.numbers(0, sent));
    }

    @Test
    void isGivenAgainWithEveryBatchThatIsTakenAlsoToAPeerThatNeverCatchesUp() {
        HubRig large = new HubRig(builder -> builder.retention(Retention.of(20, 8 << 20))
                .policy(MessagePolicy.everything()));
        FakeTransport flooding = large.join();
        FakeTransport slow = large.join().stallAfter(1);
        large.run();
        Message big = Message.binary(new byte[200_000]);
        boolean resumed = true;
        for (int taken = 0; taken <= 50; taken++) {
            while (resumed && flooding.registration().received(big)) {
                large.run();
            }
            assertThat(slow.peer().lag()).as("never caught up").isPositive();
            assertThat(slow.isOpen()).isTrue();
            int resumes = flooding.resumes();
            large.pass(Duration.ofMillis(taken < 50 ? 900 : 1_000));
            slow.becomeWritableFor(1); // takes one batch, of the twenty that it is behind
            large.run();
            resumed = flooding.resumes() > resumes;
        }
        assertThat(slow.closed()).isEqualTo(CloseReason.of(1013, "too slow: fell off the log's tail"));
    }

    @Test
    void isGivenAgainWithEveryProgress() {
        FakeTransport flooding = rig.join();
        FakeTransport slow = rig.join().stallAfter(1);
        rig.broadcastEach(0, 1);
        int sent = SaturationTest.flood(flooding, 1);
        for (int i = 0; i < 15; i++) {
            rig.pass(Duration.ofMillis(900));
            slow.progress();
        }
        rig.pass(Duration.ofMillis(999));
        assertThat(flooding.resumes()).as("held back").isZero();
        assertThat(slow.isOpen()).isTrue();
        rig.pass(Duration.ofMillis(21)); // many are looked at together
        assertThat(flooding.resumes()).isOne();
        assertThat(slow.closed()).isEqualTo(CloseReason.of(1013, "too slow: fell off the log's tail"));
        assertThat(flooding.texts()).isEqualTo(HubRig.numbers(0, sent));
    }

    @Test
    void isNotGivenForEverToAPeerThatTakesOneBatchBitByBit() {
        FakeTransport flooding = rig.join();
        FakeTransport trickling = rig.join().stallAfter(1);
        rig.broadcastEach(0, 1);
        SaturationTest.flood(flooding, 1);
        for (int i = 0; i < 34; i++) {
            assertThat(flooding.resumes()).as("held back").isZero();
            rig.pass(Duration.ofMillis(950));
            trickling.progress();
        }
        assertThat(flooding.resumes()).as("32 s later").isOne();
        assertThat(trickling.closed()).isEqualTo(CloseReason.of(1013, "too slow: fell off the log's tail"));
    }

    @Test
    void isNotLongerForAPeerThatEnds() {
        FakeTransport flooding = rig.join();
        FakeTransport ending = rig.join().stallAfter(1);
        rig.broadcastEach(0, 2);
        ending.end(CloseReason.of(CloseReason.NORMAL), true);
        SaturationTest.flood(flooding, 2);
        rig.pass(Duration.ofMillis(999));
        assertThat(flooding.resumes()).as("held back").isZero();
        rig.pass(Duration.ofMillis(21)); // many are looked at together
        assertThat(flooding.resumes()).isOne();
    }

    @Test
    void isGivenAgainToAPeerThatCatchesUpWithEveryWriteButIsNeverWritableAtOnce() {
        FakeTransport flooding = rig.join();
        FakeTransport oneAtATime = rig.join().stallAfter(1);
        rig.run();
        int sent = 0;
        for (int i = 0; i < 50; i++) {
            sent = SaturationTest.flood(flooding, sent);
            int resumes = flooding.resumes();
            rig.run();
            while (flooding.resumes() == resumes) {
                rig.pass(Duration.ofMillis(100));
                oneAtATime.becomeWritableFor(1);
                rig.run();
            }
        }
        oneAtATime.becomeWritable();
        rig.run();
        assertThat(oneAtATime.isOpen()).isTrue();
        assertThat(oneAtATime.texts()).isEqualTo(HubRig.numbers(0, sent));
    }

    @Test
    void doesNotHoldBackTheHost() {
        FakeTransport busy = rig.join().stallAfter(1);
        rig.broadcastEach(0, 5);
        assertThat(rig.hub().stats().waits()).isZero();
        assertThat(busy.closed()).isNotNull();
    }

    @Test
    void ofZeroLetsAFloodRunOverWhoeverCannotFollow() {
        HubRig none = HubRig.keeping(3, builder -> builder.floodGrace(Duration.ZERO));
        FakeTransport flooding = none.join();
        FakeTransport busy = none.join().stallAfter(1);
        none.run();
        int sent = 0;
        for (int i = 0; i < 3; i++) {
            sent = SaturationTest.flood(flooding, sent);
            none.run();
        }
        assertThat(flooding.resumes()).isEqualTo(3);
        assertThat(busy.closed()).isNotNull();
    }
}
