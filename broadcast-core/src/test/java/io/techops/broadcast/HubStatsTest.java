package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.TransportCall;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class HubStatsTest {

    private final HubRig rig = HubRig.keeping(4);

    @Nested
    class ANewHub {

        @Test
        void hasDoneNothing() {
            HubStats stats = rig.hub().stats();
            assertThat(List.of(stats.peers(), stats.registrations(), stats.refusals(), stats.messages(), stats.bytes(),
                    stats.ignored(), stats.retainedMessages(), stats.retainedBytes(), stats.deliveries(),
                    stats.batches(), stats.totalLag(), stats.maxLag(), stats.overflows(), stats.missed(),
                    stats.stalls(), stats.failures(), stats.waits())).allSatisfy(
                            figure -> assertThat(figure.longValue()).isZero());
            assertThat(stats.coalescing()).isZero();
            assertThat(stats.saturation()).isZero();
            assertThat(stats.refusalsByCause()).isEmpty();
        }
    }

    @Nested
    class WhatTheListenerIsToldOf {

        private final Map<String, Long> counted = new HashMap<>();

        private BroadcastHub hub() {
            AtomicReference<BroadcastHub> hub = new AtomicReference<>();
            hub.set(BroadcastHub.builder().executor(Runnable::run).shards(1).overflow(OverflowPolicy.skip())
                    .retention(Retention.of(2, 1 << 20)).listener(new HubListener() {
                        @Override
                        public void registered(Peer peer) {
                            counted.put("registrations", hub.get().stats().registrations());
                        }

                        @Override
                        public void overflowed(Peer peer, long missed) {
                            counted.put("overflows", hub.get().stats().overflows());
                            counted.put("missed", hub.get().stats().missed());
                        }

                        @Override
                        public void failed(Peer peer, Throwable cause) {
                            counted.put("failures", hub.get().stats().failures());
                        }
                    }).build());
            return hub.get();
        }

        @Test
        void isCountedBeforeItIsTold() {
            try (BroadcastHub hub = hub()) {
                FakeTransport skips = new FakeTransport().answerClose().stallAfter(1).register(hub);
                for (int i = 0; i < 5; i++) {
                    hub.broadcast("message " + i);
                }
                skips.becomeWritable();
                FakeTransport fails = new FakeTransport().throwFrom(TransportCall.WRITE).register(hub);
                hub.broadcast("the last");
                assertThat(fails.isOpen()).isFalse();
            }
            assertThat(counted).isEqualTo(
                    Map.of("registrations", 2L, "overflows", 1L, "missed", 2L, "failures", 1L));
        }
    }

    @Nested
    class Refusals {

        @Test
        void areCountedByCause() {
            AdapterHub.of(rig.hub()).refused(RefusalCause.ORIGIN);
            AdapterHub.of(rig.hub()).refused(RefusalCause.PEERS);
            AdapterHub.of(rig.hub()).refused(RefusalCause.ORIGIN);
            HubStats stats = rig.hub().stats();
            assertThat(stats.refusals()).isEqualTo(3);
            assertThat(stats.refusals(RefusalCause.ORIGIN)).isEqualTo(2);
            assertThat(stats.refusals(RefusalCause.PEERS)).isEqualTo(1);
            assertThat(stats.refusals(RefusalCause.POLICY)).isZero();
            assertThat(stats.refusalsByCause())
                    .isEqualTo(Map.of(RefusalCause.ORIGIN, 2L, RefusalCause.PEERS, 1L));
        }

        @Test
        void areNoPeers() {
            AdapterHub.of(rig.hub()).refused(RefusalCause.TIMEOUT);
            rig.run();
            assertThat(rig.hub().stats().registrations()).isZero();
            assertThat(rig.listener().entries()).isEmpty();
        }

        @Test
        void areCountedAlsoWhenTheHubIsClosed() {
            rig.hub().shutdown(Duration.ZERO);
            AdapterHub.of(rig.hub()).refused(RefusalCause.CLOSED);
            assertThat(rig.hub().stats().refusals(RefusalCause.CLOSED)).isOne();
        }

        @Test
        void ofAnEarlierLookStayAsTheyWere() {
            HubStats before = rig.hub().stats();
            AdapterHub.of(rig.hub()).refused(RefusalCause.POLICY);
            assertThat(before.refusals()).isZero();
        }
    }

    @Nested
    class Deliveries {

        @Test
        void areCountedOnceAPeerAndBatchesOnceAWrite() {
            rig.join();
            rig.join();
            rig.broadcast("a", "bc");
            rig.run();
            rig.broadcast("d");
            rig.run();
            HubStats stats = rig.hub().stats();
            assertThat(stats.messages()).isEqualTo(3);
            assertThat(stats.bytes()).isEqualTo(4);
            assertThat(stats.deliveries()).isEqualTo(6);
            assertThat(stats.batches()).isEqualTo(4);
            assertThat(stats.coalescing()).isEqualTo(1.5);
        }
    }

    @Nested
    class Lag {

        @Test
        void isWhatThePeersOfNowHaveStillToTake() {
            rig.join();
            rig.join(new FakeTransport().stallAfter(1));
            FakeTransport leaving = rig.join(new FakeTransport().stallAfter(1));
            rig.broadcastEach(0, 3);
            assertThat(rig.hub().stats().totalLag()).isEqualTo(4);
            assertThat(rig.hub().stats().maxLag()).isEqualTo(2);
            rig.broadcast("3");
            assertThat(rig.hub().stats().totalLag()).as("before the round").isEqualTo(1 + 3 + 3);
            rig.run();
            leaving.registration().unregister(CloseReason.of(CloseReason.NORMAL));
            assertThat(rig.hub().stats().totalLag()).isEqualTo(3);
            assertThat(rig.hub().stats().maxLag()).isEqualTo(3);
        }
    }

    @Nested
    class TheTimeOfSaturation {

        private Thread publisherThatWaits() throws InterruptedException {
            Thread publisher = new Thread(() -> rig.hub().broadcast("more"));
            publisher.start();
            while (publisher.getState() != Thread.State.WAITING) {
                assertThat(publisher.isAlive()).as("waits").isTrue();
                Thread.onSpinWait();
            }
            return publisher;
        }

        @Test
        void growsWhileTheHostWaits() throws InterruptedException {
            rig.join();
            rig.broadcast("0", "1", "2", "3");
            Thread publisher = publisherThatWaits();
            rig.timer().pass(Duration.ofSeconds(2));
            assertThat(rig.hub().stats().saturation()).as("goes on").isEqualTo(Duration.ofSeconds(2));
            rig.run();
            publisher.join();
            rig.passSeconds(5);
            assertThat(rig.hub().stats().saturation()).isEqualTo(Duration.ofSeconds(2));
            assertThat(rig.hub().stats().waits()).isOne();
        }

        @Test
        void isThatOfTheHubHoweverManyWait() throws InterruptedException {
            rig.join();
            rig.broadcast("0", "1", "2", "3");
            Thread first = publisherThatWaits();
            rig.timer().pass(Duration.ofSeconds(1));
            Thread second = publisherThatWaits();
            rig.timer().pass(Duration.ofSeconds(1));
            rig.run();
            first.join();
            second.join();
            assertThat(rig.hub().stats().saturation()).isEqualTo(Duration.ofSeconds(2));
            assertThat(rig.hub().stats().waits()).isEqualTo(2);
        }

        @Test
        void growsWhileAPeerIsNotRead() {
            FakeTransport peer = rig.join();
            rig.broadcast("0", "1", "2", "3");
            assertThat(peer.send("4")).isFalse();
            rig.timer().pass(Duration.ofSeconds(3));
            assertThat(rig.hub().stats().saturation()).isEqualTo(Duration.ofSeconds(3));
            rig.run();
            rig.passSeconds(5);
            assertThat(rig.hub().stats().saturation()).isEqualTo(Duration.ofSeconds(3));
        }

        @Test
        void endsWhenThePeerThatWaitsIsGone() {
            rig.join();
            FakeTransport peer = rig.join();
            rig.broadcast("0", "1", "2", "3");
            assertThat(peer.send("4")).isFalse();
            rig.timer().pass(Duration.ofSeconds(1));
            peer.registration().unregister(CloseReason.of(CloseReason.ABNORMAL));
            rig.timer().pass(Duration.ofSeconds(1));
            assertThat(rig.hub().stats().saturation()).isEqualTo(Duration.ofSeconds(1));
        }

        @Test
        void isNoneIfNobodyWaits() {
            rig.join();
            rig.broadcast("0", "1", "2", "3");
            assertThat(rig.hub().tryBroadcast(Message.text("4"))).isFalse();
            rig.timer().pass(Duration.ofSeconds(1));
            assertThat(rig.hub().stats().saturation()).isZero();
            assertThat(rig.hub().stats().waits()).isOne();
        }
    }

    @Test
    void theTextNamesEveryFigure() {
        rig.join();
        rig.broadcast("hello");
        rig.run();
        AdapterHub.of(rig.hub()).refused(RefusalCause.TOPICS);
        assertThat(rig.hub().stats()).hasToString("peers 1, registrations 1, refusals {TOPICS=1}, messages 1, bytes 5, "
                + "ignored 0, retained 1 in 69 bytes, addressed 0 in 0 bytes, "
                + "deliveries 1 in 1 batches, encodings 0, replays 0, resumes 0, gaps {}, conflated 0, expired 0, "
                + "keys 0 in 0 bytes, evicted 0, lag 0 (at most 0), overflows 0, "
                + "missed 0, stalls 0, failures 0, waits 0, saturated for PT0S");
    }
}
