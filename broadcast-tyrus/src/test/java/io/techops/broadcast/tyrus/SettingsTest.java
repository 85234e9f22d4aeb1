package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.Ipv6;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    private static final String ORIGIN =
            "origin must be scheme://host, scheme://host:port, one without a host such as file://, null or *: ";
    private static final String LOOPBACK = "127.0.0.1";

    /** Sets something to a value that is not allowed. */
    private interface Setting {
        void of(BroadcastServer.Builder builder);
    }

    private static Arguments bad(String message, Setting setting) {
        return Arguments.of(message, setting);
    }

    static Stream<Arguments> badValues() {
        return Stream.of(
                bad("port must be from 0 to 65535: -1", b -> b.port(-1)),
                bad("port must be from 0 to 65535: 65536", b -> b.port(65_536)),
                bad("pagePort must be from 0 to 65535: 70000", b -> b.pagePort(70_000)),
                bad("path must be the path of a URI and begin with /: live", b -> b.path("live")),
                bad("path must be the path of a URI and begin with /: /live?x", b -> b.path("/live?x")),
                bad("path must be the path of a URI and begin with /: /live#x", b -> b.path("/live#x")),
                bad("path must be the path of a URI and begin with /: ", b -> b.path("")),
                bad(ORIGIN + "example.org",
                        b -> b.allowOrigin("example.org")),
                bad(ORIGIN + "http://a/b",
                        b -> b.allowOrigin("http://a/b")),
                bad(ORIGIN, b -> b.allowOrigin("")),
                bad("maxMessageBytes must be from 125 to 1073741824: 124", b -> b.maxMessageBytes(124)),
                bad("maxMessageBytes must be from 125 to 1073741824: 1073741825",
                        b -> b.maxMessageBytes((1 << 30) + 1)),
                bad("pageIdleTimeout must be from 1 s to 1 day: PT0.999S",
                        b -> b.pageIdleTimeout(Duration.ofMillis(999))),
                bad("pageIdleTimeout must be from 1 s to 1 day: PT48H", b -> b.pageIdleTimeout(Duration.ofDays(2))),
                bad("maxPeers must be at least 1: 0", b -> b.maxPeers(0)),
                bad("maxPeersPerAddress must be at least 1: -1", b -> b.maxPeersPerAddress(-1)),
                bad("trustedProxy must be an IP address or a block such as 10.0.0.0/8: proxy.example",
                        b -> b.trustedProxy("proxy.example")),
                bad("clientAddressHeader must be the name of a header: a b", b -> b.clientAddressHeader("a b")),
                bad("handshakeTimeout must be from 1 ms to 1 day: PT0S", b -> b.handshakeTimeout(Duration.ZERO)),
                bad("handshakeTimeout must be from 1 ms to 1 day: PT-1S",
                        b -> b.handshakeTimeout(Duration.ofSeconds(-1))),
                bad("handshakeTimeout must be from 1 ms to 1 day: PT48H", b -> b.handshakeTimeout(Duration.ofDays(2))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badValues")
    void aBadValueIsRefusedAtOnceWithNameRuleAndValue(String message, Object setting) {
        BroadcastServer.Builder builder = BroadcastServer.builder();
        assertThatThrownBy(() -> ((Setting) setting).of(builder)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void aPathThatIsNoUriIsRefusedAsABadPath() {
        assertThatThrownBy(() -> BroadcastServer.builder().path("/a b")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("path must be the path of a URI and begin with /: /a b");
    }

    @Test
    void aClosedHubIsRefused() {
        BroadcastHub hub = BroadcastHub.create();
        hub.close();
        assertThatThrownBy(() -> BroadcastServer.builder().hub(hub).port(0).start())
                .isInstanceOf(IllegalStateException.class).hasMessage(
                        "hub must not be closed: a closed hub does not open again, build a new one");
    }

    @Test
    void aSettingThatHasNoEffectWithoutAnotherOneIsRefusedAtTheStart() {
        BroadcastServer.Builder counting = BroadcastServer.builder().port(0).pagePeers(true);
        assertThatThrownBy(counting::start).isInstanceOf(IllegalStateException.class)
                .hasMessage("pagePeers needs pages: true");
        BroadcastServer.Builder listening = BroadcastServer.builder().port(0).pagePort(8_080);
        assertThatThrownBy(listening::start).isInstanceOf(IllegalStateException.class)
                .hasMessage("pagePort needs pages: 8080");
        BroadcastServer.Builder believing = BroadcastServer.builder().port(0).clientAddressHeader("X-Real-IP");
        assertThatThrownBy(believing::start).isInstanceOf(IllegalStateException.class)
                .hasMessage("clientAddressHeader needs a trustedProxy: X-Real-IP");
        believing.trustedProxy("127.0.0.1").host(LOOPBACK).start().close();
    }

    @Test
    void theUriSaysWhereToConnect() {
        try (BroadcastServer server = BroadcastServer.builder().host(LOOPBACK).port(0).path("/live").start()) {
            assertThat(server.uri()).hasToString("ws://127.0.0.1:" + server.port() + "/live");
            assertThat(server).hasToString("ws://127.0.0.1:" + server.port() + "/live");
        }
        try (BroadcastServer server = BroadcastServer.start(0)) {
            assertThat(server.uri()).hasToString("ws://localhost:" + server.port() + "/");
        }
        try (BroadcastServer server = Wire.TLS.server().start()) {
            assertThat(server.uri()).hasToString("wss://127.0.0.1:" + server.port() + "/");
        }
    }

    @Test
    void whereThePagesAreIsToldOnlyByAServerThatHasSome(@TempDir Path folder) {
        try (BroadcastServer server = BroadcastServer.builder().host(LOOPBACK).port(0).pages(Pages.folder(folder))
                .pagePort(0).start()) {
            assertThat(server.pagePort()).isPositive().isNotEqualTo(server.port());
            assertThat(server.pageUri()).hasToString("http://127.0.0.1:" + server.pagePort() + "/");
            assertThat(server).hasToString(server.uri() + ", pages on " + server.pageUri());
        }
        try (BroadcastServer server = Wire.PLAIN.server().start()) {
            String message = "the server has no pages: set pages, as in pages(Pages.folder(folder))";
            assertThatThrownBy(server::pageUri).isInstanceOf(IllegalStateException.class).hasMessage(message);
            assertThatThrownBy(server::pagePort).isInstanceOf(IllegalStateException.class).hasMessage(message);
            assertThat(server).hasToString(server.uri().toString());
        }
    }

    @Nested
    class TheHost {

        private static final String RULE =
                "host must be a name or an address of this machine, such as localhost, 127.0.0.1 or ::1: ";

        @ParameterizedTest
        @ValueSource(strings = {"", " ", " ::1", "[::1", "::1]", "[]", "[localhost]", "[127.0.0.1]", "::g", ":", "1:2",
            "1.2.3.4.5", "1.2.3", "256.0.0.1", "127.1", "0", "a b", "http://localhost", "localhost:5000", "host/",
            "127.0.0.1:5000", "[::1]:5000", "user@host", "::1%", "fe80::1%no-such-zone", "m\u00fcller", "a\nb"})
        void isRefusedAtOnceUnlessItIsANameOrAnAddress(String host) {
            assertThatThrownBy(() -> BroadcastServer.builder().host(host)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(RULE + host);
        }

        @ParameterizedTest
        @CsvSource({"::1, [::1]", "[::1], [::1]", "0:0:0:0:0:0:0:1, [0:0:0:0:0:0:0:1]", "127.0.0.1, 127.0.0.1",
            "localhost, localhost", "::ffff:127.0.0.1, [::ffff:127.0.0.1]", "[::1%1], [::1%1]"})
        void isBoundAndIsPartOfTheUri(String host, String inUri) throws Exception {
            Ipv6.assumedFor(host);
            try (BroadcastServer server = BroadcastServer.builder().host(host).port(0).start()) {
                assertThat(server.uri()).hasToString("ws://" + inUri + ":" + server.port() + "/");
                try (Socket there = new Socket(server.uri().getHost(), server.port())) {
                    assertThat(there.isConnected()).isTrue();
                }
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"0.0.0.0", "::", "[::]", "0:0:0:0:0:0:0:0", "::0", "[::0.0.0.0]", "::ffff:0.0.0.0"})
        void isLocalhostInTheUriIfAllAddressesAreBound(String host) {
            Ipv6.assumedFor(host);
            try (BroadcastServer server = BroadcastServer.builder().host(host).port(0).start()) {
                assertThat(server.uri()).hasToString("ws://localhost:" + server.port() + "/");
            }
        }

        @Test
        void isInBracketsWhereItCannotBeBound() {
            assertThatThrownBy(() -> BroadcastServer.builder().host("2001:db8::1").port(0).start())
                    .isInstanceOf(UncheckedIOException.class)
                            .hasMessageStartingWith("cannot listen on [2001:db8::1]:0: ");
        }
    }

    @Nested
    class TheAddress {

        @Test
        void thatIsGivenIsTheOneThatIsBound() throws Exception {
            int port = FreePort.find(); // on all addresses, and none that the system gives to another server meanwhile
            try (BroadcastServer server = BroadcastServer.builder().host("127.0.0.2").port(port).start()) {
                try (Socket there = new Socket("127.0.0.2", server.port())) {
                    assertThat(there.isConnected()).isTrue();
                }
                assertThatThrownBy(() -> new Socket(LOOPBACK, server.port()).close())
                        .isInstanceOf(ConnectException.class);
            }
        }

        @Test
        void thatIsNotOfThisMachineFailsAndIsNamed() {
            assertThatThrownBy(() -> BroadcastServer.builder().host("192.0.2.1").port(0).start())
                    .isInstanceOf(UncheckedIOException.class).hasMessageContaining("192.0.2.1:0");
        }
    }

    @Nested
    class ATakenPort {

        @Test
        void failsNamingItAndLeavesNothing() throws Exception {
            ServerThreads before = ServerThreads.now();
            try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
                int port = taken.getLocalPort();
                assertThatThrownBy(() -> BroadcastServer.builder().host(LOOPBACK).port(port).start())
                        .isInstanceOf(UncheckedIOException.class)
                        .hasMessageContaining("127.0.0.1:" + port)
                        .cause().isInstanceOf(BindException.class).hasMessageContaining("127.0.0.1:" + port);
            }
            before.noneIsLeft();
        }

        @Test
        void ofThePagesFailsNamingItAndFreesTheOther(@TempDir Path folder) throws Exception {
            Files.writeString(folder.resolve("index.html"), "page");
            ServerThreads before = ServerThreads.now();
            try (BroadcastHub hub = BroadcastHub.create();
                    ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
                int page = taken.getLocalPort();
                int port = FreePort.find();
                assertThatThrownBy(() -> BroadcastServer.builder().hub(hub).host(LOOPBACK).port(port)
                        .pages(Pages.folder(folder)).pagePort(page).start())
                        .isInstanceOf(UncheckedIOException.class).hasMessageContaining("127.0.0.1:" + page);
                assertThat(hub.isClosed()).as("the hub that was given").isFalse();
                try (ServerSocket again = new ServerSocket()) {
                    again.bind(new InetSocketAddress(LOOPBACK, port));
                    assertThat(again.isBound()).isTrue();
                }
            }
            before.noneIsLeft();
        }
    }
}
