package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.Program;
import io.techops.broadcast.testing.RawClient;
import org.junit.jupiter.api.Test;

/** The options that limit unknown peers. */
class OpenInternetIT {

    @Test
    void maxPeersAndMaxPeersPerAddressBoundWhoMayConnect() {
        try (Program service = Program.listening("--no-web", "--max-peers", "2", "--max-peers-per-address", "1",
                        "--trusted-proxy", "127.0.0.0/8", "--trusted-proxy", "::1");
                JdkClient one = JdkClient.openWith("X-Forwarded-For", "203.0.113.1", service.uri())) {
            assertThatThrownBy(() -> JdkClient.openWith("X-Forwarded-For", "203.0.113.1", service.uri()))
                    .hasStackTraceContaining("429");
            try (JdkClient two = JdkClient.openWith("X-Forwarded-For", "203.0.113.2", service.uri())) {
                assertThatThrownBy(() -> JdkClient.openWith("X-Forwarded-For", "203.0.113.3", service.uri()))
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
                JdkClient one = JdkClient.openWith("X-Real-IP", "203.0.113.1", service.uri())) {
            assertThatThrownBy(() -> JdkClient.openWith("X-Real-IP", "203.0.113.1", service.uri()))
                    .hasStackTraceContaining("429");
            JdkClient.openWith("X-Real-IP", "203.0.113.2", service.uri()).close();
            assertThat(one.isClosed()).isFalse();
        }
    }

    @Test
    void maxRateClosesAPeerThatSaysTooMuchWith1008() {
        try (Program service = Program.listening("--no-web", "--max-rate", "3/1h");
                JdkClient loud = JdkClient.open(service.uri());
                JdkClient quiet = JdkClient.open(service.uri())) {
            for (int i = 0; i < 4; i++) {
                loud.send("message " + i);
            }
            assertThat(loud.closed().code()).isEqualTo(1008);
            for (int i = 0; i < 3; i++) {
                assertThat(quiet.next()).isEqualTo("message " + i);
            }
            quiet.send("still here");
            assertThat(quiet.next()).isEqualTo("still here");
        }
    }

    @Test
    void handshakeTimeoutCutsAConnectionThatSendsNothing() throws Exception {
        try (Program service = Program.listening("--no-web", "--handshake-timeout", "300ms");
                RawClient silent = RawClient.connect(service.uri().getPort())) {
            assertThat(silent.readAll()).isEmpty();
        }
    }

    @Test
    void heartbeatIsHowSoonASilentPeerIsPinged() throws Exception {
        try (Program service = Program.listening("--no-web", "--heartbeat", "300ms");
                RawClient silent = RawClient.open(service.uri())) {
            assertThat(silent.read().opcode()).isEqualTo(RawClient.PING);
        }
    }

    @Test
    void drainIsHowLongThatPeersWhoDoNotAnswerDelayTheEnd() throws Exception {
        try (Program service = Program.listening("--no-web", "--drain", "100ms");
                RawClient silent = RawClient.open(service.uri())) {
            assertThat(silent.isCut()).isFalse();
            service.kill("TERM");
            assertThat(service.awaitExit()).isEqualTo(143);
        }
    }
}
