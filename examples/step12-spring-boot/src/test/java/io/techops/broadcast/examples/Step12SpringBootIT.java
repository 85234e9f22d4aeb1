package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.endpoint.BroadcastEndpoint;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.Program;
import io.techops.broadcast.testing.TestRun;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The Spring Boot application, started as {@code examples/README.md} says. */
class Step12SpringBootIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static String ask(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response =
                HTTP.send(request.timeout(TestRun.LIMIT).build(), BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }

    private static void isServed(URI script) throws Exception {
        HttpResponse<byte[]> response = HTTP.send(HttpRequest.newBuilder(script).timeout(TestRun.LIMIT).build(),
                BodyHandlers.ofByteArray());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).get().asString().startsWith("text/javascript");
        try (InputStream lying = BroadcastEndpoint.class.getResourceAsStream("/META-INF/resources/broadcast.js")) {
            assertThat(response.body()).isEqualTo(lying.readAllBytes());
        }
    }

    @Test
    void peersPagesAndControllersShareOnePort() throws Exception {
        try (Program application = Program.ofJar(Path.of("target/step12-spring-boot.jar"), "--server.port=0")) {
            String started = ".*Tomcat started on port (\\d+) .*";
            URI root = URI.create("http://localhost:" + application.awaitOut(started).replaceAll(started, "$1") + "/");
            URI live = URI.create("ws://localhost:" + root.getPort() + "/live");
            assertThat(ask(HttpRequest.newBuilder(root))).contains("+ \"/live\")");
            isServed(root.resolve("broadcast.js"));
            try (JdkClient one = JdkClient.open(live); JdkClient two = JdkClient.open(live)) {
                await().untilAsserted(() -> // the container may open a session after the 101
                        assertThat(ask(HttpRequest.newBuilder(root.resolve("peers")))).isEqualTo("2"));
                one.send("from a peer");
                assertThat(one.next()).isEqualTo("from a peer");
                assertThat(two.next()).isEqualTo("from a peer");
                ask(HttpRequest.newBuilder(root.resolve("news")).header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString("from a controller")));
                assertThat(one.next()).isEqualTo("from a controller");
                assertThat(two.next()).isEqualTo("from a controller");
                application.kill("TERM");
                assertThat(one.closed().code()).isEqualTo(1001);
                assertThat(one.closed().phrase()).as("said by the hub").isEqualTo("the server is going away");
                assertThat(two.closed().code()).isEqualTo(1001);
                assertThat(application.awaitExit()).isEqualTo(143);
            }
        }
    }
}
