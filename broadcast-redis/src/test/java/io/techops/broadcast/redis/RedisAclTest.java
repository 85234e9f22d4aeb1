package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The ACL user of README.md. */
class RedisAclTest {

    @ParameterizedTest
    @EnumSource
    void theUserOfTheReadmeIsEnough(Binary binary) throws IOException {
        Matcher line = Pattern.compile("`user (app on [^`]*)`").matcher(Files.readString(Path.of("README.md")));
        assertThat(line.find()).isTrue();
        List<String> command = new ArrayList<>(List.of("ACL", "SETUSER"));
        command.addAll(List.of(line.group(1).strip().split("\\s+")));
        try (RedisProcess redis = RedisProcess.start(binary)) {
            assertThat(redis.command(command.toArray(new String[0]))).isEqualTo("OK");
            try (Node one = node(redis); Node two = node(redis)) {
                one.append("x".repeat(1_000_000));
                two.append("short");
                Node.agree(one, two);
                assertThat(one.seen()).hasSize(2);
                await().atMost(Duration.ofSeconds(60)).until(() -> one.census(1), heard -> heard != null);
            }
            assertThat(redis.command("ACL", "LOG")).isEmpty();
        }
    }

    private static Node node(RedisProcess redis) {
        return new Node(RedisBackplane.builder().uri(redis.uri()).timeout(FaultTest.PATIENCE)
                .credentials("app", "secret").clientName("node").connect(), "log");
    }
}
