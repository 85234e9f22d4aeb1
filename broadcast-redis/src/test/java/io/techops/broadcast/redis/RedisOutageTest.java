package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.Position;
import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.spi.BackplaneException.Outcome;
import io.techops.broadcast.testing.TestThreads;
import java.time.Duration;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What may keep nodes from their server, and messages from the nodes: nothing is lost by that, and nothing doubled.
 */
@Timeout(600)
@ParameterizedClass
@EnumSource
class RedisOutageTest extends FaultTest {

    @Test
    void aServerThatStandsStillLosesNothing() {
        redis = RedisProcess.start(binary);
        one = new Node(RedisBackplane.builder().uri(redis.uri()).build(), LOG);
        two = new Node(RedisBackplane.builder().uri(redis.uri()).build(), LOG);
        String epoch = one.append("before").epoch();
        redis.standStill();
        CompletableFuture<Position> during = CompletableFuture.supplyAsync(() -> one.append("during"), TestThreads.NEW);
        await().atMost(LIMIT).until(() -> one.isAway() && two.isAway());
        redis.goOn();
        during.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
        goesOnFrom(epoch, true);
        assertThat(two.texts()).containsOnlyOnce("before", "during");
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
        CompletableFuture<Position> waiting =
                CompletableFuture.supplyAsync(() -> two.append("waiting"), TestThreads.NEW);
        redis.command("CONFIG", "SET", "maxmemory", "0");
        waiting.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
        one.append("again"); // with the number after the one that was refused: its records were given up
        Node.agree(one, two);
        assertThat(one.current().epoch()).isEqualTo(epoch);
    }

    @Test
    void connectionsThatAreCutLoseNothingAndDoubleNothing() {
        redis = RedisProcess.start(binary);
        try (Proxy proxy = new Proxy(redis.port())) {
            one = node(proxy.uri());
            two = node(redis.uri());
            String epoch = one.current().epoch();
            CompletableFuture<Void> appending = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 200; i++) {
                    one.append("message " + i, "and " + i);
                }
            }, TestThreads.NEW);
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
        redis = RedisProcess.start(binary);
        try (Proxy proxy = new Proxy(redis.port())) {
            one = new Node(impatient(proxy.uri()).build(), LOG);
            two = node(redis.uri());
            String epoch = one.append("before").epoch();
            proxy.blackHole(true);
            CompletableFuture<Position> during =
                    CompletableFuture.supplyAsync(() -> one.append("during"), TestThreads.NEW);
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
        redis = RedisProcess.start(binary);
        one = new Node(patient(redis.uri())
                .retentionMessages(10).retentionBytes(1 << 20).build(), LOG);
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
        redis = RedisProcess.start(binary);
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
    void closingWarnsOfNothing() {
        redis = RedisProcess.start(binary);
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
        redis = RedisProcess.start(binary);
        assertThat(redis.command("ACL", "SETUSER", "app", "on", ">secret", "~broadcast:*", "resetchannels",
                "&broadcast:*", "+@all")).isEqualTo("OK");
        assertThat(redis.command("ACL", "SETUSER", "narrow", "on", ">secret", "~broadcast:*", "+ping", "+hello",
                "+select")).isEqualTo("OK");
        assertThat(assertRefused(impatient(redis.uri()).credentials("app", "wrong"), "WRONGPASS", "credentials"))
                .doesNotContain("wrong ");
        assertRefused(impatient(redis.uri() + "/99"), "DB index", "the path of uri");
        assertRefused(impatient(redis.uri()).credentials("narrow", "secret"), "NOPERM", "ACL");
        try (RedisProcess replica = RedisProcess.start(binary, "replicaof 127.0.0.1 " + redis.port())) {
            assertRefused(impatient(replica.uri()), "replica", "master");
        }
        assertRefused(impatient(redis.uri()).cluster(redis.uri()), "cluster");
        redis.command("CONFIG", "SET", "requirepass", "secret");
        assertRefused(impatient(redis.uri()), "NOAUTH", "password");
        try (RedisBackplane right = patient(redis.uri()).credentials("app", "secret").connect();
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
}
