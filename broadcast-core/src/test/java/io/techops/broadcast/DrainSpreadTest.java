package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class DrainSpreadTest {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final List<FakeTransport> peers = new ArrayList<>();

    private HubRig rig(int count, UnaryOperator<BroadcastHub.Builder> settings) {
        HubRig rig = new HubRig(settings);
        for (int i = 0; i < count; i++) {
            peers.add(rig.join(new FakeTransport().answerClose()));
        }
        rig.run();
        return rig;
    }

    private long closed() {
        return peers.stream().filter(peer -> peer.closed() != null).count();
    }

    @Test
    void aHundredPeersAreClosedAtOnce() {
        HubRig rig = rig(100, builder -> builder);
        rig.broadcast("last");
        CompletableFuture<Void> end = rig.hub().shutdown(LIMIT).toCompletableFuture();
        rig.run();
        assertThat(closed()).isEqualTo(100);
        assertThat(peers).allMatch(peer -> peer.texts().equals(List.of("last")));
        assertThat(end).isCompleted();
    }

    @Test
    void manyAreClosedOneAfterTheOtherAtAnEvenPaceButFlushedAtOnce() {
        HubRig rig = rig(1_000, builder -> builder.shards(3));
        rig.broadcast("last");
        CompletableFuture<Void> end = rig.hub().shutdown(LIMIT).toCompletableFuture();
        rig.run();
        assertThat(peers).as("flushed at once").allMatch(peer -> peer.texts().equals(List.of("last")));
        long before = closed();
        assertThat(before).isLessThan(10);
        for (int i = 1; i < 40; i++) {
            rig.pass(Duration.ofMillis(50));
            assertThat(closed()).as("after %d ms", 50 * i).isBetween(25L * i - 5, 25L * i + 5);
        }
        assertThat(end).isNotDone();
        rig.pass(Duration.ofMillis(50));
        assertThat(closed()).isEqualTo(1_000);
        assertThat(end).isCompleted();
        assertThat(rig.timer().pending()).as("timers left").isZero();
        assertThat(peers).allMatch(peer -> peer.closed().code() == CloseReason.GOING_AWAY && !peer.isAborted());
    }

    @Test
    void theSpreadTakesNoMoreThanHalfOfTheLimit() {
        HubRig rig = rig(400, builder -> builder.drainSpread(Duration.ofDays(1)));
        rig.hub().shutdown(Duration.ofSeconds(1));
        rig.pass(Duration.ofMillis(250));
        assertThat(closed()).isBetween(195L, 205L);
        rig.pass(Duration.ofMillis(250));
        assertThat(closed()).isEqualTo(400);
    }

    @Test
    void theSettingIsHonoured() {
        HubRig rig = rig(400, builder -> builder.drainSpread(Duration.ofSeconds(4)));
        rig.hub().shutdown(LIMIT);
        rig.pass(Duration.ofSeconds(3));
        assertThat(closed()).isBetween(295L, 305L);
    }

    @Test
    void ofZeroAllAreClosedAtOnce() {
        HubRig rig = rig(1_000, builder -> builder.drainSpread(Duration.ZERO));
        CompletableFuture<Void> end = rig.hub().shutdown(LIMIT).toCompletableFuture();
        rig.run();
        assertThat(closed()).isEqualTo(1_000);
        assertThat(end).isCompleted();
    }

    @Test
    void aLimitOfZeroAbortsAllAtOnce() {
        HubRig rig = rig(1_000, builder -> builder);
        CompletableFuture<Void> end = rig.hub().shutdown(Duration.ZERO).toCompletableFuture();
        rig.pass(Duration.ZERO);
        assertThat(end).isCompleted();
        assertThat(rig.timer().pending()).isZero();
    }

    @Test
    void whoGoesMeanwhileAndWhoStallsHoldNobodyUp() {
        HubRig rig = rig(1_000, builder -> builder);
        FakeTransport stalled = peers.get(500).stallAfter(1);
        rig.broadcast("last");
        rig.run();
        CompletableFuture<Void> end = rig.hub().shutdown(LIMIT).toCompletableFuture();
        rig.pass(Duration.ofSeconds(1));
        peers.stream().filter(FakeTransport::isOpen).limit(200)
                .filter(peer -> peer != stalled)
                .forEach(peer -> peer.registration().unregister(CloseReason.of(1006)));
        rig.pass(Duration.ofSeconds(1));
        assertThat(peers).allMatch(peer -> !peer.peer().isRegistered() || peer == stalled);
        assertThat(end).isNotDone();
        stalled.becomeWritable();
        rig.run();
        assertThat(stalled.closed()).isNotNull();
        assertThat(end).isCompleted();
    }

    @Test
    void whatIsLeftAtTheDeadlineIsAborted() {
        HubRig rig = new HubRig();
        for (int i = 0; i < 200; i++) {
            peers.add(rig.join());
        }
        CompletableFuture<Void> end = rig.hub().shutdown(Duration.ofSeconds(3)).toCompletableFuture();
        rig.pass(Duration.ofMillis(2_999));
        assertThat(closed()).isEqualTo(200);
        assertThat(peers).noneMatch(FakeTransport::isAborted);
        rig.pass(Duration.ofMillis(1));
        assertThat(peers).allMatch(FakeTransport::isAborted);
        assertThat(end).isCompleted();
        assertThat(rig.timer().pending()).isZero();
    }
}
