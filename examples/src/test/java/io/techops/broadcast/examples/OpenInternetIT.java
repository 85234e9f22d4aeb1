package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The options that bound peers whom nobody knows. */
class OpenInternetIT {

    @Test
    void maxPeersAndMaxPeersPerAddressBoundWhoMayConnect() {
        try (Program service = Program.listening("--no-web", "--max-peers", "2", "--max-peers-per-address", "1",
                        "--trusted-proxy", "127.0.0.0/8", "--trusted-proxy", "::1");
                TestPeer one = TestPeer.sending(service.uri(), "X-Forwarded-For", "203.0.113.1")) {
            assertThatThrownBy(() -> TestPeer.sending(service.uri(), "X-Forwarded-For", "203.0.113.1"))
                    .hasStackTraceContaining("429");
            try (TestPeer two = TestPeer.sending(service.uri(), "X-Forwarded-For", "203.0.113.2")) {
                assertThatThrownBy(() -> TestPeer.sending(service.uri(), "X-Forwarded-For", "203.0.113.3"))
                        .hasStackTraceContaining("503");
                two.send("hello");
                assertThat(one.next()).isEqualTo("hello");
            }
        }
    }

    @Test
    void anotherHeaderOfAProxyCanBeNamed() {
        try (Program service = Program.listening("--no-web", "--max-peers-per-address", "1", "--trusted-proxy",
                        "127.0.0.1", "--trusted-proxy", "::1", "--client-address-header", "X-Real-IP");
                TestPeer one = TestPeer.sending(service.uri(), "X-Real-IP", "203.0.113.1")) {
            assertThatThrownBy(() -> TestPeer.sending(service.uri(), "X-Real-IP", "203.0.113.1"))
                    .hasStackTraceContaining("429");
            TestPeer.sending(service.uri(), "X-Real-IP", "203.0.113.2").close();
            assertThat(one.isClosed()).isFalse();
        }
    }

    @Test
    void maxRateClosesAPeerThatSaysTooMuchWith1008() {
        try (Program service = Program.listening("--no-web", "--max-rate", "3/1h");
                TestPeer loud = TestPeer.connect(service.uri());
                TestPeer quiet = TestPeer.connect(service.uri())) {
            for (int i = 0; i < 4; i++) {
                loud.send("message " + i);
            }
            assertThat(loud.closeCode()).isEqualTo(1008);
            for (int i = 0; i < 3; i++) {
                assertThat(quiet.next()).isEqualTo("message " + i);
            }
            quiet.send("still here");
            assertThat(quiet.next()).isEqualTo("still here");
        }
    }

    @Test
    void handshakeTimeoutCutsAConnectionThatSaysNothing() throws Exception {
        try (Program service = Program.listening("--no-web", "--handshake-timeout", "300ms");
                Socket silent = new Socket("localhost", service.uri().getPort())) {
            silent.setSoTimeout((int) Program.PATIENCE.toMillis());
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void heartbeatIsHowSoonASilentPeerIsPinged() throws Exception {
        try (Program service = Program.listening("--no-web", "--heartbeat", "300ms");
                Socket silent = new Socket("localhost", service.uri().getPort())) {
            silent.setSoTimeout((int) Program.PATIENCE.toMillis());
            upgrade(silent);
            assertThat(silent.getInputStream().read()).as("a ping").isEqualTo(0x89);
        }
    }

    @Test
    void drainIsHowLongThatPeersWhoDoNotAnswerDelayTheEnd() throws Exception {
        try (Program service = Program.listening("--no-web", "--drain", "100ms");
                Socket silent = new Socket("localhost", service.uri().getPort())) {
            upgrade(silent);
            service.kill("TERM");
            assertThat(service.awaitExit()).isEqualTo(143);
        }
    }

    /** Makes a peer of a socket that answers nothing. */
    private static void upgrade(Socket socket) throws Exception {
        socket.getOutputStream().write(("GET / HTTP/1.1\r\nHost: localhost\r\n"
                + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        assertThat(head).startsWith("HTTP/1.1 101");
    }
}
