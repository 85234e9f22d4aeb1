package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Topics;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The answers for load balancers and for Prometheus, over HTTP. */
class HealthServerTest {

    private final Readiness readiness = new Readiness();
    private final HealthServer health = new HealthServer("127.0.0.1", 0, readiness);

    @AfterEach
    void close() {
        health.close();
    }

    private HttpResponse<String> ask(String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(health.uri().resolve(path))
                .method(method, HttpRequest.BodyPublishers.noBody()).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private void assertAnswer(String path, int status, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = ask("GET", path);
        assertThat(answer.statusCode()).as(path).isEqualTo(status);
        assertThat(answer.body()).isEqualTo(body + "\n");
    }

    private Scrape scrape() throws IOException, InterruptedException {
        HttpResponse<String> answer = ask("GET", "/metrics");
        assertThat(answer.headers().firstValue("Content-Type")).get().asString()
                .startsWith("text/plain; version=0.0.4");
        return new Scrape(answer.body());
    }

    @Test
    void isReadyFromWhenThePortListensUntilItDrains() throws Exception {
        try (BroadcastHub hub = BroadcastHub.create()) {
            assertAnswer("/readyz", 503, "starting");
            assertThat(scrape().value("broadcast_ready")).isZero();
            readiness.listening(Figures.of(hub));
            assertAnswer("/readyz", 200, "ready");
            assertThat(scrape().value("broadcast_ready")).isEqualTo(1);
            readiness.draining();
            assertAnswer("/readyz", 503, "draining");
            assertAnswer("/livez", 200, "alive");
        }
    }

    @Test
    void tellsTheFiguresOfTheHubAndOfTheJvm() throws Exception {
        try (BroadcastServer server = BroadcastServer.builder().host("127.0.0.1").port(0).start();
                JdkClient peer = JdkClient.open(server.uri())) {
            readiness.listening(Figures.of(server.hub()));
            AdapterHub.of(server.hub()).refused(RefusalCause.ORIGIN);
            peer.send("hello");
            assertThat(peer.next()).isEqualTo("hello");
            await().until(() -> server.hub().stats().deliveries() == 1);
            Scrape scrape = scrape();
            assertThat(scrape.value("broadcast_peers")).isEqualTo(1);
            assertThat(scrape.value("broadcast_messages_total")).isEqualTo(1);
            assertThat(scrape.value("broadcast_message_bytes_total")).isEqualTo(5);
            assertThat(scrape.value("broadcast_deliveries_total")).isEqualTo(1);
            assertThat(scrape.value("broadcast_refusals_total{cause=\"origin\"}")).isEqualTo(1);
            assertThat(scrape.value("broadcast_refusals_total{cause=\"peers_per_address\"}")).isZero();
            assertThat(scrape.value("broadcast_gaps_total{reason=\"overflow\"}")).isZero();
            assertThat(scrape.value("broadcast_lag_messages_bucket{le=\"0.0\"}")).isEqualTo(1);
            assertThat(scrape.value("broadcast_lag_messages_bucket{le=\"+Inf\"}")).isEqualTo(1);
            assertThat(scrape.value("broadcast_lag_messages_gcount")).isEqualTo(1);
            assertThat(scrape.value("broadcast_backplane_away")).isZero();
            assertThat(scrape.value("jvm_memory_used_bytes{area=\"heap\"}")).isPositive();
        }
    }

    @Test
    void addsTopicsUp() throws Exception {
        try (Topics topics = Topics.create()) {
            readiness.listening(Figures.of(topics));
            topics.hub("news").broadcast("one");
            topics.hub("weather").broadcast("two");
            Scrape scrape = scrape();
            assertThat(scrape.value("broadcast_messages_total")).isEqualTo(2);
            assertThat(scrape.value("broadcast_lag_messages_gcount")).isZero();
        }
    }

    @Test
    void everyOtherRequestIsAnsweredToo() throws Exception {
        assertAnswer("/livezz", 404, "here are /livez, /readyz and /metrics");
        assertThat(ask("HEAD", "/readyz").statusCode()).isEqualTo(503);
        HttpResponse<String> posted = ask("POST", "/metrics");
        assertThat(posted.statusCode()).isEqualTo(405);
        assertThat(posted.headers().firstValue("Allow")).contains("GET, HEAD");
    }

    @Test
    void aPortThatIsTakenIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            assertThatThrownBy(() -> new HealthServer(null, taken.getLocalPort(), readiness))
                    .isInstanceOf(UncheckedIOException.class).cause()
                    .hasMessageStartingWith("cannot listen on localhost:" + taken.getLocalPort()
                            + " (--health-port): ");
        }
    }
}
