package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.GapReason;
import io.techops.broadcast.Position;
import io.techops.broadcast.Replay;
import io.techops.broadcast.Topics;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testing.TestThreads;
import io.techops.broadcast.testkit.FakeTransport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hubs of two nodes, with peers, on a real Redis. */
@Timeout(600)
class RedisHubTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private RedisProcess redis;
    private RedisBackplane here;
    private RedisBackplane there;
    private BroadcastHub one;
    private BroadcastHub two;

    @BeforeEach
    void start() {
        redis = RedisProcess.start(Binary.JAR);
        here = connected("here");
        there = connected("there");
        one = prices(here);
        two = prices(there);
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
        here.close();
        there.close();
        redis.close();
    }

    /** {@return a backplane that is not given up for a pause of the machine, and for an outage soon enough} */
    private RedisBackplane connected(String name) {
        return RedisBackplane.builder().uri(redis.uri()).clientName(name).timeout(Duration.ofSeconds(5)).connect();
    }

    private static BroadcastHub prices(RedisBackplane backplane) {
        return BroadcastHub.builder().name("prices").backplane(backplane).backplaneStartTimeout(LIMIT)
                .backplaneTimeout(LIMIT).build();
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
            b.send("two " + i);
        }
        awaitTexts(a, 1_000);
        awaitTexts(b, 1_000);
        assertThat(a.texts()).isEqualTo(b.texts()).hasSize(1_000);
        assertThat(a.positions()).isEqualTo(b.positions());
        assertThat(a.violations()).isEmpty();
        assertThat(gaps(a)).isEmpty();
    }

    @Test
    void whatIsPublishedOnOneNodeIsPushedToTheOtherWithoutARead() {
        UnaryOperator<RedisBackplane.Builder> settings = builder -> builder.uri(redis.uri())
                .pollInterval(Duration.ofMinutes(10)).timeout(Duration.ofSeconds(20));
        try (RedisBackplane third = settings.apply(RedisBackplane.builder()).connect();
                RedisBackplane fourth = settings.apply(RedisBackplane.builder()).connect();
                BroadcastHub from = BroadcastHub.builder().name("pushed").backplane(third).build();
                BroadcastHub to = BroadcastHub.builder().name("pushed").backplane(fourth).build()) {
            FakeTransport own = join(from, Replay.none());
            FakeTransport peer = join(to, Replay.none());
            await().atMost(LIMIT).until(() -> subscribers("broadcast:{pushed}:live") == 2);
            from.broadcast("first"); // may be read: by those that have not been told yet that they are subscribed
            awaitTexts(own, 1);
            awaitTexts(peer, 1);
            int count = 1;
            String before;
            do { // one of both may be asking still whether there is more than what it was told
                before = reads();
                publish(from, ++count, own, peer);
            } while (count < 50 && !reads().equals(before));
            String reads = reads();
            while (count < 150) {
                publish(from, ++count, own, peer);
            }
            assertThat(reads()).isEqualTo(reads);
        }
    }

    /** Publishes the message that makes so many, and waits until the peers have it. */
    private static void publish(BroadcastHub from, int count, FakeTransport... peers) {
        from.publish("message " + count).toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
        for (FakeTransport peer : peers) {
            awaitTexts(peer, count);
        }
    }

    private int subscribers(String channel) {
        return Integer.parseInt(redis.command("PUBSUB", "NUMSUB", channel).lines().skip(1).findFirst().orElseThrow());
    }

    /** {@return how often entries of streams were read} */
    private String reads() {
        return redis.command("INFO", "commandstats").lines().filter(line -> line.startsWith("cmdstat_xrange:"))
                .map(line -> line.substring(0, line.indexOf(','))).findFirst().orElse("none");
    }

    @Test
    void aPeerGoesOnAtTheOtherNode() {
        FakeTransport before = join(one, Replay.none());
        FakeTransport other = join(two, Replay.none());
        for (int i = 0; i < 10; i++) {
            one.broadcast("message " + i);
        }
        awaitTexts(before, 10);
        awaitTexts(other, 10); // a peer waits 3 seconds at most for what its node has not read yet
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
        try (RedisBackplane third = connected("late"); BroadcastHub late = prices(third)) {
            FakeTransport peer = join(late, Replay.after(first.positions().get(0)));
            awaitTexts(peer, 99);
            assertThat(peer.texts()).isEqualTo(first.texts().subList(1, 100));
        }
    }

    @Test
    void topicsAreSharedEachWithAnOrderOfItsOwn() {
        try (Topics some = topics(here); Topics others = topics(there)) {
            FakeTransport news = join(others.hub("news"), Replay.none());
            FakeTransport weather = join(others.hub("weather"), Replay.none());
            for (int i = 0; i < 100; i++) {
                some.hub("news").broadcast("news " + i);
                some.hub("weather").broadcast("weather " + i);
            }
            awaitTexts(news, 100);
            awaitTexts(weather, 100);
            for (FakeTransport peer : List.of(news, weather)) {
                assertThat(peer.texts()).allMatch(text -> text.startsWith(peer == news ? "news" : "weather"));
                assertThat(peer.positions()).extracting(Position::sequence)
                        .isEqualTo(LongStream.rangeClosed(1, 100).boxed().toList());
            }
        }
        await().atMost(LIMIT).until(() -> subscribers("broadcast:{news}:live") == 0);
    }

    private static Topics topics(RedisBackplane backplane) {
        return Topics.builder().recipe((topic, hub) -> hub.backplane(backplane).backplaneStartTimeout(LIMIT)).build();
    }

    @Test
    void eachNodeKnowsThePeersOfAllAndANodeThatDiedIsForgotten() {
        join(one, Replay.none());
        join(two, Replay.none());
        String ghosts = "broadcast:{prices}:nodes";
        redis.command("HSET", ghosts, "dead", "100 1", "alive", "10 9999999999999");
        for (BroadcastHub hub : List.of(one, two)) {
            await().atMost(LIMIT).until(() -> hub.stats().backplane().peers().orElse(-1) == 12);
            assertThat(hub.stats().backplane().nodes()).hasValue(3);
            assertThat(hub.stats().backplane().peersAge()).isBetween(Duration.ZERO, LIMIT);
        }
        assertThat(redis.command("HEXISTS", ghosts, "dead")).isEqualTo("0");
        assertThat(Long.parseLong(redis.command("PTTL", ghosts))).isBetween(1L, 15_000L);
    }

    @Test
    void anOutageHoldsPublishersBackAndLosesNothing() {
        FakeTransport a = join(one, Replay.none());
        FakeTransport b = join(two, Replay.none());
        one.broadcast("before");
        awaitTexts(b, 1);
        redis.standStill();
        await().atMost(LIMIT).until(() -> one.stats().backplane().isAway() && two.stats().backplane().isAway());
        assertThat(one.tryBroadcast("refused")).isFalse();
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> one.broadcast("waited"), TestThreads.NEW);
        redis.goOn();
        waiting.orTimeout(60, TimeUnit.SECONDS).join();
        two.publish("after").toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
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
        await().atMost(LIMIT).until(() -> one.stats().backplane().isAway() && two.stats().backplane().isAway());
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
