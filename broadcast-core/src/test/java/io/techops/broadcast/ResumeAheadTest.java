package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A client goes on at a node that has not read as far as the client has. */
class ResumeAheadTest {

    private static final Duration MOMENT = Duration.ofMillis(20);
    private static final Duration LIMIT = Duration.ofSeconds(3);

    private final Nodes nodes = new Nodes(1);
    private final Nodes.Node one = nodes.node();

    /** A node that the messages "0" to "9" have not come to yet, and is two ways of a call from them. */
    private Nodes.Node behind(Nodes.Node node) {
        nodes.backplane.loseHints(1);
        for (int i = 0; i < 10; i++) {
            one.hub.broadcast("" + i);
        }
        nodes.run();
        assertThat(node.hub.stats().position().sequence()).isZero();
        assertThat(one.hub.stats().position().sequence()).isEqualTo(10);
        nodes.backplane.loseHints(0).delay(MOMENT, MOMENT);
        return node;
    }

    private Position at(long sequence) {
        return one.hub.stats().position().at(sequence);
    }

    private static List<GapReason> gaps(FakeTransport peer) {
        return peer.events().stream().filter(StreamEvent.Gap.class::isInstance)
                .map(event -> ((StreamEvent.Gap) event).reason()).toList();
    }

    private static void assertRecovered(FakeTransport peer, Position after) {
        assertThat(peer.events()).singleElement().isInstanceOfSatisfying(StreamEvent.Open.class, open -> {
            assertThat(open.isRecovered()).isTrue();
            assertThat(open.position()).isEqualTo(after);
        });
    }

    @Test
    void itGoesOnThereWhenTheNodeHasReadThatFar() {
        Nodes.Node two = behind(nodes.node());
        FakeTransport peer = two.join(Replay.after(at(8)));
        nodes.run();
        assertThat(peer.events()).isEmpty();
        nodes.pass(MOMENT.multipliedBy(3));
        assertRecovered(peer, at(8));
        one.hub.broadcast("10");
        nodes.pass(Duration.ofSeconds(1));
        assertThat(peer.texts()).isEqualTo(HubRig.numbers(8, 11));
        assertThat(two.hub.stats().resumes()).isOne();
        assertThat(two.hub.stats().gaps()).isZero();
        assertThat(two.hub.stats().totalLag()).isZero();
    }

    @Test
    void aPositionThatNoNodeHasIsToldWhenTheTimeIsOverAndNothingIsMissedMeanwhile() {
        Nodes.Node two = nodes.node();
        Position future = at(0).at(5);
        FakeTransport peer = two.join(Replay.after(future));
        nodes.run();
        one.hub.broadcast("0");
        nodes.pass(LIMIT.minus(Nodes.STEP));
        assertThat(peer.events()).isEmpty();
        assertThat(peer.texts()).isEmpty();
        nodes.pass(Nodes.STEP);
        assertThat(gaps(peer)).containsExactly(GapReason.FUTURE);
        assertThat(peer.texts()).containsExactly("0");
        assertThat(two.hub.stats().gaps(GapReason.FUTURE)).isOne();
    }

    @Test
    void itWaitsNoLongerWhenAnotherEpochHasBegun() {
        Nodes.Node two = behind(nodes.node());
        FakeTransport peer = two.join(Replay.after(at(8)));
        nodes.backplane.loseData();
        nodes.pass(MOMENT.multipliedBy(5));
        assertThat(gaps(peer)).isNotEmpty().last().isEqualTo(GapReason.EPOCH);
        one.hub.broadcast("new");
        nodes.pass(Duration.ofSeconds(2));
        assertThat(peer.texts()).containsExactly("new");
    }

    @Test
    void itIsToldTheTruthAlsoWhileTheBackplaneIsAway() {
        Nodes.Node two = behind(nodes.node());
        nodes.backplane.pause();
        FakeTransport peer = two.join(Replay.after(at(8)));
        nodes.pass(LIMIT);
        assertThat(gaps(peer)).containsExactly(GapReason.FUTURE);
        nodes.backplane.resume();
        nodes.pass(Duration.ofSeconds(5));
        assertThat(peer.texts()).isEqualTo(HubRig.numbers(0, 10));
    }

    @Test
    void aPeerThatWaitsIsNotCutByWhatItHasAlready() {
        Nodes.Node two = behind(nodes.node(hub -> hub.retention(Retention.of(4, 1 << 20))));
        FakeTransport peer = two.join(Replay.after(at(8)));
        nodes.pass(Duration.ofSeconds(1));
        assertThat(peer.closed()).isNull();
        assertRecovered(peer, at(8));
        assertThat(peer.texts()).containsExactly("8", "9");
    }

    @Test
    void aPeerThatWaitsWhileTheLogTurnsOverIsNotCut() {
        Nodes.Node two = nodes.node(hub -> hub.retention(Retention.of(4, 1 << 20)));
        FakeTransport peer = two.join(Replay.after(at(6)));
        for (int i = 0; i < 7; i++) {
            one.hub.broadcast("" + i);
            nodes.pass(Duration.ofMillis(100));
        }
        assertThat(peer.closed()).isNull();
        assertRecovered(peer, at(6));
        assertThat(peer.texts()).containsExactly("6");
    }

    @Test
    void aPeerWhoseTransportSaysThatItIsWritableWaitsAlike() {
        Nodes.Node two = behind(nodes.node());
        FakeTransport peer = two.join(Replay.after(at(8)));
        peer.becomeWritable();
        nodes.run();
        assertThat(peer.events()).isEmpty();
        nodes.pass(Duration.ofSeconds(1));
        assertRecovered(peer, at(8));
        assertThat(peer.texts()).containsExactly("8", "9");
    }

    @Test
    void whatItIsExcludedFromWhileItWaitsIsNotOwedToIt() {
        Nodes.Node two = nodes.node(hub -> hub.delivery(DeliveryPolicy.everyoneButSender()));
        FakeTransport peer = two.join(Replay.after(at(0).at(3)).within(2));
        nodes.run();
        peer.send("own");
        nodes.pass(MOMENT);
        for (int i = 1; i < 4; i++) {
            one.hub.broadcast("" + i);
        }
        nodes.pass(MOMENT);
        assertRecovered(peer, at(3));
        assertThat(peer.texts()).containsExactly("3");
        peer.stallAfter(1);
        for (int i = 4; i < 7; i++) {
            one.hub.broadcast("" + i);
            nodes.pass(MOMENT);
        }
        assertThat(peer.texts()).containsExactly("3", "4");
        assertThat(peer.peer().lag()).isEqualTo(2);
    }

    @Test
    void aPlainPeerWaitsAlike() {
        Nodes.Node two = behind(nodes.node());
        FakeTransport peer = new FakeTransport().replaying(Replay.after(at(8))).register(two.hub);
        nodes.pass(Duration.ofSeconds(1));
        assertThat(peer.texts()).containsExactly("8", "9");
    }

    @Test
    void aSnapshotIsAskedForOnlyIfItDoesNotGoOn() {
        Nodes.Node two = behind(nodes.node(hub -> hub.snapshot((peer, after) -> List.of(Message.text("state")))));
        FakeTransport goesOn = two.join(Replay.after(at(8)));
        FakeTransport begins = two.join(Replay.after(at(99)));
        nodes.pass(LIMIT);
        assertThat(goesOn.texts()).containsExactly("8", "9");
        awaitTexts(begins, 11);
        assertThat(begins.texts()).startsWith("state").endsWith("9").hasSize(11);
    }

    private void awaitTexts(FakeTransport peer, int count) {
        for (long end = System.nanoTime() + 30_000_000_000L; peer.texts().size() < count;) {
            assertThat(System.nanoTime() - end).as("at " + peer.texts()).isNegative();
            Thread.onSpinWait(); // the thread that asks for the snapshot is a real one
            nodes.run();
        }
    }

    @Test
    void aPeerThatLeavesMeanwhileLeavesNothingBehind() {
        Nodes.Node two = behind(nodes.node());
        nodes.backplane.pause();
        FakeTransport peer = two.join(Replay.after(at(8)));
        peer.leave(CloseReason.of(CloseReason.ABNORMAL));
        nodes.pass(LIMIT);
        assertThat(two.hub.stats().peers()).isZero();
        assertThat(peer.events()).isEmpty();
    }

    @Test
    void aHubThatEndsWaitsForItAndLeavesNothingBehind() {
        Nodes.Node two = behind(nodes.node());
        FakeTransport peer = two.join(Replay.after(at(8)));
        CompletableFuture<Void> ended = two.hub.shutdown(Duration.ofSeconds(10)).toCompletableFuture();
        nodes.pass(LIMIT);
        assertThat(ended).isCompleted();
        assertThat(peer.texts()).containsExactly("8", "9");
        assertThat(peer.closed().code()).isEqualTo(CloseReason.GOING_AWAY);
        one.hub.shutdown(Duration.ZERO);
        nodes.pass(Duration.ofSeconds(10));
        assertThat(nodes.timer.pending()).isZero();
    }
}
