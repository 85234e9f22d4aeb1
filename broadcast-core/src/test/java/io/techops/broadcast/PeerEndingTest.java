package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a peer is owed when nothing more comes from it: its close frame goes out behind that. */
class PeerEndingTest {

    private static final CloseReason BYE = CloseReason.of(CloseReason.NORMAL, "bye");
    private static final CloseReason NO_CODE = CloseReason.of(CloseReason.NO_CODE);
    private static final CloseReason BROKEN = CloseReason.of(1002, "client frames must be masked");
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final HubRig rig = new HubRig(builder -> builder.closeTimeout(CLOSE_TIMEOUT)
            .heartbeat(Duration.ofSeconds(2)).pongTimeout(Duration.ofSeconds(1)));

    @Test
    void aPeerThatIsOwedNothingIsUnregisteredAtOnce() {
        FakeTransport peer = rig.join();
        rig.broadcast("a");
        rig.run();
        assertThat(peer.end(BYE, true)).isTrue();
        assertThat(peer.peer().isRegistered()).isFalse();
        rig.run();
        assertThat(peer.closed()).as("the adapter's to do").isNull();
        assertThat(rig.listener().entries()).contains("peer 1 unregistered 1000");
    }

    @Test
    void peersThatAreOwedNothingAreLetGoInOneRound() {
        HubRig quiet = new HubRig();
        List<FakeTransport> peers = Stream.generate(quiet::join).limit(16).toList();
        quiet.run();
        List<Integer> tasks = new ArrayList<>();
        for (FakeTransport peer : peers) {
            assertThat(peer.end(BYE, true)).isTrue();
            tasks.add(quiet.executor().pending());
        }
        assertThat(tasks.subList(0, 15)).as("the listener's task").containsOnly(1);
        assertThat(tasks.get(15)).as("and the shard's").isEqualTo(2);
    }

    @Test
    void aShardThatHasNoDeadlineLetsGoOfEachAtOnce() {
        HubRig quiet = new HubRig(builder -> builder.heartbeat(Duration.ZERO));
        FakeTransport peer = quiet.join();
        quiet.run();
        assertThat(peer.end(BYE, true)).isTrue();
        assertThat(quiet.executor().pending()).as("the listener's task and the shard's").isEqualTo(2);
        quiet.run();
        assertThat(quiet.executor().pending()).isZero();
    }

    @Test
    void theEndOfTheHubDoesNotWaitForSuchAPeer() {
        FakeTransport before = rig.join();
        FakeTransport meanwhile = rig.join();
        rig.run();
        assertThat(before.end(BYE, true)).isTrue();
        CompletableFuture<Void> end = rig.hub().shutdown(Duration.ofSeconds(5)).toCompletableFuture();
        assertThat(meanwhile.end(BYE, true)).isTrue();
        rig.run();
        assertThat(end).isCompleted();
    }

    @Test
    void itsOwnMessageReachesItBeforeTheCloseFrame() {
        for (CloseReason reason : new CloseReason[] {BYE, NO_CODE, BROKEN}) {
            FakeTransport peer = rig.join();
            peer.send("last words");
            assertThat(peer.end(reason, reason != BROKEN)).isFalse();
            peer.send("too late");
            rig.broadcast("for the others");
            rig.run();
            assertThat(peer.texts()).startsWith("last words").doesNotContain("too late");
            assertThat(peer.closed()).isSameAs(reason);
            peer.leave(reason);
        }
    }

    @Test
    void aBatchThatIsUnderWayComesFirst() {
        FakeTransport peer = rig.join().stallAfter(1);
        rig.broadcast("a");
        rig.run();
        peer.send("last words");
        assertThat(peer.end(BYE, true)).isFalse();
        rig.run();
        assertThat(peer.closed()).isNull();
        peer.becomeWritable();
        rig.run();
        assertThat(peer.texts()).containsExactly("a", "last words");
        assertThat(peer.closed()).isEqualTo(BYE);
    }

    @Test
    void whoDoesNotTakeItIsClosedAfterTheCloseTimeoutForItsOwnReasonAndThenAborted() {
        FakeTransport peer = rig.join().stallAfter(1);
        rig.broadcast("a");
        rig.run();
        peer.send("last words");
        peer.end(BYE, true);
        rig.run();
        rig.pass(CLOSE_TIMEOUT.minusMillis(1));
        assertThat(peer.closed()).isNull();
        rig.pass(Duration.ofMillis(1));
        assertThat(peer.closed()).isEqualTo(BYE);
        assertThat(peer.isAborted()).isFalse();
        rig.pass(CLOSE_TIMEOUT);
        assertThat(peer.isAborted()).isTrue();
        assertThat(rig.listener().entries()).contains("peer 1 unregistered 1000");
    }

    @Test
    void aPeerThatTheHostClosesTooIsClosedOnce() {
        FakeTransport peer = rig.join();
        peer.send("last words");
        peer.peer().close(CloseReason.of(4000));
        assertThat(peer.end(BYE, true)).isFalse();
        rig.run();
        assertThat(peer.texts()).containsExactly("last words");
        assertThat(peer.closed().code()).isEqualTo(4000);
        assertThat(peer.end(BYE, true)).as("its answer").isTrue();
        assertThat(rig.listener().of(peer.peer())).filteredOn(entry -> entry.contains("unregistered")).hasSize(1);
    }
}
