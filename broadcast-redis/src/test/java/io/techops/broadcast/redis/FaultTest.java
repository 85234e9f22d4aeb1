package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Two nodes on a server that something happens to; nothing is left behind when they are closed. */
abstract class FaultTest {

    /** Against a hang alone: by far more than anything takes, for a busy machine. */
    static final Duration LIMIT = Duration.ofSeconds(60);

    /** How long a node waits for an answer where the server always gives one, if late. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    static final String LOG = "prices";

    @Parameter
    Binary binary;

    RedisProcess redis;
    Node one;
    Node two;

    @BeforeParameterizedClassInvocation
    static void isInstalled(Binary binary) {
        binary.path();
    }

    void start(String... configuration) {
        redis = RedisProcess.start(binary, configuration);
        one = node(redis.uri());
        two = node(redis.uri());
    }

    static Node node(String uri) {
        return new Node(patient(uri).build(), LOG);
    }

    static RedisBackplane.Builder patient(String uri) {
        return RedisBackplane.builder().uri(uri).timeout(PATIENCE);
    }

    static RedisBackplane.Builder impatient(String uri) {
        return RedisBackplane.builder().uri(uri).timeout(Duration.ofMillis(500));
    }

    @AfterEach
    void nothingIsLeft() {
        for (Node node : new Node[] {one, two}) {
            if (node != null) {
                node.close();
            }
        }
        if (redis != null) {
            try (RedisProcess ended = redis) {
                await().atMost(LIMIT).until(() -> ended.clients() == 0);
            }
        }
        await().atMost(LIMIT).until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().matches("(lettuce|broadcast).*")));
    }

    /** Waits until both nodes are subscribed at a server: from then on no node uses what was pushed to it before. */
    static void awaitSubscribed(RedisProcess at) {
        await().atMost(LIMIT).until(() -> at.command("PUBSUB", "NUMSUB", "broadcast:{" + LOG + "}:live")
                .endsWith("\n2\n"));
    }

    void goesOnFrom(String epoch, boolean isSame) {
        one.append("afterwards by one");
        two.append("afterwards by two");
        Node.agree(one, two);
        assertThat(one.texts()).contains("afterwards by one", "afterwards by two");
        assertThat(one.current().epoch().equals(epoch)).as("the same epoch").isEqualTo(isSame);
    }

    /** Checks that a new epoch has begun, once. */
    void goesOnInOneNewEpoch(String before) {
        goesOnFrom(before, false);
        String second = one.current().epoch();
        assertThat(one.append("later by one").epoch()).isEqualTo(second);
        assertThat(two.append("later by two").epoch()).isEqualTo(second);
    }
}
