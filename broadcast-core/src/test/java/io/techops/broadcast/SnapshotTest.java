package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the host says is the current state comes first, and then all that followed the position it was told. */
class SnapshotTest {

    private final CountDownLatch released = new CountDownLatch(1);
    private final List<Position> asked = Collections.synchronizedList(new ArrayList<>());
    private final HubRig rig = rig((peer, after) -> {
        asked.add(after);
        assertThat(released.await(60, TimeUnit.SECONDS)).isTrue();
        return List.of(Message.text("state"), Message.text("more of it"));
    });

    @AfterEach
    void release() {
        released.countDown();
    }

    private static HubRig rig(SnapshotSource source) {
        return HubRig.keeping(8, hub -> hub.snapshot(source).heartbeat(Duration.ZERO));
    }

    /** The host is asked on threads of the hub, and not by the rig. */
    private static void until(HubRig rig, BooleanSupplier condition) {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        do {
            rig.run();
            Thread.onSpinWait();
        } while (!condition.getAsBoolean() && System.nanoTime() - limit < 0);
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private FakeTransport join(Replay replay) {
        FakeTransport peer = rig.join(new FakeTransport().knowingPositions().replaying(replay));
        rig.run();
        return peer;
    }

    @Test
    void thePeerGoesOnAfterThePositionThatTheHostWasTold() {
        rig.broadcastEach(0, 3);
        FakeTransport peer = join(Replay.none());
        until(rig, () -> !asked.isEmpty());
        rig.broadcastEach(3, 5);
        assertThat(peer.events()).as("nothing before the host has answered").isEmpty();
        assertThat(peer.texts()).isEmpty();
        released.countDown();
        until(rig, () -> peer.texts().size() == 4);
        assertThat(peer.texts()).containsExactly("state", "more of it", "3", "4");
        assertThat(peer.positions()).containsExactly(asked.get(0).at(4), asked.get(0).at(5));
        assertThat(asked).containsExactly(rig.hub().stats().position().at(3));
        assertThat(peer.events().get(0).position()).isEqualTo(asked.get(0));
        assertThat(peer.peer().lag()).isZero();
        assertThat(peer.peer().delivered()).isEqualTo(4);
    }

    @Test
    void aTransportThatSaysThatItIsWritableGetsNothingBeforeTheState() {
        FakeTransport peer = join(Replay.none());
        until(rig, () -> !asked.isEmpty());
        rig.broadcastEach(0, 2);
        peer.becomeWritable();
        rig.broadcastEach(2, 3);
        assertThat(peer.events()).isEmpty();
        assertThat(peer.texts()).isEmpty();
        released.countDown();
        until(rig, () -> peer.texts().size() == 5);
        assertThat(peer.texts()).containsExactly("state", "more of it", "0", "1", "2");
    }

    @Test
    void aPeerThatWaitsForItsStateDelaysNoOther() {
        FakeTransport other = join(Replay.after(rig.hub().stats().position()));
        FakeTransport waiting = join(Replay.none());
        until(rig, () -> !asked.isEmpty());
        rig.broadcastEach(0, 4);
        assertThat(other.texts()).containsExactly("0", "1", "2", "3");
        assertThat(waiting.texts()).isEmpty();
    }

    @Test
    void aPeerThatGoesOnWithoutAGapNeedsNoState() {
        rig.broadcastEach(0, 3);
        FakeTransport peer = join(Replay.after(rig.hub().stats().position().at(1)));
        assertThat(peer.texts()).containsExactly("1", "2");
        assertThat(asked).isEmpty();
    }

    @Test
    void aPeerWithAGapIsGivenTheStateAfterItIsToldOfTheGap() {
        released.countDown();
        rig.broadcastEach(0, 3);
        FakeTransport peer = join(Replay.after(Position.of("another", 2)));
        until(rig, () -> peer.texts().size() == 2);
        assertThat(peer.events()).hasSize(2);
        assertThat(peer.events().get(1)).isInstanceOf(StreamEvent.Gap.class);
        assertThat(asked).containsExactly(rig.hub().stats().position().at(3));
        assertThat(rig.hub().stats().gaps(GapReason.EPOCH)).isOne();
    }

    @Test
    void aSlowHostCostsThePeerItsStallTimeoutAlsoInAnIdleHub() {
        FakeTransport peer = join(Replay.none());
        until(rig, () -> !asked.isEmpty());
        rig.passSeconds(9);
        assertThat(peer.isOpen()).isTrue();
        rig.passSeconds(1);
        assertThat(peer.closed()).isEqualTo(
                CloseReason.of(CloseReason.TRY_AGAIN_LATER, "too slow: no progress for 10000 ms"));
        released.countDown();
        rig.run();
        assertThat(peer.texts()).isEmpty();
    }

    @Test
    void aPeerThatFallsOffTheTailMeanwhileIsCut() {
        FakeTransport peer = join(Replay.none());
        until(rig, () -> !asked.isEmpty());
        rig.broadcastEach(0, 9);
        assertThat(peer.closed().code()).isEqualTo(CloseReason.TRY_AGAIN_LATER);
    }

    @Test
    void anEndOfTheHubDoesNotWaitForTheHost() {
        FakeTransport peer = join(Replay.none());
        until(rig, () -> !asked.isEmpty());
        var end = rig.hub().shutdown(Duration.ofSeconds(1)).toCompletableFuture();
        rig.passSeconds(1);
        assertThat(end).isCompleted();
        assertThat(peer.isAborted()).isTrue();
        released.countDown();
        rig.run();
        assertThat(peer.texts()).isEmpty();
    }

    @Test
    void aPeerThatIsClosedMeanwhileIsGivenItsStateBefore() {
        FakeTransport peer = join(Replay.none());
        until(rig, () -> !asked.isEmpty());
        peer.peer().close(CloseReason.of(CloseReason.NORMAL, "done"));
        rig.run();
        assertThat(peer.isOpen()).isTrue();
        released.countDown();
        until(rig, () -> peer.closed() != null);
        assertThat(peer.texts()).containsExactly("state", "more of it");
        assertThat(peer.closed()).isEqualTo(CloseReason.of(CloseReason.NORMAL, "done"));
    }

    @Test
    void aPeerThatLeavesMeanwhileIsGivenNothing() {
        FakeTransport peer = join(Replay.none());
        until(rig, () -> !asked.isEmpty());
        peer.leave(CloseReason.of(CloseReason.NORMAL));
        rig.run();
        released.countDown();
        rig.passSeconds(1);
        assertThat(peer.texts()).isEmpty();
        assertThat(rig.hub().peers()).isEmpty();
    }

    @Test
    void aLargeStateComesInPieces() {
        List<Message> state = Collections.nCopies(20, Message.text("x".repeat(100_000)));
        HubRig large = rig((peer, after) -> state);
        FakeTransport peer = large.join();
        until(large, () -> peer.texts().size() == 20);
        assertThat(peer.batches()).hasSizeGreaterThan(5);
        large.broadcastEach(0, 1);
        assertThat(peer.texts().get(20)).isEqualTo("0");
    }

    @Test
    void aHostThatFailsClosesThePeerWithAnInternalError() {
        Logger log = Logger.getLogger(BroadcastHub.class.getName());
        Level level = log.getLevel();
        log.setLevel(Level.OFF); // what it says is not what is tested
        try {
            for (SnapshotSource bad : List.<SnapshotSource>of(
                    (peer, after) -> {
                        throw new IllegalStateException("on purpose");
                    },
                    (peer, after) -> {
                        throw new OutOfMemoryError("on purpose");
                    },
                    (peer, after) -> null,
                    (peer, after) -> Arrays.asList(Message.text("a"), null))) {
                HubRig failing = rig(bad);
                FakeTransport peer = failing.join(new FakeTransport().knowingPositions());
                failing.broadcastEach(0, 1);
                until(failing, () -> peer.closed() != null);
                assertThat(peer.closed()).isEqualTo(
                        CloseReason.of(CloseReason.INTERNAL_ERROR, "there is no snapshot to begin with"));
                assertThat(peer.texts()).isEmpty();
                assertThat(peer.events()).isEmpty();
            }
        } finally {
            log.setLevel(level);
        }
    }
}
