package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.Attributes;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.DeliveryPolicy;
import io.techops.broadcast.Message;
import io.techops.broadcast.Published;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FanOutTest {

    private final HubRig rig = new HubRig();

    @Nested
    class Order {

        @Test
        void everyPeerGetsEveryMessageInTheOrderOfTheLog() {
            HubRig three = new HubRig(builder -> builder.shards(3));
            List<FakeTransport> peers = IntStream.range(0, 7).mapToObj(i -> three.join()).toList();

            three.broadcast("a", "b");
            three.run();
            peers.get(3).send("c");
            three.broadcast("d");
            three.run();

            assertThat(peers).allSatisfy(peer -> {
                assertThat(peer.texts()).containsExactly("a", "b", "c", "d");
                assertThat(peer.sequences()).containsExactly(1L, 2L, 3L, 4L);
            });
        }

        @Test
        void sequencesStartAtOneAndGrowByOneWithEveryBroadcast() {
            assertThat(Published.sequence(rig.hub(), "a")).isOne();
            assertThat(Published.sequence(rig.hub(), "b")).isEqualTo(2);
            assertThat(rig.hub().tryBroadcast(Message.text("c"))).isTrue();
            assertThat(Published.sequence(rig.hub(), "d")).isEqualTo(4);
            assertThat(rig.hub().stats().messages()).isEqualTo(4);
            assertThat(rig.hub().stats().bytes()).isEqualTo(4);
        }

        @Test
        void theLogGrowsAndWrapsAroundWithoutMixingUpAnything() {
            HubRig small = HubRig.keeping(100);
            FakeTransport peer = small.join();
            for (int i = 0; i < 1000; i += 50) {
                IntStream.range(i, i + 50).forEach(n -> small.broadcast(Integer.toString(n)));
                small.run();
            }
            assertThat(peer.texts()).isEqualTo(HubRig.numbers(0, 1000));
            assertThat(small.hub().stats().retainedMessages()).isEqualTo(100);
        }

        @Test
        void aRunTooLargeForOneBatchIsWrittenAsSeveral() {
            FakeTransport peer = rig.join();
            Message large = Message.binary(new byte[LogBuffer.MAX_BATCH_BYTES * 2 / 5]);
            for (int i = 0; i < 5; i++) {
                rig.hub().broadcast(large);
            }
            rig.run();
            assertThat(peer.batches()).containsExactly(2, 2, 1);
            assertThat(peer.sequences()).containsExactly(1L, 2L, 3L, 4L, 5L);
        }

        @Test
        void aMessageLargerThanABatchIsABatchOfItsOwn() {
            FakeTransport peer = rig.join();
            rig.hub().broadcast("a");
            rig.hub().broadcast(Message.binary(new byte[LogBuffer.MAX_BATCH_BYTES * 2]));
            rig.hub().broadcast("b");
            rig.run();
            assertThat(peer.batches()).containsExactly(1, 1, 1);
        }
    }

    @Nested
    class Joining {

        @Test
        void aPeerGetsNothingFromBeforeAndEverythingFromThenOn() {
            rig.broadcast("before");
            FakeTransport peer = rig.join();
            rig.broadcast("after");
            rig.run();
            assertThat(peer.texts()).containsExactly("after");
            assertThat(peer.sequences()).containsExactly(2L);
        }

        @Test
        void thePositionIsTakenByRegisterEvenIfTheShardAdoptsThePeerMuchLater() {
            HubRig small = HubRig.keeping(3);
            FakeTransport early = small.join();
            small.run();
            FakeTransport late = small.join();
            small.broadcast("a", "b", "c");
            assertThat(small.hub().tryBroadcast(Message.text("d")))
                    .as("nothing may be evicted before the new peer was offered it").isFalse();
            small.run();
            assertThat(early.texts()).containsExactly("a", "b", "c");
            assertThat(late.texts()).containsExactly("a", "b", "c");
        }

        @Test
        void nothingIsWrittenBeforeRegisterIsCalled() {
            FakeTransport transport = new FakeTransport();
            rig.broadcast("a");
            rig.run();
            assertThat(transport.batches()).isEmpty();
            rig.join(transport);
            rig.run();
            assertThat(transport.batches()).isEmpty();
        }

        @Test
        void hasTheAttributesThatTheAdapterGave() {
            AttributeKey<String> remote = AttributeKey.of("remote", String.class);
            FakeTransport transport = rig.join(new FakeTransport(new Attributes().set(remote, "[::1]:4711")));
            assertThat(transport.peer().attributes().toMap()).isEqualTo(Map.of(remote, "[::1]:4711"));
            assertThat(transport.peer().id()).isOne();
            assertThat(transport.peer()).hasToString("peer 1");
            assertThat(rig.hub().peers()).containsExactly(transport.peer());
        }
    }

    @Nested
    class Batching {

        @Test
        void whatPilesUpDuringARoundLeavesWithTheNextOneAsOneWriteAPeer() {
            FakeTransport first = rig.join();
            FakeTransport second = rig.join();
            AtomicInteger more = new AtomicInteger(3);
            first.duringWrite(() -> {
                if (more.getAndDecrement() == 3) {
                    rig.broadcast("b", "c", "d");
                }
            });
            rig.broadcast("a");
            rig.run();
            assertThat(first.batches()).containsExactly(1, 3);
            assertThat(second.batches()).containsExactly(1, 3);
            assertThat(rig.hub().stats().deliveries()).isEqualTo(8);
            assertThat(rig.hub().stats().batches()).isEqualTo(4);
        }

        @Test
        void whatOneReadBringsLeavesWithOneWriteAPeer() {
            FakeTransport sender = rig.join();
            rig.run();
            sender.registration().readStarted();
            sender.send("a");
            sender.send("b");
            assertThat(rig.executor().pending()).isZero();
            sender.send("c");
            sender.registration().readComplete();
            rig.run();
            assertThat(sender.batches()).containsExactly(3);
        }

        @Test
        void withoutReadStartedEveryMessageWakesTheFanOut() {
            FakeTransport sender = rig.join();
            rig.run();
            sender.send("a");
            assertThat(rig.executor().pending()).isOne();
        }

        @Test
        void peersAtTheSamePositionShareOneEncoding() {
            Encoder encoder = new Encoder();
            List<FakeTransport> peers = IntStream.range(0, 20)
                    .mapToObj(i -> rig.join().encodeWith(encoder)).toList();
            rig.broadcast("a", "b");
            rig.run();
            assertThat(encoder.encoded).isOne();
            assertThat(encoder.released).isOne();
            assertThat(peers).allSatisfy(peer -> assertThat(peer.batches()).containsExactly(2));
        }

        @Test
        void everyEncodingIsReleasedAlsoWhenManyPeersStandAtManyPositions() {
            Encoder encoder = new Encoder();
            List<FakeTransport> peers = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                peers.add(rig.join().encodeWith(encoder).stallAfter(1));
                rig.broadcast(Integer.toString(i));
                rig.run();
            }
            peers.forEach(FakeTransport::becomeWritable);
            rig.run();
            for (int i = 0; i < 30; i++) {
                assertThat(peers.get(i).texts()).isEqualTo(HubRig.numbers(i, 30));
            }
            assertThat(encoder.released).isEqualTo(encoder.encoded);
        }

        @Test
        void aPrivateBatchIsReleasedToo() {
            Encoder encoder = new Encoder();
            FakeTransport peer = rig.join().encodeWith(encoder);
            peer.peer().send(Message.text("alone"));
            rig.run();
            assertThat(encoder.encoded).isOne();
            assertThat(encoder.released).isOne();
        }

        @Test
        void anEncodingThatThrowsWhenReleasedDisturbsNobody() {
            FakeTransport peer = rig.join().encodeWith(batch -> () -> {
                throw new IllegalStateException("on purpose");
            });
            FakeTransport other = rig.join();
            rig.broadcast("a");
            rig.run();
            rig.broadcast("b");
            rig.run();
            assertThat(peer.texts()).containsExactly("a", "b");
            assertThat(other.texts()).containsExactly("a", "b");
            assertThat(rig.hub().stats().deliveries()).as("the round went on to its end").isEqualTo(4);
        }

        private static final class Encoder implements Function<Batch, Batch.Encoding> {
            private int encoded;
            private int released;

            @Override
            public Batch.Encoding apply(Batch batch) {
                encoded++;
                return () -> released++;
            }
        }
    }

    @Nested
    class ToOnePeerAlone {

        @Test
        void aSentMessageKeepsItsPlaceInThePeersStream() {
            FakeTransport peer = rig.join();
            FakeTransport other = rig.join();
            rig.broadcast("a");
            assertThat(peer.peer().send(Message.text("for you"))).isTrue();
            rig.broadcast("b");
            rig.run();
            assertThat(peer.texts()).containsExactly("a", "for you", "b");
            assertThat(peer.sequences()).containsExactly(1L, Batch.UNNUMBERED, 2L);
            assertThat(other.texts()).containsExactly("a", "b");
            assertThat(other.sequences()).containsExactly(1L, 2L);
        }

        @Test
        void itIsNoBroadcast() {
            FakeTransport peer = rig.join();
            peer.peer().send("for you");
            rig.run();
            assertThat(rig.hub().stats().messages()).isZero();
            assertThat(rig.hub().stats().bytes()).isZero();
            assertThat(rig.listener().entries()).containsExactly("peer 1 registered");
            assertThat(Published.sequence(rig.hub(), "first")).isOne();
        }

        @Test
        void sendingToAPeerThatHasGoneSaysNo() {
            FakeTransport peer = rig.join();
            peer.registration().unregister(CloseReason.of(CloseReason.NORMAL));
            assertThat(peer.peer().send(Message.text("too late"))).isFalse();
            assertThat(rig.hub().stats().retainedMessages()).isZero();
        }

        @Test
        void manyOfThemDoNotMakeAnIdleHubRefuseABroadcast() {
            HubRig two = HubRig.keeping(10, builder -> builder.shards(2));
            FakeTransport first = two.join();
            FakeTransport second = two.join();
            for (int i = 0; i < 100; i++) {
                first.peer().send(Message.text("for you"));
                two.run();
            }
            assertThat(two.hub().tryBroadcast(Message.text("for all"))).isTrue();
            two.run();
            assertThat(first.messages()).hasSize(101);
            assertThat(second.texts()).containsExactly("for all");
        }

        @Test
        void lagCountsThem() {
            FakeTransport peer = rig.join().stallAfter(1);
            FakeTransport other = rig.join();
            rig.broadcast("a");
            rig.run();
            rig.broadcast("b");
            peer.peer().send(Message.text("for you"));
            assertThat(peer.peer().lag()).isEqualTo(2);
            assertThat(other.peer().lag()).isEqualTo(1);
            peer.becomeWritable();
            rig.run();
            assertThat(peer.peer().lag()).isZero();
            assertThat(peer.peer().delivered()).isEqualTo(3);
        }
    }

    @Nested
    class EveryoneButTheSender {

        private final HubRig but = new HubRig(builder -> builder.delivery(DeliveryPolicy.everyoneButSender()));

        @Test
        void theSenderDoesNotGetWhatItSent() {
            FakeTransport sender = but.join();
            FakeTransport other = but.join();
            sender.send("a");
            other.send("b");
            but.broadcast("c");
            but.run();
            assertThat(sender.texts()).containsExactly("b", "c");
            assertThat(sender.sequences()).containsExactly(2L, 3L);
            assertThat(other.texts()).containsExactly("a", "c");
            assertThat(sender.peer().lag()).isZero();
        }

        @Test
        void lagDoesNotCountIt() {
            FakeTransport sender = but.join();
            FakeTransport other = but.join();
            sender.send("a");
            assertThat(sender.peer().lag()).isZero();
            assertThat(other.peer().lag()).isOne();
            but.run();
            assertThat(sender.batches()).isEmpty();
        }
    }

    @Test
    void aHubWithoutPeersForgetsTheOldestAndNeverWaits() {
        HubRig small = HubRig.keeping(2);
        small.broadcast("a", "b", "c", "d");
        assertThat(small.hub().stats().retainedMessages()).isEqualTo(2);
        assertThat(small.hub().stats().waits()).isZero();
        assertThat(small.executor().pending()).isZero();
    }

    @Test
    void idlePeersNeedNoTaskAndNoTimerButForTheHeartbeat() {
        HubRig quiet = new HubRig(builder -> builder.heartbeat(Duration.ZERO));
        quiet.join();
        quiet.run();
        assertThat(quiet.executor().pending()).isZero();
        assertThat(quiet.timer().pending()).isZero();
    }
}
