package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.Installed;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.OwnProcess;
import io.techops.broadcast.testing.Program;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes of the service on one Redis: that of the system, which is required in CI. */
class RedisServiceIT {

    @TempDir
    Path folder = Path.of("");

    @BeforeAll
    static void redisIsInstalled() {
        Installed.orSkip("redis-server", "BROADCAST_REQUIRE_REDIS");
    }

    /** {@return a peer of a node, which takes none as long as it has not read what is in Redis} */
    private static JdkClient open(Program node, String path) {
        return await().ignoreExceptionsMatching(refused -> refused.getCause() instanceof WebSocketHandshakeException)
                .until(() -> JdkClient.open(node.uri().resolve(path)), Objects::nonNull);
    }

    @Test
    void aTopicIsTheSameOnEveryNodeAndApartFromTheOthers() throws Exception {
        int port = FreePort.find();
        String[] options = {"--no-web", "--redis", "redis://127.0.0.1:" + port, "--topics", "/topics/{topic}"};
        try (OwnProcess redis = OwnProcess.redis(folder, port);
                Program one = Program.listening(options);
                Program two = Program.listening(options);
                JdkClient newsHere = open(one, "/topics/news");
                JdkClient newsThere = open(two, "/topics/news");
                JdkClient chatHere = open(one, "/topics/chat");
                JdkClient chatThere = open(two, "/topics/chat")) {
            assertThat(redis.port()).isEqualTo(port);
            newsHere.send("news");
            assertThat(newsThere.next()).isEqualTo("news");
            chatThere.send("chat");
            assertThat(chatHere.next()).isEqualTo("chat");
            newsThere.send("more news");
            assertThat(List.of(newsHere.next(), newsHere.next())).containsExactly("news", "more news");
            assertThat(newsThere.next()).isEqualTo("more news");
            assertThat(chatThere.next()).isEqualTo("chat"); // the first it gets: no news before it
            for (Program node : List.of(one, two)) {
                node.kill("TERM");
                assertThat(node.awaitExit()).isEqualTo(143);
            }
            for (JdkClient peer : List.of(newsHere, newsThere, chatHere, chatThere)) {
                assertThat(peer.closed().code()).isEqualTo(1001);
            }
        }
    }

    @Test
    void whatOneNodeIsToldTheOtherDelivers() throws Exception {
        int port = FreePort.find();
        String uri = "redis://127.0.0.1:" + port;
        OwnProcess redis = OwnProcess.redis(folder, port);
        try (Program one = Program.listening("--no-web", "--redis", uri, "--node-name", "one", "--health-port", "0");
                Program two = Program.listening("--no-web", "--redis", uri, "--node-name", "two");
                JdkClient here = open(one, "/");
                JdkClient there = open(two, "/")) {
            here.send("from here");
            for (JdkClient peer : List.of(here, there)) {
                assertThat(peer.next()).isEqualTo("from here");
            }
            redis.close();
            for (Program node : List.of(one, two)) {
                node.awaitErr(".*Redis at 127.0.0.1:" + port + " is away.*");
            }
            await().until(() -> HealthIT.ask(one, "/readyz").body().equals("the backplane is away\n"));
            there.send("while it is away");
            redis = OwnProcess.redis(folder, port);
            for (JdkClient peer : List.of(here, there)) {
                assertThat(peer.next()).isEqualTo("while it is away");
            }
            await().until(() -> HealthIT.ask(one, "/readyz").statusCode() == 200);
            await().untilAsserted(() -> {
                Scrape scrape = new Scrape(HealthIT.ask(one, "/metrics").body());
                assertThat(scrape.value("broadcast_backplane_appends_total")).isEqualTo(1);
                assertThat(scrape.value("broadcast_backplane_outages_total")).isPositive();
                assertThat(scrape.value("broadcast_backplane_epochs_total")).isEqualTo(1);
            });
            await().until(() -> {
                String metrics = HealthIT.ask(one, "/metrics").body();
                return metrics.contains("broadcast_backplane_peers ")
                        && new Scrape(metrics).value("broadcast_backplane_peers") == 2
                        && new Scrape(metrics).value("broadcast_backplane_nodes") == 2;
            });
            for (Program node : List.of(one, two)) {
                node.kill("TERM");
                assertThat(node.awaitExit()).isEqualTo(143);
            }
            assertThat(here.closed().code()).isEqualTo(1001);
        } finally {
            redis.close();
        }
    }
}
