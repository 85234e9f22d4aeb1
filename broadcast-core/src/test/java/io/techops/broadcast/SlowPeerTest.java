package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.ManualExecutor;
import io.techops.broadcast.testkit.TransportCall;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SlowPeerTest {

    @Nested
    class WithinTheLog {

        private final HubRig rig = HubRig.keeping(10);

        @Test
        void aStalledPeerIsNotWrittenToAndDisturbsNobody() {
            FakeTransport slow = rig.join().stallAfter(1);
            FakeTransport healthy = rig.join();
            rig.broadcastEach(0, 5);
            assertThat(slow.texts()).isEqualTo(HubRig.numbers(0, 1));
            assertThat(healthy.texts()).isEqualTo(HubRig.numbers(0, 5));
            assertThat(slow.peer().lag()).isEqualTo(4);
        }

        @Test
        void onceWritableItGetsAllThatItMissedInOneGo() {
            FakeTransport slow = rig.join().stallAfter(1);
            rig.broadcastEach(0, 11);
            slow.becomeWritable();
            rig.run();
            assertThat(slow.texts()).isEqualTo(HubRig.numbers(0, 11));
            assertThat(slow.batches()).containsExactly(1, 10);
        }

        @Test
        void itMayBecomeWritableBeforeWriteHasReturnedFalse() {
            FakeTransport hasty = rig.join();
            hasty.stallAfter(1).duringWrite(() -> hasty.registration().writable());
            rig.broadcast("a");
            rig.run();
            assertThat(hasty.isWritable()).isFalse(); // the fake stalled after it had said so: its own fault
            rig.broadcast("b");
            rig.executor().runAll();
            assertThat(hasty.texts()).containsExactly("a", "b");
        }
    }

    @Nested
    class FallingOffTheTail {

        @Test
        void disconnectsWithTryAgainLaterAndTheNumberMissed() {
            HubRig rig = HubRig.keeping(3);
            FakeTransport slow = rig.join().stallAfter(1);
            FakeTransport healthy = rig.join();
            rig.broadcastEach(0, 4);
            assertThat(slow.isOpen()).isTrue();
            rig.broadcastEach(4, 5);
            assertThat(slow.closed()).isEqualTo(CloseReason.of(1013, "too slow: fell off the log's tail"));
            assertThat(slow.texts()).containsExactly("0");
            assertThat(slow.peer().missed()).isOne();
            assertThat(rig.listener().of(slow.peer())).containsExactly(
                    "peer 1 registered", "peer 1 overflowed 1", "peer 1 unregistered 1013");
            assertThat(rig.hub().peers()).containsExactly(healthy.peer());
            assertThat(rig.hub().stats().overflows()).isOne();
            assertThat(healthy.texts()).isEqualTo(HubRig.numbers(0, 5));
        }

        @Test
        void aPeerThatLeavesRightBeforeItWouldBeDisconnectedHasMissedNothing() {
            ManualExecutor executor = new ManualExecutor(); // without a listener, a peer is resumed in the next round
            BroadcastHub hub = BroadcastHub.builder().executor(executor).timer(new VirtualTimer()).shards(1)
                    .retention(Retention.of(2, 1 << 20)).floodGrace(Duration.ZERO).build();
            FakeTransport leaving = new FakeTransport() {
                @Override
                public void resume() {
                    super.resume();
                    leave(CloseReason.of(CloseReason.NORMAL)); // as another thread may do
                }
            };
            leaving.stallAfter(1).register(hub);
            new FakeTransport().register(hub);
            assertThat(hub.tryBroadcast("0")).isTrue();
            executor.runAll();
            assertThat(hub.tryBroadcast("1")).isTrue();
            assertThat(hub.tryBroadcast("2")).isTrue();
            assertThat(leaving.send("3")).as("the other one has not got 1 yet").isFalse();
            executor.runAll();
            assertThat(leaving.resumes()).isOne();
            assertThat(leaving.peer().missed()).isZero();
            assertThat(hub.stats().missed()).isZero();
            assertThat(hub.stats().overflows()).isZero();
        }

        @Test
        void aPeerThatBecomesWritableTooLateIsDisconnectedAsWell() {
            HubRig rig = HubRig.keeping(3);
            FakeTransport slow = rig.join().stallAfter(1);
            rig.broadcastEach(0, 4);
            rig.broadcast("4");
            slow.becomeWritable();
            rig.run();
            assertThat(slow.texts()).as("one contiguous run").containsExactly("0");
            assertThat(slow.closed()).isNotNull();
        }

        @Test
        void skipsToTheOldestMessageKept() {
            HubRig rig = HubRig.keeping(3, builder -> builder.overflow(OverflowPolicy.skip()));
            FakeTransport slow = rig.join().stallAfter(1);
            rig.broadcastEach(0, 10);
            assertThat(slow.isOpen()).isTrue();
            assertThat(slow.peer().missed()).as("not known before it goes on").isZero();
            slow.becomeWritable();
            rig.run();
            assertThat(slow.texts()).containsExactly("0", "7", "8", "9");
            assertThat(slow.peer().missed()).isEqualTo(6);
            assertThat(slow.peer().lag()).isZero();
            assertThat(rig.listener().of(slow.peer())).containsExactly("peer 1 registered", "peer 1 overflowed 6");
            assertThat(rig.hub().stats().missed()).isEqualTo(6);
        }

        @Test
        void skipCountsExactlyWhatWasMeantForThePeer() {
            HubRig rig = HubRig.keeping(4, builder -> builder.overflow(OverflowPolicy.skip())
                    .delivery(DeliveryPolicy.everyoneButSender()).floodGrace(Duration.ZERO));
            FakeTransport slow = rig.join().stallAfter(1);
            FakeTransport other = rig.join();
            rig.broadcastEach(0, 1);
            slow.send("own 1"); // evicted in the end, but not missed
            rig.broadcastEach(1, 2); // missed
            slow.peer().send(Message.text("private 1")); // kept: there is room beside the log
            other.peer().send(Message.text("not mine")); // not missed
            rig.run();
            slow.send("own 2"); // kept
            slow.peer().send(Message.text("private 2")); // kept
            rig.broadcastEach(2, 4); // kept
            assertThat(slow.peer().lag()).isEqualTo(5);
            rig.broadcastEach(4, 6); // the tail passes "1", and "own 1"
            slow.becomeWritable();
            rig.run();
            assertThat(slow.texts()).containsExactly("0", "private 1", "private 2", "2", "3", "4", "5");
            assertThat(slow.peer().missed()).isEqualTo(1);
            assertThat(slow.peer().lag()).isZero();
            assertThat(slow.peer().delivered()).isEqualTo(7);
            assertThat(other.texts()).containsExactly("0", "own 1", "1", "not mine", "own 2", "2", "3", "4", "5");
        }

        @Test
        void appendedIsDeliveredPlusMissedPlusLag() {
            HubRig rig = HubRig.keeping(7, builder -> builder.overflow(OverflowPolicy.skip()));
            FakeTransport slow = rig.join().stallAfter(1);
            for (int i = 0; i < 200; i++) {
                rig.broadcastEach(i, i + 1);
                if (i % 13 == 0) {
                    slow.becomeWritableFor(1);
                    rig.run();
                }
                assertThat(slow.peer().delivered() + slow.peer().missed() + slow.peer().lag()).isEqualTo(i + 1);
            }
            assertThat(slow.peer().missed()).isPositive();
        }
    }

    @Nested
    class NotWritableForTooLong {

        private final HubRig rig = new HubRig();

        @Test
        void disconnectsAlsoIfNothingMoreIsSent() {
            FakeTransport slow = rig.join().stallAfter(1);
            rig.broadcast("a");
            rig.pass(Duration.ofMillis(9_999));
            assertThat(slow.isOpen()).isTrue();
            rig.pass(Duration.ofMillis(1));
            assertThat(slow.closed()).isEqualTo(CloseReason.of(1013, "too slow: no progress for 10000 ms"));
            assertThat(rig.listener().of(slow.peer()))
                    .containsExactly("peer 1 registered", "peer 1 unregistered 1013");
            assertThat(rig.hub().stats().stalls()).isOne();
        }

        @Test
        void aPeerThatTakesOneLargeBatchBitByBitIsNotCut() {
            FakeTransport slow = rig.join().stallAfter(1);
            rig.broadcast("large");
            for (int i = 0; i < 20; i++) {
                rig.pass(Duration.ofMillis(9_999));
                assertThat(slow.isOpen()).as("after %d times 9.999 s", i + 1).isTrue();
                slow.progress();
            }
            slow.becomeWritable();
            rig.broadcast("next");
            rig.run();
            assertThat(slow.texts()).containsExactly("large", "next");
            assertThat(rig.hub().stats().stalls()).isZero();
        }

        @Test
        void theTimeCountsFromTheLastProgress() {
            FakeTransport slow = rig.join().stallAfter(1);
            rig.broadcast("large");
            rig.passSeconds(7);
            slow.progress();
            rig.pass(Duration.ofMillis(9_999));
            assertThat(slow.isOpen()).isTrue();
            rig.pass(Duration.ofMillis(1));
            assertThat(slow.closed()).isEqualTo(CloseReason.of(1013, "too slow: no progress for 10000 ms"));
        }

        @Test
        void progressOfAnEarlierStallDoesNotShortenThisOne() {
            FakeTransport slow = rig.join().stallAfter(1);
            rig.broadcast("a");
            rig.passSeconds(1);
            slow.progress();
            slow.becomeWritableFor(1);
            rig.passSeconds(60);
            rig.broadcast("b");
            rig.pass(Duration.ofMillis(9_999));
            assertThat(slow.isOpen()).isTrue();
            rig.pass(Duration.ofMillis(1));
            assertThat(slow.closed()).isNotNull();
        }

        @Test
        void progressDoesNotKeepAPeerThatFallsOffTheTail() {
            HubRig small = HubRig.keeping(3);
            FakeTransport slow = small.join().stallAfter(1);
            for (int i = 0; i < 5; i++) {
                small.broadcastEach(i, i + 1);
                slow.progress();
                small.passSeconds(1);
            }
            assertThat(slow.closed()).isEqualTo(CloseReason.of(1013, "too slow: fell off the log's tail"));
        }

        @Test
        void progressCostsNoTimerTask() {
            FakeTransport slow = rig.join().stallAfter(1);
            rig.broadcast("large");
            rig.run();
            int pending = rig.timer().pending();
            for (int i = 0; i < 1_000; i++) {
                slow.progress();
            }
            assertThat(rig.timer().pending()).isEqualTo(pending);
            assertThat(rig.executor().pending()).as("no shard is woken").isZero();
        }

        @Test
        void theTimeBeginsAnewWithEveryStall() {
            FakeTransport slow = rig.join().stallAfter(1);
            for (int i = 0; i < 5; i++) {
                rig.broadcast("a");
                rig.passSeconds(8);
                slow.becomeWritableFor(1);
                rig.run();
            }
            assertThat(slow.isOpen()).isTrue();
            rig.broadcast("a");
            rig.passSeconds(10);
            assertThat(slow.closed()).isNotNull();
        }

        @Test
        void everyPeerHasADeadlineOfItsOwn() {
            FakeTransport first = rig.join().stallAfter(1);
            FakeTransport second = rig.join().stallAfter(2);
            rig.broadcast("a");
            rig.passSeconds(6);
            rig.broadcast("b");
            rig.passSeconds(4);
            assertThat(first.closed()).isNotNull();
            assertThat(second.closed()).isNull();
            rig.passSeconds(6);
            assertThat(second.closed()).isNotNull();
        }

        @Test
        void aGraceThatIsLongerThanTheTimeoutDoesNotDelayIt() {
            HubRig patient = new HubRig(builder -> builder.floodGrace(Duration.ofSeconds(60)));
            FakeTransport slow = patient.join().stallAfter(1);
            patient.broadcast("a");
            patient.passSeconds(10);
            assertThat(slow.closed()).isNotNull();
        }

        @Test
        void theSettingIsHonoured() {
            HubRig hasty = new HubRig(builder -> builder.stallTimeout(Duration.ofMillis(5)));
            FakeTransport slow = hasty.join().stallAfter(1);
            hasty.broadcast("a");
            hasty.pass(Duration.ofMillis(5));
            assertThat(slow.closed()).isEqualTo(CloseReason.of(1013, "too slow: no progress for 5 ms"));
        }
    }

    @Nested
    class Closing {

        private final HubRig rig = HubRig.keeping(3);

        @Test
        void aConnectionThatDoesNotEndInTimeIsAborted() {
            FakeTransport slow = rig.join().stallAfter(1);
            rig.broadcastEach(0, 5);
            assertThat(slow.closed()).isNotNull();
            rig.pass(Duration.ofMillis(4_999));
            assertThat(slow.isAborted()).isFalse();
            rig.pass(Duration.ofMillis(1));
            assertThat(slow.isAborted()).isTrue();
        }

        @Test
        void oneThatEndsIsNotAborted() {
            FakeTransport slow = rig.join().stallAfter(1);
            rig.broadcastEach(0, 5);
            slow.registration().unregister(CloseReason.of(1013));
            rig.passSeconds(60);
            assertThat(slow.isAborted()).isFalse();
            assertThat(rig.listener().of(slow.peer())).containsOnlyOnce("peer 1 unregistered 1013");
        }

        @Test
        void aTransportThatThrowsFromCloseIsAbortedAtOnce() {
            FakeTransport slow = rig.join().stallAfter(1).throwFrom(TransportCall.CLOSE);
            rig.broadcastEach(0, 5);
            assertThat(slow.isAborted()).isTrue();
        }
    }
}
