package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.Program;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.TestRun;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The end of the Spring Boot application, as a SIGTERM begins it, while peers are behind. */
class Step12ShutdownIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int PEERS = 5;
    /** Together more than the sockets of a peer that does not read take; few, as each is posted by itself. */
    private static final int MESSAGES = 5;
    private static final String MESSAGE = "x".repeat(1_000_000);
    private static final int SMALL_BUFFER = 4_096;
    private static final String BY_THE_HUB = "1001 the server is going away";

    private final List<RawClient> peers = new ArrayList<>();
    /** How many messages all peers have read. */
    private final AtomicInteger received = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** What a peer has read at its end. */
    private record End(int messages, String reason) {
    }

    @AfterEach
    void endAll() throws IOException {
        for (RawClient peer : peers) {
            peer.close();
        }
        threads.shutdownNow();
    }

    private static String ask(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response =
                HTTP.send(request.timeout(TestRun.LIMIT).build(), BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }

    private List<RawClient> open(int port, int receiveBuffer) throws IOException {
        List<RawClient> opened = new ArrayList<>();
        for (int i = 0; i < PEERS; i++) {
            RawClient peer = RawClient.connect(port, receiveBuffer);
            peers.add(peer);
            opened.add(peer);
            peer.shakeHands("/live");
        }
        return opened;
    }

    /** {@return what each of them reads, from now on} */
    private List<Future<End>> read(List<RawClient> readers) {
        return readers.stream().map(peer -> threads.submit(() -> read(peer))).toList();
    }

    private End read(RawClient peer) throws IOException {
        int messages = 0;
        try {
            while (true) {
                RawClient.Frame next = peer.readMessage();
                if (next.opcode() == RawClient.CLOSE) {
                    answer(peer, next.code());
                    return new End(messages, next.code() + " " + next.phrase());
                }
                if (next.opcode() == RawClient.TEXT) {
                    messages++;
                    received.incrementAndGet();
                }
            }
        } catch (EOFException | SocketException e) {
            return new End(messages, "cut");
        }
    }

    private static void answer(RawClient peer, int code) {
        try {
            peer.sendClose(code);
        } catch (IOException late) {
            // The server has not waited for it any longer: what it said counts.
        }
    }

    private static List<End> all(List<Future<End>> readers) throws Exception {
        List<End> ends = new ArrayList<>();
        for (Future<End> reader : readers) {
            ends.add(reader.get());
        }
        return ends;
    }

    /** {@return where the application is, once it listens} */
    private static URI root(Program application) {
        String started = ".*Tomcat started on port (\\d+) .*";
        return URI.create("http://localhost:" + application.awaitOut(started).replaceAll(started, "$1") + "/");
    }

    private static Program start(String... options) {
        List<String> all = new ArrayList<>(List.of("--server.port=0"));
        all.addAll(List.of(options));
        return Program.ofJar(Path.of("target/step12-spring-boot.jar"), all.toArray(String[]::new));
    }

    private void awaitPeers(URI root) {
        await().untilAsserted(() -> // the container may open a session after the 101
                assertThat(ask(HttpRequest.newBuilder(root.resolve("peers")))).isEqualTo("" + peers.size()));
    }

    private static void publish(URI root) throws Exception {
        for (int i = 0; i < MESSAGES; i++) {
            ask(HttpRequest.newBuilder(root.resolve("news")).header("Content-Type", "text/plain")
                    .POST(BodyPublishers.ofString(MESSAGE)));
        }
    }

    @Test
    void peersThatReadAreToldByTheHubAndThoseThatDoNotAreCut() throws Exception {
        try (Program application = start()) {
            URI root = root(application);
            List<RawClient> reading = open(root.getPort(), 0);
            List<RawClient> notReading = open(root.getPort(), SMALL_BUFFER);
            awaitPeers(root);

            List<Future<End>> ends = read(reading);
            publish(root);
            await().until(() -> received.get() == PEERS * MESSAGES); // outside the few seconds of the hub's end
            application.kill("TERM");
            assertThat(all(ends)).containsOnly(new End(MESSAGES, BY_THE_HUB));
            assertThat(application.awaitExit()).isEqualTo(143);
            assertThat(all(read(notReading))).as("those that read when the application has ended")
                    .allMatch(end -> end.messages() < MESSAGES && end.reason().equals("cut"));
        }
    }

    @Test
    void peersThatAreBehindGetTheRestWhileTheHubEnds() throws Exception {
        // So long, so that a busy machine has the time to read all of it; the hub ends once that is done.
        try (Program application = start("--live.close-limit=2m")) {
            URI root = root(application);
            List<RawClient> reading = open(root.getPort(), 0);
            List<RawClient> readingAgain = open(root.getPort(), SMALL_BUFFER);
            awaitPeers(root);

            List<Future<End>> ends = read(reading);
            publish(root);
            application.kill("TERM");
            ends.get(0).get(); // the hub has begun to end
            List<Future<End>> endsAgain = read(readingAgain);
            assertThat(all(ends)).containsOnly(new End(MESSAGES, BY_THE_HUB));
            assertThat(all(endsAgain)).as("those that read again while the hub ends")
                    .containsOnly(new End(MESSAGES, BY_THE_HUB));
            assertThat(application.awaitExit()).isEqualTo(143);
        }
    }
}
