package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.DeliveryPolicy;
import io.techops.broadcast.Message;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.PeerGroup;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.TransportCall;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Messages for some: who gets them, where they stand, and that they cost the others nothing. */
class AddressedTest {

    private static Message text(String text) {
        return Message.text(text);
    }

    @Nested
    class Receivers {

        private final HubRig rig = new HubRig();
        private final FakeTransport first = rig.join();
        private final FakeTransport second = rig.join();
        private final FakeTransport third = rig.join();

        @Test
        void areThoseThatMatch() {
            rig.hub().broadcast(text("odd"), BroadcastOptions.to(peer -> peer.id() % 2 == 1));
            rig.run();
            assertThat(first.texts()).containsExactly("odd");
            assertThat(second.texts()).isEmpty();
            assertThat(third.texts()).containsExactly("odd");
        }

        @Test
        void areThoseThatAreNamedEachOfThemOnce() {
            rig.hub().broadcast(text("x"), BroadcastOptions.to(second.peer(), third.peer(), second.peer()));
            rig.run();
            assertThat(first.texts()).isEmpty();
            assertThat(second.texts()).containsExactly("x");
            assertThat(third.texts()).containsExactly("x");
        }

        @Test
        void areThoseInTheGroupAtThatMoment() {
            PeerGroup group = new PeerGroup();
            assertThat(group.add(first.peer())).isTrue();
            assertThat(group.add(first.peer())).as("again").isFalse();
            assertThat(group.add(second.peer())).isTrue();
            BroadcastOptions options = BroadcastOptions.to(group);
            rig.hub().broadcast(text("a"), options);
            assertThat(group.remove(first.peer())).isTrue();
            assertThat(group.remove(first.peer())).as("again").isFalse();
            group.add(third.peer());
            rig.hub().broadcast(text("b"), options);
            rig.run();
            assertThat(first.texts()).containsExactly("a");
            assertThat(second.texts()).containsExactly("a", "b");
            assertThat(third.texts()).containsExactly("b");
            assertThat(group.contains(first.peer())).isFalse();
            assertThat(group.size()).isEqualTo(2);
        }

        @Test
        void leaveTheirGroupsWhenTheyGoHoweverTheyGo() {
            PeerGroup group = new PeerGroup();
            rig.hub().peers().forEach(group::add);
            first.leave(CloseReason.of(1000));
            second.peer().close(CloseReason.of(1000));
            third.throwFrom(TransportCall.WRITE);
            rig.broadcast("x");
            rig.run();
            assertThat(group.size()).isZero();
            assertThat(group.add(first.peer())).isFalse();
            assertThat(group.size()).isZero();
        }

        @Test
        void thatHaveGoneAreLeftOut() {
            BroadcastOptions options = BroadcastOptions.to(first.peer(), second.peer());
            first.leave(CloseReason.of(1000));
            assertThat(rig.hub().tryBroadcast(text("x"), options)).isTrue();
            rig.run();
            assertThat(second.texts()).containsExactly("x");
        }

        @Test
        void mustBePeersOfTheHubIfTheyAreNamed() {
            FakeTransport stranger = new HubRig().join();
            assertThatThrownBy(() -> rig.hub().broadcast(text("x"), BroadcastOptions.to(stranger.peer())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("receivers must be peers of this hub: peer 1");
            PeerGroup group = new PeerGroup();
            group.add(stranger.peer());
            group.add(first.peer());
            rig.hub().broadcast(text("x"), BroadcastOptions.to(group));
            rig.run();
            assertThat(first.texts()).containsExactly("x");
            assertThat(stranger.texts()).isEmpty();
        }

        @Test
        void mayBeEveryone() {
            rig.hub().broadcast(text("a"), BroadcastOptions.everyone());
            assertThat(rig.hub().tryBroadcast(text("b"), BroadcastOptions.everyone())).isTrue();
            rig.run();
            assertThat(first.texts()).containsExactly("a", "b");
            assertThat(rig.hub().stats().messages()).isEqualTo(2);
        }

        @Test
        void shareOneBatchIfTheyGetTheSame() {
            List<Batch> batches = new ArrayList<>();
            List<FakeTransport> both = List.of(first, third);
            both.forEach(peer -> peer.encodeWith(batch -> {
                batches.add(batch);
                return () -> { };
            }));
            rig.broadcast("a");
            rig.hub().broadcast(text("b"), BroadcastOptions.to(first.peer(), third.peer()));
            rig.hub().broadcast(text("c"), BroadcastOptions.to(first.peer(), third.peer()));
            rig.broadcast("d");
            rig.run();
            both.forEach(peer -> assertThat(peer.texts()).containsExactly("a", "b", "c", "d"));
            assertThat(new java.util.HashSet<>(batches)).hasSize(1);
            assertThat(first.sequences()).containsExactly(1L, Batch.UNNUMBERED, Batch.UNNUMBERED, 2L);
        }

        @Test
        void ofAClosedHubGetNothing() {
            rig.hub().shutdown(BroadcastHub.DEFAULT_CLOSE_LIMIT);
            BroadcastOptions options = BroadcastOptions.to(first.peer());
            assertThat(rig.hub().tryBroadcast(text("x"), options)).isFalse();
            assertThatThrownBy(() -> rig.hub().broadcast(text("x"), options)).isInstanceOf(IllegalStateException.class);
            assertThat(first.peer().send(text("x"))).isFalse();
        }
    }

    @Test
    void aCloseComesAfterWhatWasSentBefore() {
        HubRig rig = new HubRig();
        FakeTransport peer = rig.join().stallAfter(1);
        rig.broadcast("a");
        rig.run();
        peer.peer().send(text("b"));
        peer.peer().close(CloseReason.of(1000));
        peer.peer().send(text("c"));
        rig.run();
        assertThat(peer.closed()).isNull();
        peer.becomeWritable();
        rig.run();
        assertThat(peer.texts()).startsWith("a", "b");
        assertThat(peer.closed()).isEqualTo(CloseReason.of(1000));
    }

    @Test
    void aRunThatIsLargerThanABatchIsTakenInSeveralAndInOrder() {
        HubRig rig = new HubRig();
        FakeTransport peer = rig.join();
        List<Message> sent = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            Message large = Message.binary(new byte[LogBuffer.MAX_BATCH_BYTES / 2 - i]);
            sent.add(large);
            if (i % 3 == 0) {
                rig.hub().broadcast(large);
            } else {
                peer.peer().send(large);
            }
        }
        rig.run();
        assertThat(peer.messages()).isEqualTo(sent);
        assertThat(peer.batches()).hasSizeGreaterThan(2);
    }

    @Nested
    class APeerThatIsOwedNothing {

        private void hasMissedNothing(HubRig rig, FakeTransport busy) {
            assertThat(busy.isOpen()).isTrue();
            assertThat(busy.peer().lag()).isZero();
            busy.becomeWritable();
            rig.broadcast("b");
            rig.run();
            assertThat(busy.texts()).containsExactly("a", "b");
            assertThat(rig.hub().stats().overflows()).isZero();
        }

        private void isNotCut(boolean skips) {
            HubRig rig = HubRig.keeping(3, builder -> skips ? builder.overflow(OverflowPolicy.skip()) : builder);
            FakeTransport busy = rig.join().stallAfter(1);
            FakeTransport other = rig.join();
            rig.broadcast("a");
            rig.run();
            for (int i = 0; i < 8; i++) {
                other.peer().send(text("private " + i));
                rig.run();
            }
            hasMissedNothing(rig, busy);
            assertThat(other.texts()).hasSize(10);
        }

        @Test
        void isNotCutByMessagesToOthers() {
            isNotCut(false);
            isNotCut(true);
        }

        private void isNotCutByItsOwn(boolean skips) {
            HubRig rig = HubRig.keeping(3, builder -> (skips ? builder.overflow(OverflowPolicy.skip()) : builder)
                    .delivery(DeliveryPolicy.everyoneButSender()));
            FakeTransport busy = rig.join().stallAfter(1);
            FakeTransport other = rig.join();
            rig.broadcast("a");
            rig.run();
            for (int i = 0; i < 20; i++) {
                while (!busy.send("own " + i)) {
                    rig.passSeconds(2); // it is in its grace, and holds back what peers send
                    break;
                }
                rig.run();
            }
            hasMissedNothing(rig, busy);
            assertThat(other.texts()).hasSize(22);
        }

        @Test
        void isNotCutByItsOwnMessagesThatItDoesNotGet() {
            isNotCutByItsOwn(false);
            isNotCutByItsOwn(true);
        }
    }

    @Nested
    class APeerThatCannotTakeWhatIsAddressedToIt {

        @Test
        void isDisconnectedWithTheExactNumberMissed() {
            HubRig rig = HubRig.keeping(3);
            FakeTransport slow = rig.join().stallAfter(1);
            FakeTransport healthy = rig.join();
            rig.broadcast("a");
            rig.run();
            for (int i = 0; i < 3; i++) {
                slow.peer().send(text("x"));
            }
            rig.run();
            assertThat(slow.isOpen()).isTrue();
            slow.peer().send(text("x"));
            slow.peer().send(text("x"));
            rig.run();
            assertThat(slow.closed()).isEqualTo(CloseReason.of(1013, "too slow: fell off the log's tail"));
            assertThat(slow.peer().missed()).isEqualTo(2);
            assertThat(rig.listener().of(slow.peer())).contains("peer 1 overflowed 2");
            assertThat(healthy.texts()).containsExactly("a");
            assertThat(rig.hub().stats().addressedMessages()).isZero();
        }

        @Test
        void isNotLostIfItSaysInTimeThatItIsWritable() {
            HubRig rig = HubRig.keeping(3);
            FakeTransport slow = rig.join().stallAfter(1);
            rig.broadcast("a");
            rig.run();
            BroadcastOptions it = BroadcastOptions.to(slow.peer());
            for (int i = 0; i < 3; i++) {
                assertThat(rig.hub().tryBroadcast(text(Integer.toString(i)), it)).isTrue();
            }
            slow.becomeWritable();
            assertThat(rig.hub().tryBroadcast(text("3"), it)).as("from now on the host waits").isFalse();
            rig.run();
            assertThat(rig.hub().tryBroadcast(text("3"), it)).isTrue();
            rig.run();
            assertThat(slow.texts()).containsExactly("a", "0", "1", "2", "3");
        }
    }
}
