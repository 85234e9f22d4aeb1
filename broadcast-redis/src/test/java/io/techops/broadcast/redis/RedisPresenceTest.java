package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Presence;
import io.techops.broadcast.SharedPresence;
import io.techops.broadcast.testkit.FakeTransport;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is here by name, on two nodes and a real Redis. */
@Timeout(600)
class RedisPresenceTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final AttributeKey<String> USER = AttributeKey.of("user", String.class);

    private RedisProcess redis;
    private Proxy proxy;
    private PresentNode one;
    private PresentNode two;

    /** A hub with a presence, as an application has them. */
    private static final class PresentNode implements AutoCloseable {
        private final List<String> told = new CopyOnWriteArrayList<>();
        private final RedisBackplane backplane;
        private final SharedPresence presence;
        private final BroadcastHub hub;

        PresentNode(String uri) {
            backplane = RedisBackplane.builder().uri(uri).timeout(Duration.ofSeconds(5)).connect();
            presence = SharedPresence.over(
                    BroadcastHub.builder().name("chat/presence").backplane(backplane).backplaneStartTimeout(LIMIT),
                    peer -> peer.attributes().get(USER), new Presence.Listener() {
                        @Override
                        public void arrived(String name) {
                            told.add("+" + name);
                        }

                        @Override
                        public void departed(String name) {
                            told.add("-" + name);
                        }
                    });
            hub = BroadcastHub.builder().name("chat").backplane(backplane).backplaneStartTimeout(LIMIT)
                    .heartbeat(Duration.ZERO).listener(presence).build();
        }

        FakeTransport join(String user) {
            return new FakeTransport(new Attributes().set(USER, user)).answerClose().register(hub);
        }

        void awaitNames(String... names) {
            await().atMost(LIMIT).untilAsserted(() -> assertThat(presence.names()).isEqualTo(Set.of(names)));
        }

        @Override
        public void close() {
            hub.close();
            presence.close();
            backplane.close();
        }
    }

    private static void leave(FakeTransport peer) {
        peer.leave(CloseReason.of(CloseReason.NORMAL));
    }

    @BeforeEach
    void start() {
        redis = RedisProcess.start(Binary.JAR);
        proxy = new Proxy(redis.port());
        one = new PresentNode(redis.uri());
        two = new PresentNode(proxy.uri());
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
        proxy.close();
        redis.close();
    }

    @Test
    void aNameIsHereOnBothNodesUntilItsLastConnectionOnAnyHasGone() {
        FakeTransport here = one.join("anna");
        FakeTransport there = two.join("anna");
        two.join("bob");
        one.awaitNames("anna", "bob");
        two.awaitNames("anna", "bob");
        leave(here);
        leave(there);
        one.awaitNames("bob");
        two.awaitNames("bob");
        for (PresentNode node : List.of(one, two)) {
            await().atMost(LIMIT).untilAsserted(() -> assertThat(node.told).contains("+anna", "+bob", "-anna"));
        }
    }

    @Test
    void aNodeThatBeginsLaterKnowsWhoIsHere() {
        one.join("anna");
        leave(one.join("gone"));
        one.awaitNames("anna");
        try (PresentNode late = new PresentNode(redis.uri())) {
            late.awaitNames("anna");
            late.join("carl");
            one.awaitNames("anna", "carl");
        }
        one.awaitNames("anna");
    }

    @Test
    void theNamesOfANodeThatIsCutOffDepartWithoutAWordFromItAndAreBackWithIt() {
        one.join("anna");
        FakeTransport bob = two.join("bob");
        one.awaitNames("anna", "bob");
        two.awaitNames("anna", "bob");
        proxy.blackHole(true);
        one.awaitNames("anna");
        two.awaitNames("bob");
        leave(bob);
        two.join("carl");
        proxy.blackHole(false);
        one.awaitNames("anna", "carl");
        two.awaitNames("anna", "carl");
    }

    @Test
    void whoComesAndGoesWhileRedisIsRestartedEmptyIsKnownAfterwards() {
        FakeTransport anna = one.join("anna");
        two.join("bob");
        one.awaitNames("anna", "bob");
        two.awaitNames("anna", "bob");
        redis.kill();
        await().atMost(LIMIT).until(() -> one.hub.stats().backplane().isAway());
        leave(anna);
        one.join("carl");
        redis.restart();
        one.awaitNames("bob", "carl");
        two.awaitNames("bob", "carl");
    }
}
