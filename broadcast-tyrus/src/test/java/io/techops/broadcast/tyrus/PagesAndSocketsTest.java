package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Tls;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pages beside the hub: on a port of their own, or on its port. */
class PagesAndSocketsTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void writePage() throws Exception {
        Files.writeString(folder.resolve("index.html"), "<h1>A page</h1>");
    }

    private static HttpResponse<String> get(URI uri) throws Exception {
        HttpClient client = HttpClient.newBuilder().sslContext(Tls.context())
                .version(HttpClient.Version.HTTP_1_1).build();
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static void echoes(RawClient peer) throws Exception {
        peer.sendText("beside pages");
        assertThat(peer.readText()).isEqualTo("beside pages");
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void areServedOnAPortOfTheirOwn(Wire wire) throws Exception {
        try (BroadcastServer server = wire.server().pages(Pages.folder(folder)).pagePort(0).start();
                RawClient peer = wire.open(server)) {
            assertThat(server.pagePort()).isNotEqualTo(server.port());
            assertThat(get(server.pageUri()).body()).isEqualTo("<h1>A page</h1>");
            assertThat(get(server.pageUri().resolve("/none")).statusCode()).isEqualTo(404);
            echoes(peer);
            URI sockets = URI.create(server.uri().toString().replaceFirst("^ws", "http"));
            assertThat(get(sockets).statusCode()).isEqualTo(426);
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void areServedOnThePortOfTheHub(Wire wire) throws Exception {
        int port = FreePort.find();
        try (BroadcastServer server = wire.server().port(port).pagePort(port).path("/live")
                        .pages(Pages.folder(folder)).start();
                RawClient peer = wire.open(server)) {
            assertThat(server.pagePort()).isEqualTo(port);
            assertThat(get(server.pageUri()).body()).isEqualTo("<h1>A page</h1>");
            assertThat(get(server.pageUri().resolve("/none")).statusCode()).isEqualTo(404);
            echoes(peer);
            try (RawClient elsewhere = wire.connect(server)) {
                assertThat(elsewhere.ask(RawClient.handshake("/"))).startsWith("HTTP/1.1 404 ");
            }
            try (RawClient old = wire.connect(server)) {
                assertThat(old.ask(RawClient.handshake("/live").replace(": 13", ": 8"))).startsWith("HTTP/1.1 426 ");
            }
        }
    }

    @Test
    void aConnectionThatAskedForAPageMayBecomeAWebSocket() throws Exception {
        int port = FreePort.find();
        try (BroadcastServer server = Wire.PLAIN.server().port(port).pagePort(port).pages(Pages.folder(folder)).start();
                RawClient peer = RawClient.connect(port)) {
            assertThat(peer.ask("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")).startsWith("HTTP/1.1 200 ");
            assertThat(peer.readBody()).isEqualTo("<h1>A page</h1>");
            peer.shakeHands("/");
            echoes(peer);
            assertThat(server.hub().peers()).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void onOnePortAnIdlePeerStaysWhenAnIdleReaderOfPagesHasToGo(Wire wire) throws Exception {
        int port = FreePort.find();
        BroadcastHub hub = BroadcastHub.builder().heartbeat(Duration.ZERO).build();
        try (BroadcastServer server = wire.server().hub(hub).port(port).pagePort(port).pages(Pages.folder(folder))
                        .pageIdleTimeout(Duration.ofSeconds(1)).start();
                RawClient peer = wire.open(server);
                RawClient reader = wire.connect(server)) {
            assertThat(reader.ask("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")).startsWith("HTTP/1.1 200 ");
            assertThat(reader.readsEnd()).isTrue();
            echoes(peer);
        }
    }
}
