package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.Installed;
import io.techops.broadcast.testing.OwnProcess;
import io.techops.broadcast.testing.Program;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two nodes on one Redis behind a proxy with the file of the guide, which are restarted one after the other. */
class RollingRestartIT {

    private static final int CLIENTS = 20;
    private static final int MESSAGES = 100; // at least so many before, between and after the restarts
    private static final String TOKEN = "a-token-of-the-test";

    private final HttpClient http = HttpClient.newHttpClient();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
    private final Map<Long, String> published = new ConcurrentSkipListMap<>();
    private final AtomicInteger tries = new AtomicInteger();

    @TempDir
    Path folder = Path.of("");

    /** One of the nodes: what it listens on outlives its processes. */
    private record Node(int port, int healthPort, String redis, Path token) {

        Program start() throws Exception {
            Program program = Program.service("--host", "127.0.0.1", "--port", Integer.toString(port),
                    "--health-port", Integer.toString(healthPort), "--no-web", "--redis", redis,
                    "--trusted-proxy", "127.0.0.1", "--publish-token-file", token.toString(), "--drain-delay", "3s");
            program.uri();
            await().until(() -> HealthIT.ask(program, "/readyz").statusCode() == 200);
            return program;
        }
    }

    /** Publishes a message; it is noted if the answer says that it is in the log. */
    private void publish(URI uri) {
        String message = "message " + tries.incrementAndGet();
        HttpRequest request = HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", "text/plain").timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofString(message)).build();
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() == 200) {
                String position = answer.body().replaceAll("(?s).*\"id\":\"([^\"]+)\".*", "$1");
                published.put(NumberedClient.sequence(position), message);
            }
        } catch (IOException notTaken) {
            // Not known to be taken: the next one may be.
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitMessages() {
        int before = published.size();
        await().until(() -> published.size() >= before + MESSAGES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nginx", "haproxy"})
    void noNumberedClientMissesAMessage(String name) throws Exception {
        Installed.orSkip("redis-server", "BROADCAST_REQUIRE_REDIS");
        Installed.orSkip(name, "BROADCAST_REQUIRE_PROXIES");
        Path token = Files.writeString(folder.resolve("token"), TOKEN);
        List<Program> running = new ArrayList<>();
        List<NumberedClient> clients = new ArrayList<>();
        try (OwnProcess redis = OwnProcess.redis(folder, FreePort.find())) {
            List<Node> nodes = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                nodes.add(new Node(FreePort.find(), FreePort.find(), "redis://127.0.0.1:" + redis.port(), token));
                running.add(nodes.get(i).start());
            }
            try (OwnProcess proxy = OwnProcess.proxy(name, folder, nodes.stream().map(Node::port).toList(),
                    nodes.stream().map(Node::healthPort).toList())) {
                for (int i = 0; i < CLIENTS; i++) {
                    clients.add(new NumberedClient(http, URI.create("ws://127.0.0.1:" + proxy.port() + "/"), timer));
                }
                await().until(() -> clients.stream().allMatch(client -> client.opened() > 0));
                URI uri = URI.create("http://127.0.0.1:" + proxy.port() + "/");
                ScheduledFuture<?> publishing = timer.scheduleWithFixedDelay(() -> publish(uri), 0, 5,
                        TimeUnit.MILLISECONDS);
                awaitMessages();
                for (int i = 0; i < 2; i++) {
                    running.get(i).kill("TERM");
                    assertThat(running.get(i).awaitExit()).isEqualTo(143);
                    running.set(i, nodes.get(i).start());
                    awaitMessages();
                }
                publishing.cancel(false);
                assertThat(publishing.isCancelled()).isTrue();
                everyRunIsDense(clients);
                Scrape last = new Scrape(HealthIT.ask(running.get(0), "/metrics").body());
                assertThat(last.value("broadcast_resumes_total")).isPositive();
                assertThat(last.value("broadcast_gaps_total{reason=\"epoch\"}")).isZero();
            }
        } finally {
            clients.forEach(NumberedClient::close);
            timer.shutdownNow();
            running.forEach(Program::close);
        }
    }

    private void everyRunIsDense(List<NumberedClient> clients) {
        Map<Long, String> taken = Map.copyOf(published); // one more may still be on its way
        long end = Collections.max(taken.keySet());
        for (NumberedClient client : clients) {
            await().until(() -> NumberedClient.sequence(client.last()) >= end || !client.faults().isEmpty());
            assertThat(client.faults()).isEmpty();
            assertThat(client.got()).containsAllEntriesOf(taken);
            assertThat(client.opened()).as("it was on one of the nodes, which were both restarted").isGreaterThan(1);
        }
    }
}
