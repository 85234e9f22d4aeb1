package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.Program;
import io.techops.broadcast.testing.RawClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may listen, speak and publish, by the tokens in a file. */
class AccessIT {

    private static final String EVENTS = "GET %s HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n";

    @TempDir
    Path folder = Path.of("");

    private Path tokens(String... lines) throws IOException {
        Path written = Files.write(folder.resolve("new"), List.of(lines));
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(written, PosixFilePermissions.fromString("rw-------"));
        }
        return Files.move(written, folder.resolve("tokens"), StandardCopyOption.REPLACE_EXISTING);
    }

    private static Program service(Path tokens, String... options) {
        List<String> all = new ArrayList<>(List.of("--no-web", "--token-file", tokens.toString()));
        all.addAll(List.of(options));
        return Program.listening(all.toArray(String[]::new));
    }

    private static int status(Program service, String request) throws IOException {
        try (RawClient client = RawClient.connect(service.uri().getPort())) {
            return Integer.parseInt(client.ask(request).substring(9, 12));
        }
    }

    private static int handshake(Program service, String path, String... headers) throws IOException {
        return status(service, RawClient.handshake(path, headers));
    }

    private static HttpResponse<String> publish(Program service, String path, String token) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest
                .newBuilder(URI.create("http://127.0.0.1:" + service.uri().getPort() + path))
                .header("Authorization", "Bearer " + token).header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("published")).build(), BodyHandlers.ofString());
    }

    @Test
    void aTokenIsNeededToListenAndComesInAnyOfTheWays() throws Exception {
        try (Program service = service(tokens("r3ader+ listen", "p0ster publish"), "--sse")) {
            assertThat(handshake(service, "/")).isEqualTo(401);
            assertThat(handshake(service, "/", "Authorization: Bearer other")).isEqualTo(401);
            assertThat(handshake(service, "/", "Authorization: Bearer p0ster")).isEqualTo(403);
            assertThat(handshake(service, "/", "Authorization: Bearer r3ader+")).isEqualTo(101);
            assertThat(handshake(service, "/?a=b&access_token=r3ader%2B")).isEqualTo(101);
            assertThat(status(service, EVENTS.formatted("/"))).isEqualTo(401);
            assertThat(status(service, EVENTS.formatted("/?access_token=p0ster"))).isEqualTo(403);
            assertThat(status(service, EVENTS.formatted("/?access_token=r3ader+"))).isEqualTo(200);
            try (JdkClient page = JdkClient.open(service.uri(), "bearer", "r3ader+");
                    JdkClient other = JdkClient.open(service.uri(), "bearer.r3ader+", "chat");
                    JdkClient script = JdkClient.open(service.uri(), "broadcast.v1", "bearer", "r3ader+")) {
                assertThat(page.subprotocol()).isEqualTo("bearer");
                assertThat(other.subprotocol()).isEqualTo("chat");
                assertThat(script.subprotocol()).isEqualTo("broadcast.v1");
            }
        }
    }

    @Test
    void thoseWithoutATokenHaveTheRightsOfTheAsterisk() throws Exception {
        try (Program service = service(tokens("* listen", "sp3aker speak", "p0ster publish"), "--refuse-by", "ignore");
                JdkClient reader = JdkClient.open(service.uri());
                JdkClient speaker = JdkClient.openWith("Authorization", "Bearer sp3aker", service.uri())) {
            reader.send("ignored");
            speaker.send("heard");
            assertThat(reader.next()).isEqualTo("heard");
            assertThat(publish(service, "/", "other").statusCode()).isEqualTo(401);
            assertThat(publish(service, "/", "sp3aker").statusCode()).isEqualTo(403);
            assertThat(publish(service, "/", "p0ster").statusCode()).isEqualTo(200);
            assertThat(reader.next()).isEqualTo("published");
        }
    }

    @Test
    void aPeerThatMayNotSpeakIsClosedWith1008() throws Exception {
        try (Program service = service(tokens("* listen")); JdkClient reader = JdkClient.open(service.uri())) {
            reader.send("refused");
            assertThat(reader.closed()).isEqualTo(new JdkClient.Closed(1008, "the right to speak here is missing"));
        }
        try (Program service = Program.listening("--no-web", "--listen-only");
                JdkClient reader = JdkClient.open(service.uri())) {
            reader.send("refused");
            assertThat(reader.closed()).isEqualTo(new JdkClient.Closed(1008, "peers may only listen here"));
        }
    }

    @Test
    void rightsAreForTopics() throws Exception {
        Path file = tokens("* listen:news", "ed1tor speak:news publish:news", "ch4tter speak:chat-*");
        try (Program service = service(file, "--topics", "/topics/{topic}")) {
            assertThat(handshake(service, "/topics/news")).isEqualTo(101);
            assertThat(handshake(service, "/topics/n%65ws")).isEqualTo(101);
            assertThat(handshake(service, "/topics/other")).isEqualTo(401);
            assertThat(handshake(service, "/topics/other", "Authorization: Bearer ed1tor")).isEqualTo(403);
            assertThat(handshake(service, "/topics/chat-7", "Authorization: Bearer ch4tter")).isEqualTo(101);
            assertThat(handshake(service, "/")).isEqualTo(404);
            assertThat(publish(service, "/topics/news", "ed1tor").statusCode()).isEqualTo(200);
            assertThat(publish(service, "/topics/chat-7", "ed1tor").statusCode()).isEqualTo(403);
            assertThat(publish(service, "/topics/news", "ch4tter").statusCode()).isEqualTo(403);
        }
    }

    @Test
    void aChangedFileHoldsForThoseWhoAreConnectedTooAndABadOneChangesNothing() throws Exception {
        Path file = tokens("first listen", "second listen");
        try (Program service = service(file);
                JdkClient first = JdkClient.openWith("Authorization", "Bearer first", service.uri());
                JdkClient second = JdkClient.openWith("Authorization", "Bearer second", service.uri())) {
            tokens("second speak", "third listen");
            assertThat(first.closed()).isEqualTo(
                    new JdkClient.Closed(1008, "the right to listen here was withdrawn"));
            assertThat(handshake(service, "/", "Authorization: Bearer first")).isEqualTo(401);
            assertThat(handshake(service, "/", "Authorization: Bearer third")).isEqualTo(101);
            second.send("now I may");
            assertThat(second.next()).isEqualTo("now I may");
            tokens("second listen", "fourth lurk");
            service.awaitErr(".* WARN  A changed file cannot be used, and what was read before stays in force: "
                    + "--token-file line 2 must have nothing but rights behind the token: listen, speak or publish, "
                    + "each perhaps with a colon and a topic: " + file);
            second.send("and still do");
            assertThat(second.next()).isEqualTo("and still do");
            tokens("fourth listen");
            assertThat(second.closed().code()).isEqualTo(1008);
            await().until(() -> handshake(service, "/", "Authorization: Bearer fourth") == 101);
            assertThat(service.err()).as("told once").hasSize(1);
        }
    }

    @Test
    void noTokenIsInAnyLogOrAnswer() throws Exception {
        Path log = folder.resolve("log");
        try (Program service = service(tokens("s3cret speak publish"), "--sse", "--debug", "--log-file",
                log.toString())) {
            try (JdkClient peer = JdkClient.open(service.uri(), "bearer", "s3cret")) {
                assertThat(peer.subprotocol()).isEqualTo("bearer");
                for (String token : List.of("s3cret", "s3cretX")) {
                    assertThat(publish(service, "/", token).body()).doesNotContain("s3cret");
                    handshake(service, "/", "Authorization: Bearer " + token);
                    handshake(service, "/?access_token=" + token);
                    status(service, EVENTS.formatted("/?access_token=" + token));
                }
                tokens("s3cret speak publish", "s3cret listen");
                service.awaitErr(".*--token-file line 2 must not have the token of a line before it.*");
            }
            service.kill("TERM");
            service.awaitExit();
            assertThat(Files.readString(log)).contains("egistered").doesNotContain("s3cret");
            assertThat(service.out()).isNotEmpty().noneMatch(line -> line.contains("s3cret"));
            assertThat(service.err()).noneMatch(line -> line.contains("s3cret"));
        }
    }

    @Test
    void withoutATokenFileNoSecretOfARequestIsInAnyLogEither() throws Exception {
        Path log = folder.resolve("log");
        try (Program service = Program.listening("--no-web", "--sse", "--debug", "--log-file", log.toString())) {
            String[] headers = {"Authorization: Bearer s3cret", "Cookie: session=s3cret",
                "Sec-WebSocket-Protocol: chat, bearer.s3cret"};
            assertThat(handshake(service, "/?access_token=s3cret&ticket=s3cret", headers)).isEqualTo(101);
            assertThat(status(service, EVENTS.formatted("/?access_token=s3cret"))).isEqualTo(200);
            assertThat(handshake(service, "/?last_event_id=s3cret", "Sec-WebSocket-Protocol: broadcast.v1"))
                    .isEqualTo(400);
            service.kill("TERM");
            service.awaitExit();
            assertThat(Files.readString(log)).contains("egistered", "query=***").doesNotContain("s3cret");
            assertThat(service.out()).noneMatch(line -> line.contains("s3cret"));
            assertThat(service.err()).isEmpty();
        }
    }

    @Test
    void aFileThatCannotBeReadIsOneLineAndExitCode2() throws Exception {
        Path missing = folder.resolve("missing");
        refuses("--token-file must be a text file that can be read: " + missing, missing);
        Path bad = tokens("# rights", "s3cret lurk");
        refuses("--token-file line 2 must have nothing but rights behind the token: listen, speak or publish, each "
                + "perhaps with a colon and a topic: " + bad, bad);
        Path topics = tokens("s3cret listen:news");
        refuses("--token-file line 1 must have no right for a topic, unless --topics is given: " + topics, topics);
    }

    private static void refuses(String line, Path file) {
        try (Program service = Program.service("--port", "0", "--no-web", "--token-file", file.toString())) {
            assertThat(service.awaitExit()).isEqualTo(2);
            assertThat(service.out()).isEmpty();
            assertThat(service.err()).containsExactly("broadcast-service: " + line);
        }
    }
}
