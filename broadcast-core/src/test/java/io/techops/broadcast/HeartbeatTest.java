package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.TransportCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HeartbeatTest {

    private final HubRig rig = new HubRig();

    @Test
    void aSilentPeerIsPinged() {
        FakeTransport peer = rig.join();
        rig.passSeconds(22);
        assertThat(peer.pings()).isZero();
        rig.passSeconds(3);
        assertThat(peer.pings()).isOne();
    }

    @Test
    void aPongIsASignOfLife() {
        FakeTransport peer = rig.join();
        for (int i = 1; i <= 5; i++) {
            rig.passSeconds(26);
            assertThat(peer.pings()).isEqualTo(i);
            rig.passSeconds(1);
            peer.registration().pong();
        }
        assertThat(peer.peer().isRegistered()).isTrue();
    }

    @Test
    void withoutAPongTheConnectionIsAborted() {
        FakeTransport peer = rig.join();
        rig.passSeconds(25);
        rig.pass(Duration.ofMillis(9_999));
        assertThat(peer.isAborted()).isFalse();
        rig.pass(Duration.ofMillis(1));
        assertThat(peer.isAborted()).isTrue();
        assertThat(peer.closed()).as("no close frame to the dead").isNull();
        assertThat(rig.listener().of(peer.peer())).containsExactly("peer 1 registered", "peer 1 unregistered 1006");
    }

    @Test
    void aPeerThatIsWritableAgainHasTheTimeForItsPongFromThenOn() {
        HubRig slow = new HubRig(builder -> builder.stallTimeout(Duration.ofHours(1)));
        FakeTransport peer = slow.join();
        slow.passSeconds(25);
        assertThat(peer.pings()).isOne();
        peer.stallAfter(1);
        slow.broadcast("it has not been read yet, and neither has the ping");
        slow.passSeconds(30);
        FakeTransport other = slow.join();
        slow.run();
        slow.timer().pass(Duration.ofSeconds(25)); // the other peer is to be looked at now,
        peer.becomeWritable(); // in the round that hears of this
        slow.run();
        assertThat(other.pings()).isOne();
        assertThat(peer.isAborted()).isFalse();
        slow.passSeconds(10);
        assertThat(peer.isAborted()).isTrue();
    }

    @Test
    void whatThePeerSendsIsASignOfLife() {
        FakeTransport peer = rig.join();
        for (int i = 0; i < 20; i++) {
            rig.passSeconds(20);
            peer.send("still here");
        }
        assertThat(peer.pings()).isZero();
        for (int i = 0; i < 20; i++) {
            rig.passSeconds(20);
            peer.registration().readStarted();
            peer.registration().readComplete();
        }
        assertThat(peer.pings()).isZero();
    }

    @Test
    void whatIsSentToThePeerIsNone() {
        FakeTransport peer = rig.join();
        for (int i = 0; i < 25; i++) {
            rig.broadcast("news");
            rig.passSeconds(1);
        }
        assertThat(peer.pings()).isOne();
        rig.broadcast("news");
        rig.passSeconds(10);
        assertThat(peer.isAborted()).isTrue();
    }

    @Test
    void aPeerThatJoinsLaterHasItsOwnTime() {
        FakeTransport first = rig.join();
        rig.passSeconds(20);
        FakeTransport second = rig.join();
        rig.passSeconds(5);
        assertThat(first.pings()).isOne();
        assertThat(second.pings()).isZero();
        first.registration().pong();
        rig.passSeconds(20);
        assertThat(second.pings()).isOne();
    }

    @Test
    void aStalledPeerIsNotPingedAndTheStallTimeoutHoldsForIt() {
        HubRig patient = new HubRig(builder -> builder.stallTimeout(Duration.ofSeconds(100)));
        FakeTransport peer = patient.join().stallAfter(1);
        patient.broadcast("a");
        patient.passSeconds(99);
        assertThat(peer.pings()).isZero();
        peer.becomeWritable();
        patient.passSeconds(25);
        assertThat(peer.pings()).isOne();
    }

    @Test
    void aPeerThatWasPingedAndThenStalledIsGivenTimeForThePongOnceItReadsAgain() {
        FakeTransport peer = rig.join();
        rig.passSeconds(25);
        peer.stallAfter(1);
        rig.broadcast("a");
        rig.pass(Duration.ofMillis(9_900));
        peer.becomeWritable();
        rig.passSeconds(5);
        assertThat(peer.isAborted()).isFalse();
        rig.passSeconds(5);
        assertThat(peer.isAborted()).isTrue();
    }

    @Test
    void aPausedPeerIsNotPinged() {
        HubRig small = HubRig.keeping(1, builder -> builder
                .floodGrace(Duration.ofSeconds(100)).stallTimeout(Duration.ofSeconds(200)));
        FakeTransport busy = small.join().stallAfter(1);
        FakeTransport flooding = small.join();
        small.broadcast("0");
        small.run();
        flooding.send("1");
        small.run();
        assertThat(flooding.send("2")).isFalse();
        small.passSeconds(90);
        assertThat(flooding.pings()).isZero();
        busy.becomeWritable();
        small.run();
        assertThat(flooding.resumes()).isOne();
        small.passSeconds(20);
        assertThat(flooding.pings()).isZero();
        small.passSeconds(30);
        assertThat(flooding.pings()).isOne();
    }

    @Test
    void manyPeersAreNotPingedAllAtOnceButAllInTime() {
        List<FakeTransport> peers = IntStream.range(0, 110).mapToObj(i -> rig.join()).toList();
        rig.passSeconds(25);
        peers.forEach(peer -> peer.registration().pong());
        rig.pass(Duration.ofMillis(23_800));
        assertThat(peers).filteredOn(peer -> peer.pings() == 2).hasSizeBetween(20, 90);
        rig.pass(Duration.ofMillis(1_700));
        assertThat(peers).allMatch(peer -> peer.pings() == 2);
    }

    @Test
    void aPingIsUpToATenthEarlyAndNeverLateAndOfAThousandNoMoreThanAFewAtOnce() {
        List<FakeTransport> peers = IntStream.range(0, 1_000).mapToObj(i -> rig.join()).toList();
        rig.pass(Duration.ofMillis(22_499));
        long pinged = pings(peers);
        assertThat(pinged).as("more than a tenth early").isZero();
        int moments = 0;
        for (int i = 0; i <= 50; i++) {
            rig.pass(Duration.ofMillis(50));
            long now = pings(peers);
            assertThat(now - pinged).as("at once").isLessThanOrEqualTo(300);
            moments += now > pinged ? 1 : 0;
            pinged = now;
        }
        assertThat(moments).as("moments").isBetween(4, 51);
        rig.pass(Duration.ofMillis(1)); // 25 seconds in all
        assertThat(peers).allMatch(peer -> peer.pings() == 1);
    }

    @Test
    void noPingIsLateWheneverThePeerJoined() {
        int apart = 37;
        int step = 5;
        List<FakeTransport> peers = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            peers.add(rig.join());
            rig.pass(Duration.ofMillis(apart));
        }
        boolean[] pinged = new boolean[peers.size()];
        List<Integer> late = new ArrayList<>();
        for (int now = apart * peers.size(); now <= apart * peers.size() + 25_000; now += step) {
            for (int i = 0; i < pinged.length; i++) {
                int age = now - apart * i;
                if (!pinged[i] && peers.get(i).pings() > 0) {
                    pinged[i] = true;
                    assertThat(age).as("age of peer %d at its ping, in ms", i + 1).isBetween(22_500, 25_000 + step);
                }
                if (!pinged[i] && age >= 25_000 + step) {
                    late.add(i + 1);
                }
            }
            assertThat(late).as("peers not pinged yet, %d ms after the first came", now).isEmpty();
            rig.pass(Duration.ofMillis(step));
        }
        assertThat(pinged).doesNotContain(false);
    }

    private static long pings(List<FakeTransport> peers) {
        return peers.stream().mapToLong(FakeTransport::pings).sum();
    }

    @Test
    void thePongHasItsWholeTime() {
        List<FakeTransport> peers = IntStream.range(0, 200).mapToObj(i -> rig.join()).toList();
        rig.passSeconds(25);
        for (int i = 0; i < 200; i++) {
            if (i % 2 == 0) {
                peers.get(i).registration().pong();
            }
        }
        rig.pass(Duration.ofMillis(7_499)); // the first ping was 2.5 s ago
        assertThat(peers).noneMatch(FakeTransport::isAborted);
        rig.pass(Duration.ofMillis(2_501));
        for (int i = 0; i < 200; i++) {
            assertThat(peers.get(i).isAborted()).as("peer %d", i + 1).isEqualTo(i % 2 == 1);
        }
    }

    @Test
    void aThousandPeersCostOneTimerTaskAtATimeAndFewInAll() {
        CountingTimer counting = new CountingTimer(rig.timer());
        HubRig large = new HubRig(builder -> builder.timer(counting).shards(4));
        List<FakeTransport> peers = IntStream.range(0, 1_000).mapToObj(i -> large.join()).toList();
        int[] answered = new int[peers.size()];
        large.run();
        int minutes = 10;
        for (int second = 0; second < 60 * minutes; second++) {
            rig.timer().pass(Duration.ofSeconds(1));
            large.run();
            assertThat(rig.timer().pending()).as("timer tasks").isLessThanOrEqualTo(4);
            for (int i = 0; i < answered.length; i++) {
                if (peers.get(i).pings() > answered[i]) {
                    answered[i]++;
                    peers.get(i).registration().pong();
                }
            }
        }
        assertThat(large.hub().peers()).hasSize(1_000);
        assertThat(pings(peers)).isGreaterThan(1_000 * 60 * minutes / 25);
        assertThat(counting.scheduled).as("timer tasks in ten minutes, for 24,000 pings").hasValueLessThan(12_000);
    }

    /** Counts what is scheduled. */
    private static final class CountingTimer implements HubTimer {
        private final HubTimer timer;
        private final AtomicInteger scheduled = new AtomicInteger();

        CountingTimer(HubTimer timer) {
            this.timer = timer;
        }

        @Override
        public long nanoTime() {
            return timer.nanoTime();
        }

        @Override
        public Cancellation schedule(Runnable task, Duration delay) {
            scheduled.incrementAndGet();
            return timer.schedule(task, delay);
        }
    }

    @Test
    void aTransportThatThrowsFromPingFails() {
        FakeTransport peer = rig.join().throwFrom(TransportCall.PING);
        rig.passSeconds(25);
        assertThat(rig.listener().of(peer.peer())).containsExactly("peer 1 registered",
                "peer 1 failed told to throw from PING", "peer 1 unregistered 1006");
    }

    @Test
    void ofZeroThereIsNone() {
        HubRig none = new HubRig(builder -> builder.heartbeat(Duration.ZERO));
        FakeTransport peer = none.join();
        none.pass(Duration.ofDays(1));
        assertThat(peer.pings()).isZero();
        assertThat(peer.peer().isRegistered()).isTrue();
    }
}
