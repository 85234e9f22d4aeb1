package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.GapReason;
import io.techops.broadcast.spi.StreamEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Hubs on a server that something happens to; nothing is left behind when they are closed. */
abstract class HubFaultTest {

    static final Duration LIMIT = Duration.ofSeconds(60);

    private final List<AutoCloseable> opened = new ArrayList<>();
    @Parameter
    Binary binary;

    RedisProcess redis;
    HubNode one;
    HubNode two;

    @BeforeParameterizedClassInvocation
    static void isInstalled(Binary binary) {
        binary.path();
    }

    /** {@return settings for a server that always answers or is known not to be there, on a busy machine late} */
    static RedisBackplane.Builder patient(String uri) {
        return RedisBackplane.builder().uri(uri).timeout(FaultTest.PATIENCE);
    }

    /** {@return settings for a server that says nothing for a while} */
    static RedisBackplane.Builder impatient(String uri) {
        return RedisBackplane.builder().uri(uri).timeout(Duration.ofSeconds(2));
    }

    void startRedis(String... configuration) {
        redis = RedisProcess.start(binary, configuration);
    }

    void start(String... configuration) {
        startRedis(configuration);
        startHubs(redis.uri());
    }

    void startHubs(String uri) {
        startHubs(patient(uri), patient(uri));
    }

    void startHubs(RedisBackplane.Builder first, RedisBackplane.Builder second) {
        one = HubNode.start("one", first);
        two = HubNode.start("two", second);
        one.broadcast("first", one, two);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        for (HubNode node : new HubNode[] {one, two}) {
            if (node != null) {
                node.close();
            }
        }
        for (AutoCloseable each : opened) {
            each.close();
        }
        if (redis != null) {
            try (RedisProcess ended = redis) {
                await().atMost(LIMIT).until(() -> !ended.isAlive() || ended.clients() == 0);
            }
        }
        await().atMost(LIMIT).until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().matches("(lettuce|broadcast).*")));
    }

    <T extends AutoCloseable> T closedAtTheEnd(T each) {
        opened.add(0, each);
        return each;
    }

    void everyPeerIsTold(GapReason reason) {
        for (HubNode node : List.of(one, two)) {
            assertThat(node.peers).allSatisfy(peer -> assertThat(HubNode.gaps(peer))
                    .extracting(StreamEvent.Gap::reason).containsExactly(reason));
        }
    }

    void nothingIsTold() {
        for (HubNode node : List.of(one, two)) {
            assertThat(node.peers).allSatisfy(peer -> assertThat(HubNode.gaps(peer)).isEmpty());
        }
    }
}
