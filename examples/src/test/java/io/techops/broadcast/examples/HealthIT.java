package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.Installed;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.Program;
import io.techops.broadcast.testing.TestRun;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the running service answers those who watch it. */
class HealthIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    static HttpResponse<String> ask(Program service, String path) throws IOException, InterruptedException {
        URI uri = service.uriWithin("Health at (.*)").resolve(path);
        return HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void takesPeersInTheDrainDelayAlthoughItIsNotReadyAnyMoreUntilASecondSignal() throws Exception {
        try (Program service = Program.listening("--no-web", "--health-port", "0", "--drain-delay", "1h");
                JdkClient before = JdkClient.open(service.uri())) {
            assertThat(ask(service, "/readyz").statusCode()).isEqualTo(200);
            service.kill("TERM");
            await().until(() -> ask(service, "/readyz").body().equals("draining\n"));
            assertThat(ask(service, "/livez").statusCode()).isEqualTo(200);
            try (JdkClient late = JdkClient.open(service.uri())) {
                late.send("still there");
                assertThat(before.next()).isEqualTo("still there");
                service.kill("TERM");
                assertThat(late.closed().code()).isEqualTo(1001);
            }
            assertThat(before.closed().code()).isEqualTo(1001);
            assertThat(service.awaitExit()).isEqualTo(143);
            assertThat(service.err()).isEmpty();
        }
    }

    @Test
    void aHealthPortThatIsTakenIsOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0);
                Program service = Program.service("--port", "0", "--no-web", "--health-port",
                        Integer.toString(taken.getLocalPort()))) {
            service.refuses(1, "broadcast-service: cannot listen on localhost:" + taken.getLocalPort()
                    + " \\(--health-port\\): .*");
        }
    }

    @Test
    void prometheusUnderstandsTheMetrics(@TempDir Path folder) throws Exception {
        Installed.orSkip("promtool", "BROADCAST_REQUIRE_PROMTOOL");
        try (Program service = Program.listening("--no-web", "--health-port", "0")) {
            Path scrape = Files.writeString(folder.resolve("scrape"), ask(service, "/metrics").body());
            Path said = folder.resolve("said");
            Process promtool = new ProcessBuilder("promtool", "check", "metrics").redirectInput(scrape.toFile())
                    .redirectErrorStream(true).redirectOutput(said.toFile()).start();
            assertThat(promtool.waitFor(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(said).hasContent("");
            assertThat(promtool.exitValue()).isZero();
        }
    }
}
