package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.SharedLogs;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract, on the Redis that a jar brings. */
class RedisContractTest extends SharedLogContract {

    private static RedisProcess redis;

    @BeforeAll
    static void start() {
        redis = RedisProcess.start(Binary.JAR);
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @Override
    SharedLogs node() {
        return FaultTest.patient(redis.uri()).build();
    }

    @Test
    void theServerIsTheOneOfTheJar() {
        assertThat(redis.info("server", "redis_version")).startsWith("6.2.");
    }

    @Test
    void allKeysOfALogHaveOneHashTag() {
        try (Node node = new Node(node(), "a}b{c")) {
            node.append("x");
            assertThat(redis.command("KEYS", "*a%7Db*").lines()).containsExactlyInAnyOrder(
                    "broadcast:{a%7Db%7Bc}:meta", "broadcast:{a%7Db%7Bc}:log");
        }
    }

    @Test
    void aLogKeepsWhatIsNewestWithinItsRetention() {
        try (Node node = new Node(FaultTest.patient(redis.uri())
                .retentionMessages(1_000).retentionBytes(64 << 10).build(), "bytes")) {
            for (int i = 0; i < 400; i++) {
                node.append(i + "x".repeat(1_000));
            }
            assertThat(Integer.parseInt(redis.command("XLEN", "broadcast:{bytes}:log"))).isBetween(50, 80);
        }
        try (Node node = new Node(FaultTest.patient(redis.uri())
                .retentionMessages(200).retentionBytes(1 << 20).build(), "messages")) {
            for (int i = 0; i < 40; i++) {
                String[] texts = new String[20];
                for (int j = 0; j < texts.length; j++) {
                    texts[j] = i + " " + j;
                }
                node.append(texts);
            }
            assertThat(Integer.parseInt(redis.command("XLEN", "broadcast:{messages}:log"))).isBetween(200, 320);
        }
    }

    @Test
    void aLogThatNoNodeUsesExpires() {
        try (Node node = new Node(FaultTest.patient(redis.uri())
                .expiry(Duration.ofMinutes(5)).build(), "idle")) {
            node.append("x");
            assertThat(Long.parseLong(redis.command("PTTL", "broadcast:{idle}:log"))).isBetween(1L, 300_000L);
            assertThat(Long.parseLong(redis.command("PTTL", "broadcast:{idle}:meta"))).isBetween(1L, 300_000L);
        }
    }
}
