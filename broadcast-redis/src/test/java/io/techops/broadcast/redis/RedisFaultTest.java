package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.Position;
import io.techops.broadcast.spi.Backplane;
import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.spi.BackplaneException.Outcome;
import io.techops.broadcast.spi.SharedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a server can do to its nodes. After each fault there is one order, what was lost is told, and nothing is left
 * behind when the nodes are closed.
 */
@Timeout(600)
class RedisFaultTest {

    /** Against a hang alone: by far more than anything takes, for a busy machine. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final String LOG = "prices";

    private RedisProcess redis;
    private Node one;
    private Node two;

    Binary binary() {
        return Binary.JAR;
    }

    private void start(String... configuration) {
        redis = RedisProcess.start(binary(), configuration);
        one = node(redis.uri());
        two = node(redis.uri());
    }

    private static Node node(String uri) {
        return new Node(RedisBackplane.builder().uri(uri).build(), LOG);
    }

    private static RedisBackplane.Builder impatient(String uri) {
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

    private void goesOnFrom(String epoch, boolean isSame) {
        one.append("afterwards by one");
        two.append("afterwards by two");
        Node.agree(one, two);
        assertThat(one.texts()).contains("afterwards by one", "afterwards by two");
        assertThat(one.current().epoch().equals(epoch)).as("the same epoch").isEqualTo(isSame);
    }

    @Test
    void aServerThatStandsStillLosesNothing() {
        start();
        String epoch = one.append("before").epoch();
        redis.standStill();
        CompletableFuture<Position> during = CompletableFuture.supplyAsync(() -> one.append("during"));
        await().atMost(LIMIT).until(() -> one.isAway() && two.isAway());
        redis.goOn();
        during.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
        goesOnFrom(epoch, true);
        assertThat(two.texts()).containsOnlyOnce("before", "during");
    }

    @Test
    void aServerThatIsRestartedEmptyBeginsAnEpoch() {
        start();
        String epoch = one.append("before").epoch();
        redis.kill();
        await().atMost(LIMIT).until(() -> one.isAway() && two.isAway());
        redis.restart();
        goesOnFrom(epoch, false);
        assertThat(one.gaps()).contains(one.current().at(0));
    }

    @Test
    void aServerThatIsRestartedWithAnOlderDumpBeginsAnEpochAlsoForANodeThatWasBehind() {
        start();
        String epoch = one.append("kept").epoch();
        two.awaitText("kept");
        assertThat(redis.command("SAVE")).isEqualTo("OK");
        two.standStill();
        Position lost = one.append("lost 1", "lost 2");
        one.awaitText("lost 2");
        redis.kill();
        redis.restart();
        two.goOn();
        Position next = two.append("next"); // of the node to which the dump looks as if nothing had happened
        assertThat(next.epoch()).isNotEqualTo(epoch);
        assertThat(lost.epoch()).isEqualTo(epoch);
        goesOnFrom(epoch, false);
        assertThat(two.texts()).containsSubsequence("kept", "next").doesNotContain("lost 1");
    }

    @Test
    void aServerThatIsRestartedWithAllItHadBeginsAnEpochOnlyOnce() {
        start("appendonly yes", "appendfsync always");
        String epoch = one.append("before").epoch();
        two.awaitText("before");
        redis.kill();
        redis.restart();
        goesOnFrom(epoch, false);
        String second = one.current().epoch();
        one.append("later by one");
        two.append("later by two");
        assertThat(one.current().epoch()).isEqualTo(second);
    }

    @Test
    void aDatabaseThatIsEmptiedUnderLivingConnectionsBeginsAnEpoch() {
        start();
        String epoch = one.append("before").epoch();
        assertThat(redis.command("FLUSHALL")).isEqualTo("OK");
        goesOnFrom(epoch, false);
    }

    @Test
    void anEpochThatANodeHasReadAlreadyIsNotBegunAgainWhenItAppends() {
        start();
        one.append("1");
        one.append("2");
        assertThat(redis.command("FLUSHALL")).isEqualTo("OK");
        Position first = two.append("first of the new epoch");
        one.awaitText("first of the new epoch");
        assertThat(one.append("second")).isEqualTo(first.at(2));
        goesOnFrom(first.epoch(), true);
    }

    @Test
    void aStateThatIsLostAloneBeginsAnEpoch() {
        start();
        String epoch = one.append("before").epoch();
        redis.command("DEL", "broadcast:{prices}:meta");
        goesOnFrom(epoch, false);
    }

    @Test
    void aLogThatEndsBeforeWhatANodeHasReadBeginsAnEpoch() {
        start();
        Position last = one.append("1", "2", "3");
        one.awaitText("3");
        redis.command("DEL", "broadcast:{prices}:log");
        redis.command("HSET", "broadcast:{prices}:meta", "seq", "1");
        await().atMost(LIMIT).until(() -> !one.current().hasEpochOf(last)); // it reads once a second
        goesOnFrom(last.epoch(), false);
    }

    @Test
    void aStreamThatIsLostAloneIsToldAsAGap() {
        start();
        String epoch = one.append("before").epoch();
        two.awaitText("before");
        two.standStill();
        one.append("lost 1", "lost 2");
        redis.command("DEL", "broadcast:{prices}:log");
        try (Node late = node(redis.uri())) {
            assertThat(late.current()).isEqualTo(one.current().at(3));
            two.goOn();
            goesOnFrom(epoch, true);
        }
    }

    @Test
    void aServerWhoseReplicationIdChangesUnderLivingConnectionsBeginsOneEpoch() {
        start();
        String epoch = one.append("before").epoch();
        String id = redis.info("replication", "master_replid");
        try (Resp resp = new Resp(redis.port())) { // in one step: it is a replica for no connection
            resp.command("MULTI");
            resp.command("REPLICAOF", "127.0.0.1", "1");
            resp.command("REPLICAOF", "NO", "ONE");
            assertThat(resp.command("EXEC")).isEqualTo("OK\nOK\n");
        }
        assertThat(redis.info("replication", "master_replid")).isNotEqualTo(id);
        goesOnFrom(epoch, false);
        String second = one.current().epoch();
        one.append("later by one");
        two.append("later by two");
        assertThat(one.current().epoch()).isEqualTo(second);
    }

    @Test
    void aScriptCacheThatIsFlushedIsFilledAgain() {
        start();
        String epoch = one.append("before").epoch();
        redis.command("SCRIPT", "FLUSH");
        goesOnFrom(epoch, true);
        assertThat(one.gaps()).isEmpty();
    }

    @Test
    void aServerWithoutMemoryRefusesAndTakesAgain() {
        start("maxmemory-policy noeviction");
        String epoch = one.append("before").epoch();
        redis.command("CONFIG", "SET", "maxmemory", "1");
        BackplaneException refused = catchThrowableOfType(BackplaneException.class,
                () -> one.append(Duration.ofMillis(300), "refused"));
        assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(refused).hasMessageContaining("OOM").hasMessageContaining("maxmemory");
        CompletableFuture<Position> waiting = CompletableFuture.supplyAsync(() -> two.append("waiting"));
        redis.command("CONFIG", "SET", "maxmemory", "0");
        waiting.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
        one.append("again"); // with the number after the one that was refused: its records were given up
        Node.agree(one, two);
        assertThat(one.current().epoch()).isEqualTo(epoch);
    }

    @Test
    void connectionsThatAreCutLoseNothingAndDoubleNothing() {
        redis = RedisProcess.start(binary());
        try (Proxy proxy = new Proxy(redis.port())) {
            one = new Node(impatient(proxy.uri()).build(), LOG);
            two = node(redis.uri());
            String epoch = one.current().epoch();
            CompletableFuture<Void> appending = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 200; i++) {
                    one.append("message " + i, "and " + i);
                }
            });
            for (int i = 0; i < 8 && !appending.isDone(); i++) {
                proxy.delay(i % 4 == 3 ? 20 : 0);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(150));
                proxy.cut();
            }
            proxy.delay(0);
            appending.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
            goesOnFrom(epoch, true);
            assertThat(one.seen()).hasSize(402);
            one.close();
        }
    }

    @Test
    void aNetworkThatLosesEverythingIsNoticed() {
        redis = RedisProcess.start(binary());
        try (Proxy proxy = new Proxy(redis.port())) {
            one = new Node(impatient(proxy.uri()).build(), LOG);
            two = node(redis.uri());
            String epoch = one.append("before").epoch();
            proxy.blackHole(true);
            CompletableFuture<Position> during = CompletableFuture.supplyAsync(() -> one.append("during"));
            two.append("meanwhile");
            await().atMost(LIMIT).until(one::isAway);
            proxy.blackHole(false);
            during.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
            goesOnFrom(epoch, true);
            assertThat(one.texts()).containsOnlyOnce("during", "meanwhile");
            one.close();
        }
    }

    @Test
    void aNodeThatStandsStillLongerThanTheRetentionIsToldAGap() {
        redis = RedisProcess.start(binary());
        one = new Node(RedisBackplane.builder().uri(redis.uri())
                .retention(10, 1 << 20, Duration.ofHours(1)).build(), LOG);
        two = node(redis.uri());
        Position before = one.append("before");
        two.awaitText("before");
        two.standStill();
        for (int i = 0; i < 60; i++) {
            one.append(i + "a", i + "b", i + "c", i + "d", i + "e", i + "f", i + "g", i + "h", i + "i", i + "j");
        }
        try (Node late = node(redis.uri())) { // reads what is kept, in pieces
            late.awaitText("59j");
        }
        two.goOn();
        two.awaitText("59j");
        goesOnFrom(before.epoch(), true);
    }

    @Test
    void aNodeThatStartsLateHasTheTail() {
        start();
        Position last = one.append("1", "2", "3");
        try (Node late = node(redis.uri())) {
            late.awaitText("3");
            assertThat(late.current()).isEqualTo(last);
            assertThat(late.texts()).containsExactly("1", "2", "3");
        }
    }

    @Test
    void aServerThatIsNotThereAtTheBeginningIsWaitedFor() {
        redis = RedisProcess.start(binary());
        redis.kill();
        one = node(redis.uri());
        two = node(redis.uri());
        await().atMost(LIMIT).until(() -> one.isAway() && two.isAway());
        assertRefused(impatient(redis.uri()), "127.0.0.1:" + redis.port(), "refused");
        redis.restart();
        one.append("at last");
        two.awaitText("at last");
    }

    @Test
    void anAppendThatWasRememberedTooLongAgoIsNotAppendedAgain() {
        start();
        Position before = one.append("before");
        two.awaitText("before");
        // As if the producer had been forgotten while its answer was on the way.
        String field = redis.command("HKEYS", "broadcast:{prices}:meta").lines().filter(f -> f.startsWith("p:"))
                .findFirst().orElseThrow();
        redis.command("HDEL", "broadcast:{prices}:meta", field);
        assertThat(one.append("next").epoch()).isNotEqualTo(before.epoch());
        goesOnFrom(before.epoch(), false);
    }

    @Test
    void closingWarnsOfNothing() {
        redis = RedisProcess.start(binary());
        List<String> warnings = new CopyOnWriteArrayList<>();
        Logger lettuce = Logger.getLogger("io.lettuce");
        Handler trap = new Handler() {
            @Override
            public void publish(LogRecord logged) {
                if (logged.getLevel().intValue() >= Level.WARNING.intValue()) {
                    warnings.add(logged.getMessage());
                }
            }

            @Override
            public void flush() {
                // Nothing is kept back.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
        lettuce.addHandler(trap);
        lettuce.setLevel(Level.WARNING);
        try {
            for (int i = 0; i < 10; i++) {
                try (Node node = new Node(RedisBackplane.builder().uri(redis.uri()).timeout(LIMIT).build(), LOG)) {
                    node.append("before " + i);
                }
            }
        } finally {
            lettuce.setLevel(null);
            lettuce.removeHandler(trap);
        }
        assertThat(warnings).isEmpty();
    }

    @Test
    void aPasswordADatabaseAndARoleThatAreWrongAreNamed() {
        redis = RedisProcess.start(binary());
        assertThat(redis.command("ACL", "SETUSER", "app", "on", ">secret", "~broadcast:*", "resetchannels",
                "&broadcast:*", "+@all")).isEqualTo("OK");
        assertThat(redis.command("ACL", "SETUSER", "narrow", "on", ">secret", "~broadcast:*", "+ping", "+hello",
                "+select")).isEqualTo("OK");
        assertThat(assertRefused(impatient(redis.uri()).credentials("app", "wrong"), "WRONGPASS", "credentials"))
                .doesNotContain("wrong ");
        assertRefused(impatient(redis.uri() + "/99"), "DB index", "the path of uri");
        assertRefused(impatient(redis.uri()).credentials("narrow", "secret"), "NOPERM", "ACL");
        try (RedisProcess replica = RedisProcess.start(binary(), "replicaof 127.0.0.1 " + redis.port())) {
            assertRefused(impatient(replica.uri()), "replica", "master");
        }
        assertRefused(impatient(redis.uri()).cluster(redis.uri()), "cluster");
        redis.command("CONFIG", "SET", "requirepass", "secret");
        assertRefused(impatient(redis.uri()), "NOAUTH", "password");
        try (RedisBackplane right = impatient(redis.uri()).credentials("app", "secret").connect();
                Node node = new Node(right, LOG)) {
            node.append("in");
        }
        redis.close();
        redis = null;
    }

    /** {@return what a refusal says; what a busy machine answered too late for it is tried again} */
    private static String assertRefused(RedisBackplane.Builder builder, String... said) {
        return await().atMost(LIMIT).until(() -> catchThrowableOfType(BackplaneException.class,
                () -> builder.connect().close()).getMessage(), message -> Stream.of(said).allMatch(message::contains));
    }

    @Test
    void aReplicaThatSentinelPromotesBeginsAnEpoch() {
        redis = RedisProcess.start(binary());
        try (RedisProcess replica = RedisProcess.start(binary(), "replicaof 127.0.0.1 " + redis.port());
                RedisProcess sentinel = RedisProcess.sentinel(binary(), redis)) {
            await().atMost(LIMIT).until(
                    () -> replica.info("replication", "master_link_status").equals("up"));
            await().atMost(LIMIT).until(() -> sentinel.command("SENTINEL", "replicas", "mymaster")
                    .contains(Integer.toString(replica.port())));
            String uri = "redis-sentinel://127.0.0.1:" + sentinel.port() + "#mymaster";
            one = new Node(impatient(uri).build(), LOG);
            two = new Node(impatient(uri).build(), LOG);
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
            await().atMost(LIMIT).until(() -> replica.info("replication", "role").equals("master"));
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
        redis = RedisProcess.start(binary());
        try (RedisProcess other = RedisProcess.start(binary(), "replicaof 127.0.0.1 " + redis.port())) {
            await().atMost(LIMIT).until(
                    () -> other.info("replication", "master_link_status").equals("up"));
            one = node(redis.uri());
            two = node(redis.uri());
            String epoch = one.append("before").epoch();
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
        redis = RedisProcess.start(binary(), "cluster-enabled yes");
        try (RedisProcess other = RedisProcess.start(binary(), "cluster-enabled yes")) {
            addSlots(redis, 0, 8_191);
            addSlots(other, 8_192, 16_383);
            redis.command("CLUSTER", "MEET", "127.0.0.1", Integer.toString(other.port()));
            await().atMost(LIMIT).until(() -> redis.command("CLUSTER", "INFO")
                    .contains("cluster_state:ok") && other.command("CLUSTER", "INFO").contains("cluster_state:ok"));
            try (RedisBackplane first = RedisBackplane.builder().cluster(redis.uri()).connect();
                    RedisBackplane second = RedisBackplane.builder().cluster(other.uri()).connect()) {
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

    private static void addSlots(RedisProcess to, int from, int last) {
        List<String> command = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
        for (int slot = from; slot <= last; slot++) {
            command.add(Integer.toString(slot));
        }
        assertThat(to.command(command.toArray(new String[0]))).isEqualTo("OK");
    }

    /** {@return a backplane that several nodes of the test use, and that the test closes} */
    private static Backplane shared(Backplane backplane) {
        return new Backplane() {
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
