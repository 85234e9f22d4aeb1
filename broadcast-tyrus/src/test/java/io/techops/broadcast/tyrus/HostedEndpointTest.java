package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.Hosted.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.endpoint.BroadcastEndpoint;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.testing.ClientFrames;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Tls;
import jakarta.websocket.DecodeException;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Endpoints of the application's own beside the hub. */
class HostedEndpointTest {

    /** Some of them are more than may wait for a session. */
    private static final String MEGABYTE = "y".repeat(1 << 20);
    private static final ServerEndpointConfig PROGRAMMATIC =
            ServerEndpointConfig.Builder.create(Hosted.Programmatic.class, "/programmatic").build();

    @BeforeEach
    void forget() {
        Hosted.forget();
    }

    private static BroadcastServer.Builder all(Wire wire) {
        return wire.server().path("/live").endpoint(Hosted.Chat.class).endpoint(Hosted.Echo.class)
                .endpoint(Hosted.Parts.class).endpoint(Hosted.Points.class).endpoint(PROGRAMMATIC);
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void roomsOfAChatAreApartAndTheHubHasItsOwnPath(Wire wire) throws Exception {
        try (BroadcastServer server = all(wire).start(); RawClient peer = wire.open(server);
                RawClient one = open(wire, server, "/chat/tea");
                RawClient two = open(wire, server, "/chat/tea?room=cafe");
                RawClient other = open(wire, server, "/chat/gr%C3%BCn;x")) {
            await().until(() -> Hosted.OPENED.size() == 3);
            one.sendText("hello");
            assertThat(one.readText()).isEqualTo("tea: hello");
            assertThat(two.readText()).isEqualTo("tea: hello");
            other.sendText("alone");
            assertThat(other.readText()).isEqualTo("gr\u00FCn;x: alone");
            peer.sendText("to the hub");
            assertThat(peer.readText()).isEqualTo("to the hub");
            assertThat(server.hub().peers()).hasSize(1);
            assertThat(wire.connect(server).ask(RawClient.handshake("/chat"))).startsWith("HTTP/1.1 404 ");
            assertThat(wire.connect(server).ask(RawClient.handshake("/chat/"))).startsWith("HTTP/1.1 404 ");
            assertThat(wire.connect(server).ask(RawClient.handshake("/chat/a/b"))).startsWith("HTTP/1.1 404 ");
            assertThat(wire.connect(server).ask(RawClient.handshake("/chat/a%2Fb"))).startsWith("HTTP/1.1 404 ");
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void messagesOfAllKindsAndSizesComeAndGo(Wire wire) throws Exception {
        try (BroadcastServer server = all(wire).maxMessageBytes(1 << 20).start();
                RawClient raw = open(wire, server, "/echo")) {
            for (String text : List.of("", "a", "\uD83D\uDE00 gr\u00FC\u00DFe", "x".repeat(65_536),
                    MEGABYTE, MEGABYTE, MEGABYTE, MEGABYTE, MEGABYTE, MEGABYTE)) {
                raw.sendText(text);
                assertThat(raw.readText()).isEqualTo(text);
            }
            raw.send(ClientFrames.frame(0x82, 0, 255, 7));
            assertThat(raw.read().payload()).isEqualTo(new byte[] {0, -1, 7});
            raw.send(ClientFrames.concat(ClientFrames.frame(0x01, "in "), ClientFrames.frame(0x89, "ping"),
                    ClientFrames.frame(0x80, "pieces")));
            RawClient.Frame pong = raw.read();
            assertThat(pong.opcode()).isEqualTo(0xA);
            assertThat(pong.text()).isEqualTo("ping");
            assertThat(raw.readText()).isEqualTo("in pieces");
            raw.sendPieces(ClientFrames.frame(0x81, "byte by byte"), 1);
            assertThat(raw.readText()).isEqualTo("byte by byte");
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void partsComeAsTheyWereSent(Wire wire) throws Exception {
        try (BroadcastServer server = all(wire).start(); RawClient raw = open(wire, server, "/parts")) {
            raw.send(ClientFrames.concat(ClientFrames.frame(0x01, "a"), ClientFrames.frame(0x00, "b"),
                    ClientFrames.frame(0x80, "c"), ClientFrames.frame(0x81, "whole")));
            assertThat(raw.read()).extracting(RawClient.Frame::first, RawClient.Frame::text).containsExactly(0x01, "a");
            assertThat(raw.read()).extracting(RawClient.Frame::first, RawClient.Frame::text).containsExactly(0x00, "b");
            assertThat(raw.read()).extracting(RawClient.Frame::first, RawClient.Frame::text).containsExactly(0x80, "c");
            assertThat(raw.readText()).isEqualTo("whole");
            assertThat(Hosted.PARTS).containsExactly("a", "b", "c.", "whole.");
        }
    }

    @Test
    void encodersAndDecodersAreTheEndpointsOwn() throws Exception {
        try (BroadcastServer server = all(Wire.PLAIN).start(); RawClient raw = open(Wire.PLAIN, server, "/points")) {
            raw.sendText("1,2");
            assertThat(raw.readText()).isEqualTo("2,1");
            raw.sendText("no point");
            raw.sendText("3,4");
            assertThat(raw.readText()).isEqualTo("4,3");
            assertThat(Hosted.ERRORS).singleElement().isInstanceOf(DecodeException.class);
        }
    }

    @Test
    void aConfiguredEndpointIsServedAndSeesItsRequest() throws Exception {
        try (BroadcastServer server = all(Wire.PLAIN).start();
                RawClient raw = open(Wire.PLAIN, server, "/programmatic?a=1&b=x%20y&a=2&c={%")) {
            raw.sendText("in");
            assertThat(raw.readText()).isEqualTo("programmatic in");
            Session session = Hosted.OPENED.take();
            assertThat(session.getRequestParameterMap()).containsEntry("a", List.of("1", "2"))
                    .containsEntry("b", List.of("x y")).containsEntry("c", List.of("{%"));
            assertThat(session.getRequestURI())
                    .isEqualTo(URI.create("ws://127.0.0.1/programmatic?a=1&b=x%20y&a=2&c=%7B%25"));
            assertThat(session.isSecure()).isFalse();
            assertThat(session.getOpenSessions()).containsExactly(session);
            assertThat(session.getNegotiatedExtensions()).isEmpty();
            assertThat(session.getUserProperties()).containsKey("remoteAddress");
            ServerContainer container = (ServerContainer) session.getContainer();
            assertThatThrownBy(() -> container.addEndpoint(Hosted.Echo.class))
                    .isInstanceOf(DeploymentException.class).hasMessageContaining("BroadcastServer.Builder.endpoint");
            assertThatThrownBy(() -> container.addEndpoint(PROGRAMMATIC)).isInstanceOf(DeploymentException.class);
        }
    }

    @Test
    void aHubAtAnyPathHasWhatNoEndpointHas() throws Exception {
        try (BroadcastServer server = Wire.PLAIN.server().endpoint(Hosted.Echo.class).start();
                RawClient peer = open(Wire.PLAIN, server, "/anything");
                RawClient echo = open(Wire.PLAIN, server, "/echo")) {
            echo.sendText("echo");
            assertThat(echo.readText()).isEqualTo("echo");
            peer.sendText("hub");
            assertThat(peer.readText()).isEqualTo("hub");
            assertThat(server.hub().peers()).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void theBroadcastEndpointOfAnotherHubMayBeOne(Wire wire) throws Exception {
        try (BroadcastHub other = BroadcastHub.create(); BroadcastServer server = wire.server().path("/live")
                        .endpoint(BroadcastEndpoint.config("/other", other)).start();
                RawClient one = open(wire, server, "/other"); RawClient two = open(wire, server, "/other");
                RawClient peer = wire.open(server)) {
            await().until(() -> other.peers().size() == 2);
            one.sendText("to the other");
            assertThat(one.readText()).isEqualTo("to the other");
            assertThat(two.readText()).isEqualTo("to the other");
            peer.sendText("to the first");
            assertThat(peer.readText()).isEqualTo("to the first");
            Attributes known = other.peers().iterator().next().attributes();
            assertThat(known.get(PeerAttributes.PATH)).isEqualTo("/other");
            assertThat(known.get(PeerAttributes.REMOTE_ADDRESS).getPort()).isIn(one.socket().getLocalPort(),
                    two.socket().getLocalPort());
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void pagesAreOnTheSamePort(Wire wire, @TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("index.html"), "<h1>A page</h1>");
        int port = FreePort.find();
        try (BroadcastServer server = all(wire).port(port).pages(Pages.folder(folder)).pagePort(port).start();
                JdkClient client = JdkClient.open(server.uri().resolve("/echo"))) {
            assertThat(client.send("beside pages").next()).isEqualTo("beside pages");
            HttpClient http = HttpClient.newBuilder().sslContext(Tls.context())
                    .version(HttpClient.Version.HTTP_1_1).build();
            assertThat(http.send(HttpRequest.newBuilder(server.pageUri()).build(),
                    HttpResponse.BodyHandlers.ofString()).body()).isEqualTo("<h1>A page</h1>");
        }
    }
}
