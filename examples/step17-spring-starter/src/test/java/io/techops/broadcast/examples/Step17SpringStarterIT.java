package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.Installed;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.OwnProcess;
import io.techops.broadcast.testing.Program;
import io.techops.broadcast.testing.TestRun;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes of the application on one Redis. */
class Step17SpringStarterIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String STARTED = ".*Tomcat started on port (\\d+) .*";

    @TempDir
    Path folder = Path.of("");

    @BeforeAll
    static void redisIsInstalled() {
        Installed.orSkip("redis-server", "BROADCAST_REQUIRE_REDIS");
    }

    private static Program node(int redis) {
        return Program.ofJar(Path.of("target/step17-spring-starter.jar"), "--server.port=0",
                "--broadcast.redis.uri=redis://127.0.0.1:" + redis);
    }

    private static int port(Program node) {
        return Integer.parseInt(node.awaitOut(STARTED).replaceAll(STARTED, "$1"));
    }

    /** {@return a member at a node, which takes none as long as it has not read what is in Redis} */
    private static JdkClient taken(int port, String token) {
        return await().ignoreExceptionsMatching(refused -> refused.getCause() instanceof WebSocketHandshakeException)
                .until(() -> member(port, token), Objects::nonNull);
    }

    private static JdkClient member(int port, String token) {
        return JdkClient.openWith("Authorization", "Bearer " + token,
                URI.create("ws://localhost:" + port + "/topics/news?replay=1"));
    }

    private static HttpResponse<String> ask(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response = HTTP.send(request.timeout(TestRun.LIMIT).build(), BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        return response;
    }

    @Test
    void membersOfATopicMeetAcrossNodes() throws Exception {
        try (OwnProcess redis = OwnProcess.redis(folder, FreePort.find());
                Program one = node(redis.port());
                Program two = node(redis.port())) {
            int here = port(one);
            int there = port(two);
            assertThat(ask(HttpRequest.newBuilder(URI.create("http://localhost:" + here + "/"))).body())
                    .contains("new BroadcastSocket(");
            assertThatThrownBy(() -> member(here, "no-token")).cause().isInstanceOfSatisfying(
                    WebSocketHandshakeException.class,
                    refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(401));
            try (JdkClient ann = taken(here, "anns-token")) {
                ann.send("hello");
                assertThat(ann.next()).isEqualTo("ann: hello");
                try (JdkClient bob = taken(there, "bobs-token")) {
                    assertThat(bob.next()).as("replayed by the other node").isEqualTo("ann: hello");
                    ask(HttpRequest.newBuilder(URI.create("http://localhost:" + there + "/news/news"))
                            .header("Content-Type", "text/plain").POST(BodyPublishers.ofString("from a controller")));
                    for (JdkClient peer : List.of(ann, bob)) {
                        assertThat(peer.next()).isEqualTo("from a controller");
                    }
                    two.kill("TERM");
                    assertThat(bob.closed()).isEqualTo(new JdkClient.Closed(1001, "the server is going away"));
                    assertThat(two.awaitExit()).isEqualTo(143);
                }
            }
        }
    }
}
