package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.ManualExecutor;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A peer that joins wakes no shard that would look in time anyway, and misses nothing for it. */
class JoiningTest {

    private final ManualExecutor executor = new ManualExecutor();
    private final VirtualTimer timer = new VirtualTimer();
    private BroadcastHub hub = hub(builder -> builder);

    private BroadcastHub hub(UnaryOperator<BroadcastHub.Builder> settings) {
        return settings.apply(BroadcastHub.builder().executor(executor).timer(timer).shards(1)).build();
    }

    private FakeTransport join() {
        return new FakeTransport().register(hub);
    }

    private void pass(Duration duration) {
        executor.runAll();
        timer.pass(duration);
        executor.runAll();
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    @Test
    void theFirstWakesItsShardAndTheOthersDoNot() {
        join();
        assertThat(executor.pending()).isOne();
        executor.runAll();
        Stream.generate(this::join).limit(100).forEach(peer -> { });
        assertThat(executor.pending()).isZero();
    }

    @Test
    void whoJoinedWhileTheShardSleptGetsWhatIsBroadcastAfterwards() {
        FakeTransport first = join();
        executor.runAll();
        hub.broadcast("before");
        executor.runAll();
        FakeTransport second = join();
        hub.broadcast("after");
        executor.runAll();
        assertThat(first.texts()).containsExactly("before", "after");
        assertThat(second.texts()).containsExactly("after");
    }

    @Test
    void whoJoinedWhileTheShardSleptIsClosedWithTheHub() {
        join();
        executor.runAll();
        FakeTransport second = join();
        hub.shutdown(seconds(5));
        pass(seconds(2));
        assertThat(second.closed()).isNotNull();
    }

    @Test
    void whoJoinedWhileTheShardSleptIsPingedInTime() {
        join();
        executor.runAll();
        for (int second = 1; second < 60; second++) {
            timer.pass(seconds(1));
            FakeTransport peer = join();
            assertPingedInTime(List.of(peer));
            peer.leave(CloseReason.of(CloseReason.NORMAL));
            executor.runAll();
        }
    }

    private void assertPingedInTime(List<FakeTransport> peers) {
        pass(seconds(22));
        assertThat(peers).allSatisfy(peer -> assertThat(peer.pings()).isZero());
        pass(seconds(3));
        assertThat(peers).allSatisfy(peer -> assertThat(peer.pings()).isOne());
    }

    @Test
    void whoJoinsAfterAllOthersHaveGoneIsPingedInTime() {
        FakeTransport first = join();
        executor.runAll();
        first.leave(CloseReason.of(CloseReason.NORMAL));
        executor.runAll();
        assertPingedInTime(List.of(join()));
        pass(Duration.ofHours(1));
        assertPingedInTime(List.of(join()));
    }

    @Test
    void whoJoinsWhileTheShardLooksForTheLastTimeIsPingedInTime() {
        List<FakeTransport> late = new ArrayList<>();
        new FakeTransport() {
            @Override
            public void abort() {
                super.abort();
                late.add(join());
            }
        }.register(hub);
        pass(seconds(25));
        pass(seconds(10)); // there was no pong, and there is no other peer for which the shard would look
        assertThat(late).hasSize(1);
        assertPingedInTime(late);
    }

    @Test
    void aShardThatWillNotLookInTimeIsWoken() {
        hub = hub(builder -> builder.stallTimeout(Duration.ofHours(1)).floodGrace(Duration.ZERO));
        FakeTransport stalled = join().stallAfter(1);
        hub.broadcast("too much");
        executor.runAll();
        pass(seconds(60)); // the first ping is not for a peer that is stalled
        assertThat(stalled.pings()).isZero();
        FakeTransport second = join();
        assertThat(executor.pending()).isOne();
        assertPingedInTime(List.of(second));
    }

    @Test
    void withoutAHeartbeatNobodyIsWoken() {
        hub = hub(builder -> builder.heartbeat(Duration.ZERO));
        FakeTransport peer = join();
        assertThat(executor.pending()).isZero();
        hub.broadcast("hello");
        executor.runAll();
        assertThat(peer.texts()).containsExactly("hello");
    }

    @Test
    void nobodyChangesThreadsForAListenerThatIsNotThere() {
        FakeTransport peer = join();
        executor.runAll();
        peer.leave(CloseReason.of(CloseReason.NORMAL));
        assertThat(executor.pending()).as("the shard's").isOne();
        assertThat(hub.peers()).isEmpty();
    }
}
