package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Topics;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    /** Prometheus asks for protobuf first if it scrapes native histograms. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ;q=0.6,application/openmetrics-text;q=0.5,*/*;q=0.2 | application/openmetrics-text; version=1.0.0
            ;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2 | text/plain; version=0.0.4
            '' | text/plain; version=0.0.4
            """)
    void aClientThatPrefersProtobufGetsText(String others, String type) throws Exception {
        try (LogCatch log = new LogCatch()) {
            String answer = sent("GET /metrics HTTP/1.1\r\nAccept: application/vnd.google.protobuf;"
                    + "proto=io.prometheus.client.MetricFamily;encoding=delimited" + others + "\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").contains("\r\nContent-Type: " + type)
                    .contains("\nbroadcast_ready 0");
            assertThat(log.warnings()).isEmpty();
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
    void noNumberOfSlowClientsKeepsOthersFromBeingAnswered() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 3 * HealthConnections.MOST; i++) {
                Socket socket = new Socket("127.0.0.1", health.uri().getPort());
                slow.add(socket);
                send(socket, "GET /livez HT".substring(0, i % 13));
            }
            assertAnswer("/livez", 200, "alive");
            assertAnswer("/readyz", 503, "starting");
            assertThat(scrape().value("broadcast_ready")).isZero();
            slow.get(0).setSoTimeout((int) TestRun.LIMIT.toMillis());
            assertThat(slow.get(0).getInputStream().read()).as("the oldest gave way").isEqualTo(-1);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void aClientHasAFewSecondsAndThenItsConnectionEnds() throws Exception {
        try (Socket slow = new Socket("127.0.0.1", health.uri().getPort())) {
            slow.setSoTimeout((int) TestRun.LIMIT.toMillis());
            send(slow, "GET /livez HTTP/1.1\r\n");
            assertThat(slow.getInputStream().read()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET /livez HTTP/1.0\\n\\n | 200 OK
            GET http://a/livez?b HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n | 200 OK
            GET /livez\\r\\n\\r\\n | 400 Bad Request
            GET /livez HTTP/2.0\\r\\n\\r\\n | 400 Bad Request
            \\r\\n\\r\\n | 400 Bad Request
            """)
    void aRequestIsReadAsItIsSent(String request, String status) throws Exception {
        assertThat(sent(request.replace("\\r", "\r").replace("\\n", "\n"))).startsWith("HTTP/1.1 " + status + "\r\n");
    }

    @Test
    void aRequestThatIsTooLongIsRefused() throws Exception {
        assertThat(sent("GET /livez HTTP/1.1\r\nA: " + "b".repeat(8_192))).startsWith("HTTP/1.1 400 Bad Request\r\n");
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private String sent(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", health.uri().getPort())) {
            send(socket, request);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void figuresThatFailAreToldOnceAndTheRestIsAnswered() throws Exception {
        try (LogCatch log = new LogCatch(); BroadcastHub hub = BroadcastHub.create()) {
            readiness.listening(new Figures(hub::stats, () -> {
                throw new OutOfMemoryError("Java heap space");
            }));
            assertThat(ask("GET", "/metrics").statusCode()).isEqualTo(500);
            assertThat(ask("GET", "/metrics").statusCode()).isEqualTo(500);
            assertThat(log.warnings()).singleElement().asString().endsWith("Java heap space");
            assertAnswer("/livez", 200, "alive");
        }
    }

    @Test
    void aFigureCreatesNoTopic() throws Exception {
        try (Topics topics = Topics.create()) {
            Figures figures = Figures.of(topics);
            topics.hub("news").broadcast("one");
            topics.hub("news").close();
            readiness.listening(figures);
            assertThat(scrape().value("broadcast_messages_total")).isEqualTo(1);
            topics.hub("gone").peers(); // as it is asked for when a topic ends while the names are looked through
            assertThat(figures.peers().get()).isEmpty();
            assertThat(topics.names()).isEmpty();
            assertThat(topics.stats().begun()).isEqualTo(1);
        }
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
