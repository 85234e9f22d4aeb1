package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.cluster.SlotHash;
import io.techops.broadcast.spi.SharedLog;
import io.techops.broadcast.spi.SharedLogs;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers that take over from each other, and that share the logs among them. */
@Timeout(600)
@ParameterizedClass
@EnumSource
class RedisRoleTest extends FaultTest {

    private static final int LAST_SLOT = SlotHash.SLOT_COUNT - 1;

    @Test
    void aReplicaThatSentinelPromotesBeginsAnEpoch() {
        redis = RedisProcess.start(binary);
        try (RedisProcess replica = RedisProcess.start(binary, "replicaof 127.0.0.1 " + redis.port());
                RedisProcess sentinel = RedisProcess.sentinel(binary, redis)) {
            await().atMost(LIMIT).until(
                    () -> replica.info("replication", "master_link_status").equals("up"));
            await().atMost(LIMIT).until(() -> sentinel.command("SENTINEL", "replicas", "mymaster")
                    .contains(Integer.toString(replica.port())));
            String uri = "redis-sentinel://127.0.0.1:" + sentinel.port() + "#mymaster";
            one = node(uri);
            two = node(uri);
            String epoch = one.append("kept").epoch();
            two.awaitText("kept");
            await().atMost(LIMIT).until(() -> replica
                    .info("replication", "slave_repl_offset").equals(redis.info("replication", "master_repl_offset")));
            two.standStill();
            replica.standStill();
            one.append("lost");
            one.awaitText("lost");
            redis.kill();
            replica.goOn();
            sentinel.failsOver();
            replica.awaitPromotion();
            awaitSubscribed(replica);
            two.goOn();
            assertThat(two.append("next").epoch()).isNotEqualTo(epoch);
            goesOnFrom(epoch, false);
            assertThat(two.texts()).doesNotContain("lost");
            one.close();
            two.close();
        }
        redis.close();
        redis = null;
    }

    @Test
    void aServerThatIsMadeAReplicaUnderLivingConnectionsIsLeft() {
        redis = RedisProcess.start(binary);
        try (RedisProcess other = RedisProcess.start(binary, "replicaof 127.0.0.1 " + redis.port())) {
            await().atMost(LIMIT).until(
                    () -> other.info("replication", "master_link_status").equals("up"));
            one = node(redis.uri());
            two = node(redis.uri());
            String epoch = one.append("before").epoch();
            one.awaitText("before");
            two.awaitText("before");
            one.standStill();
            two.standStill();
            assertThat(other.command("REPLICAOF", "NO", "ONE")).isEqualTo("OK");
            assertThat(redis.command("REPLICAOF", "127.0.0.1", Integer.toString(other.port()))).isEqualTo("OK");
            try (Node there = node(other.uri())) {
                there.append("elsewhere");
            }
            await().atMost(LIMIT).until(() -> redis.info("replication", "slave_repl_offset")
                    .equals(other.info("replication", "master_repl_offset")));
            one.goOn(); // what it would read is of the epoch that the replica shows, and may be old
            two.goOn();
            await().atMost(LIMIT).until(() -> one.isAway() && two.isAway());
            assertThat(one.texts()).containsExactly("before");
            assertThat(redis.command("REPLICAOF", "NO", "ONE")).isEqualTo("OK");
            goesOnFrom(epoch, false);
        }
    }

    @Test
    void aClusterHasItsLogsOnTheServersOfTheirSlots() {
        redis = RedisProcess.start(binary, "cluster-enabled yes");
        try (RedisProcess other = RedisProcess.start(binary, "cluster-enabled yes")) {
            formCluster(other);
            try (RedisBackplane first = patient(redis.uri()).cluster(redis.uri()).connect();
                    RedisBackplane second = patient(other.uri()).cluster(other.uri()).connect()) {
                for (int i = 0; i < 8; i++) {
                    try (Node here = new Node(shared(first), "log " + i);
                            Node there = new Node(shared(second), "log " + i)) {
                        here.append("from here");
                        there.append("from there");
                        Node.agree(here, there);
                        assertThat(here.texts()).containsExactly("from here", "from there");
                    }
                }
                assertThat(Integer.parseInt(redis.command("DBSIZE"))).isPositive();
                assertThat(Integer.parseInt(other.command("DBSIZE"))).isPositive();
            }
        }
        redis.close();
        redis = null;
    }

    @Test
    void aLogWhoseServerIsAwayIsLookedForInTheCluster() {
        redis = RedisProcess.start(binary, "cluster-enabled yes");
        try (RedisProcess other = RedisProcess.start(binary, "cluster-enabled yes")) {
            formCluster(other);
            String name = Stream.iterate(0, i -> i + 1).map(i -> "log " + i)
                    .filter(log -> SlotHash.getSlot("broadcast:{" + log + "}:meta") > LAST_SLOT / 2).findFirst()
                    .orElseThrow();
            try (Node node = new Node(patient(redis.uri()).cluster(redis.uri()).build(), name)) {
                String epoch = node.append("before").epoch();
                other.kill();
                await().atMost(LIMIT).until(node::isAway); // it cannot say that the log has moved
                slots("DELSLOTS", redis, LAST_SLOT / 2 + 1, LAST_SLOT);
                slots("ADDSLOTS", redis, LAST_SLOT / 2 + 1, LAST_SLOT);
                assertThat(node.append("after").epoch()).isNotEqualTo(epoch);
            }
        }
        redis.close();
        redis = null;
    }

    /** Makes a cluster of {@code redis}, which has the first half of the slots, and another server. */
    private void formCluster(RedisProcess other) {
        slots("ADDSLOTS", redis, 0, LAST_SLOT / 2);
        slots("ADDSLOTS", other, LAST_SLOT / 2 + 1, LAST_SLOT);
        redis.command("CLUSTER", "MEET", "127.0.0.1", Integer.toString(other.port()));
        await().atMost(LIMIT).until(() -> redis.command("CLUSTER", "INFO")
                .contains("cluster_state:ok") && other.command("CLUSTER", "INFO").contains("cluster_state:ok"));
    }

    private static void slots(String action, RedisProcess at, int from, int last) {
        List<String> command = new ArrayList<>(List.of("CLUSTER", action));
        for (int slot = from; slot <= last; slot++) {
            command.add(Integer.toString(slot));
        }
        assertThat(at.command(command.toArray(new String[0]))).isEqualTo("OK");
    }

    /** {@return a backplane that several nodes of the test use, and that the test closes} */
    private static SharedLogs shared(SharedLogs backplane) {
        return new SharedLogs() {
            @Override
            public SharedLog open(String name, Runnable changed) {
                return backplane.open(name, changed);
            }

            @Override
            public void close() {
                // The test does.
            }
        };
    }
}
