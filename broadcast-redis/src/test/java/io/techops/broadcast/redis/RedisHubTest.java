package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.GapReason;
import io.techops.broadcast.Position;
import io.techops.broadcast.Replay;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hubs of two nodes, with peers, on a real Redis. */
@Timeout(120)
class RedisHubTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private RedisProcess redis;
    private RedisBackplane here;
    private RedisBackplane there;
    private BroadcastHub one;
    private BroadcastHub two;

    @BeforeEach
    void start() {
        redis = RedisProcess.start(Binary.JAR);
        here = RedisBackplane.builder().uri(redis.uri()).clientName("here").connect();
        there = RedisBackplane.builder().uri(redis.uri()).clientName("there").connect();
        one = BroadcastHub.builder().name("prices").backplane(here).build();
        two = BroadcastHub.builder().name("prices").backplane(there).build();
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
        here.close();
        there.close();
        redis.close();
    }

    private static FakeTransport join(BroadcastHub hub, Replay replay) {
        return new FakeTransport().knowingPositions().replaying(replay).answerClose().register(hub);
    }

    private static void awaitTexts(FakeTransport peer, int count) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(10)).until(() -> peer.texts().size() >= count);
    }

    private static List<StreamEvent.Gap> gaps(FakeTransport peer) {
        return peer.events().stream().filter(StreamEvent.Gap.class::isInstance).map(StreamEvent.Gap.class::cast)
                .toList();
    }

    @Test
    void allPeersSeeOneOrder() {
        FakeTransport a = join(one, Replay.none());
        FakeTransport b = join(two, Replay.none());
        for (int i = 0; i < 500; i++) {
            one.broadcast("one " + i);
            b.receive("two " + i);
        }
        awaitTexts(a, 1_000);
        awaitTexts(b, 1_000);
        assertThat(a.texts()).isEqualTo(b.texts()).hasSize(1_000);
        assertThat(a.positions()).isEqualTo(b.positions());
        assertThat(a.violations()).isEmpty();
        assertThat(gaps(a)).isEmpty();
    }

    @Test
    void aPeerGoesOnAtTheOtherNode() {
        FakeTransport before = join(one, Replay.none());
        for (int i = 0; i < 10; i++) {
            one.broadcast("message " + i);
        }
        awaitTexts(before, 10);
        Position seen = before.positions().get(3);
        FakeTransport after = join(two, Replay.after(seen));
        awaitTexts(after, 6);
        assertThat(after.texts()).isEqualTo(before.texts().subList(4, 10));
        assertThat(gaps(after)).isEmpty();
    }

    @Test
    void aNodeThatStartsLaterHasTheHistory() {
        FakeTransport first = join(one, Replay.none());
        for (int i = 0; i < 100; i++) {
            one.broadcast("message " + i);
        }
        awaitTexts(first, 100);
        try (RedisBackplane third = RedisBackplane.builder().uri(redis.uri()).connect();
                BroadcastHub late = BroadcastHub.builder().name("prices").backplane(third).build()) {
            FakeTransport peer = join(late, Replay.after(first.positions().get(0)));
            awaitTexts(peer, 99);
            assertThat(peer.texts()).isEqualTo(first.texts().subList(1, 100));
        }
    }

    @Test
    void anOutageHoldsPublishersBackAndLosesNothing() {
        FakeTransport a = join(one, Replay.none());
        FakeTransport b = join(two, Replay.none());
        one.broadcast("before");
        awaitTexts(b, 1);
        redis.standStill();
        await().atMost(LIMIT).until(() -> one.stats().isBackplaneAway() && two.stats().isBackplaneAway());
        assertThat(one.tryBroadcast("refused")).isFalse();
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> one.broadcast("waited"));
        redis.goOn();
        waiting.orTimeout(30, TimeUnit.SECONDS).join();
        two.publish("after").toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
        awaitTexts(a, 3);
        awaitTexts(b, 3);
        assertThat(a.texts()).isEqualTo(b.texts()).containsExactlyInAnyOrder("before", "waited", "after");
        assertThat(gaps(a)).isEmpty();
        assertThat(a.isOpen() && b.isOpen()).isTrue();
    }

    @Test
    void aServerThatLostItsDataIsToldToEveryPeer() {
        FakeTransport a = join(one, Replay.none());
        FakeTransport b = join(two, Replay.none());
        one.broadcast("before");
        awaitTexts(a, 1);
        awaitTexts(b, 1);
        redis.kill();
        redis.restart();
        await().atMost(LIMIT).until(() -> one.tryBroadcast("after"));
        awaitTexts(a, 2);
        awaitTexts(b, 2);
        for (FakeTransport peer : List.of(a, b)) {
            assertThat(gaps(peer)).extracting(StreamEvent.Gap::reason).containsExactly(GapReason.EPOCH);
            assertThat(peer.positions().get(1).sequence()).isEqualTo(1);
        }
        assertThat(a.positions()).isEqualTo(b.positions());
    }
}
