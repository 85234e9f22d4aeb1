package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.Program;
import io.techops.broadcast.testing.RawClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the service does over HTTP beside WebSocket. */
class HttpOptionsIT {

    private static final boolean POSIX = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    @TempDir
    Path folder = Path.of("");

    private Path tokenFile(String content, String permissions) throws Exception {
        Path file = Files.writeString(folder.resolve("token"), content);
        if (POSIX) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        }
        return file;
    }

    private static int publish(Program service, String token, String text, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest
                .newBuilder(URI.create("http://127.0.0.1:" + service.uri().getPort() + "/"))
                .header("Authorization", "Bearer " + token).header("Content-Type", "text/plain");
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient().send(request.POST(HttpRequest.BodyPublishers.ofString(text)).build(),
                BodyHandlers.discarding()).statusCode();
    }

    @Test
    void sseServesServerSentEventsToo() throws Exception {
        try (Program service = Program.listening("--no-web", "--sse"); JdkClient peer = JdkClient.open(service.uri());
                RawClient stream = RawClient.connect(service.uri().getPort())) {
            assertThat(stream.ask("GET / HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 ").contains("Content-Type: text/event-stream\r\n");
            peer.send("hello");
            assertThat(peer.next()).isEqualTo("hello");
            service.kill("TERM");
            assertThat(new String(stream.readAll())).startsWith("event: open\nid: ").contains("\ndata: hello\n\n")
                    .contains(": closed 1001 ");
            assertThat(service.awaitExit()).isEqualTo(143);
        }
    }

    @Test
    void pagesAreToldHowManyPeersThereAreUnlessNoPeerCountIsGiven() throws Exception {
        try (Program service = Program.listening(); JdkClient peer = JdkClient.open(service.uri())) {
            assertThat(peer.isClosed()).isFalse();
            await().untilAsserted(() -> assertThat(toldToPages(service)).endsWith(",\"peers\":1,\"allPeers\":null}\n"));
        }
        try (Program service = Program.listening("--no-peer-count")) {
            assertThat(toldToPages(service)).endsWith(",\"path\":null}\n");
        }
    }

    private static String toldToPages(Program service) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(service.pageUri().resolve("broadcast.json"))
                .build(), BodyHandlers.ofString()).body();
    }

    @Test
    void compressionAnswersOffersOfPermessageDeflate() throws Exception {
        try (Program service = Program.listening("--no-web", "--compression", "6");
                RawClient peer = RawClient.connect(service.uri().getPort())) {
            assertThat(peer.ask(RawClient.handshake("/", "Sec-WebSocket-Extensions: permessage-deflate")))
                    .contains("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                            + "client_no_context_takeover\r\n");
        }
    }

    @Test
    void publishTokenFileLetsThoseWhoHaveTheTokenPublish() throws Exception {
        Path file = tokenFile("open.sesame\nnot this\n", "rw-------");
        try (Program service = Program.listening("--no-web", "--publish-token-file", file.toString());
                JdkClient peer = JdkClient.open(service.uri())) {
            assertThat(publish(service, "open.sesame", "hello")).isEqualTo(200);
            assertThat(peer.next()).isEqualTo("hello");
            assertThat(publish(service, "not", "hello")).isEqualTo(401);
            assertThat(service.err()).isEmpty();
        }
    }

    /** Publishes three prices of two keys. {@return what one who comes later gets before the next message} */
    private static List<String> pricesFor(Program service, String query) throws Exception {
        assertThat(publish(service, "open.sesame", "a 1", "Message-Key", "a")).isEqualTo(200);
        assertThat(publish(service, "open.sesame", "a 2", "Message-Key", "a")).isEqualTo(200);
        assertThat(publish(service, "open.sesame", "b 1", "Message-Key", "b")).isEqualTo(200);
        List<String> got = new ArrayList<>();
        try (JdkClient late = JdkClient.open(service.uri().resolve(query))) {
            late.send("end");
            for (String next = late.next(); !next.equals("end"); next = late.next()) {
                got.add(next);
            }
        }
        return got;
    }

    @Test
    void replayLatestGivesTheNewestMessageOfEveryKey() throws Exception {
        Path file = tokenFile("open.sesame\n", "rw-------");
        try (Program service = Program.listening("--no-web", "--publish-token-file", file.toString(),
                "--replay", "latest")) {
            assertThat(pricesFor(service, "/?replay=latest")).containsExactly("a 2", "b 1");
        }
    }

    @Test
    void conflateGivesThoseWhoLagTheNewestMessageOfEveryKeyAlone() throws Exception {
        Path file = tokenFile("open.sesame\n", "rw-------");
        try (Program service = Program.listening("--no-web", "--publish-token-file", file.toString(),
                "--replay", "9")) {
            assertThat(pricesFor(service, "/?replay=9")).containsExactly("a 1", "a 2", "b 1");
        }
        try (Program service = Program.listening("--no-web", "--publish-token-file", file.toString(),
                "--replay", "9", "--conflate")) {
            assertThat(pricesFor(service, "/?replay=9")).containsExactly("a 2", "b 1");
        }
    }

    @Test
    void nothingIsServedOverHttpUnlessItWasAskedFor() throws Exception {
        try (Program service = Program.listening("--no-web");
                RawClient stream = RawClient.connect(service.uri().getPort())) {
            assertThat(stream.ask("GET / HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n"))
                    .startsWith("HTTP/1.1 426 ");
            assertThat(publish(service, "open.sesame", "hello")).isEqualTo(426);
        }
    }

    @Test
    void aTokenThatEveryoneCanReadIsWarnedOfAndNotShown() throws Exception {
        Path file = tokenFile("open.sesame\n", "rw-r--r--");
        try (Program service = Program.listening("--no-web", "--publish-token-file", file.toString())) {
            assertThat(publish(service, "open.sesame", "hello")).isEqualTo(200);
            if (POSIX) {
                service.awaitErr(".*--publish-token-file.*");
            }
            assertThat(service.err()).hasSize(POSIX ? 1 : 0).allSatisfy(line -> assertThat(line)
                    .contains("--publish-token-file", "can be read by every user", file.toString())
                    .doesNotContain("sesame"));
        }
    }

    @Test
    void aFileWithoutATokenIsOneLineAndExitCode2() throws Exception {
        String rule = "the token in --publish-token-file must be letters, digits and -._~+/, perhaps with = at its end "
                + "(RFC 6750 section 2.1), and not empty: ";
        refuses(rule, tokenFile("", "rw-------"));
        refuses(rule, tokenFile("\nsecond\n", "rw-------"));
        refuses(rule, tokenFile("two words\n", "rw-------"));
        refuses("--publish-token-file must be a text file that can be read: ", folder.resolve("missing"));
        refuses("--publish-token-file must be a text file that can be read: ", folder);
    }

    private static void refuses(String line, Path file) {
        try (Program service = Program.service("--port", "0", "--no-web", "--publish-token-file", file.toString())) {
            assertThat(service.awaitExit()).isEqualTo(2);
            assertThat(service.out()).isEmpty();
            assertThat(service.err()).containsExactly("broadcast-service: " + line + file);
        }
    }
}
