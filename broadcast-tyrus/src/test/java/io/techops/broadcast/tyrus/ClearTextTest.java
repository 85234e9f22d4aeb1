package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Tls;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ports with TLS, and clients that do not speak it. */
class ClearTextTest {

    private static final String SENTENCE = "This port speaks TLS: the URL begins with wss or https.\n";

    @TempDir
    private Path site;
    private BroadcastServer server;

    @BeforeEach
    void start() {
        start(Duration.ofMinutes(5));
    }

    private void start(Duration handshakeTimeout) {
        server = Wire.TLS.server().pages(Pages.folder(site)).pagePort(0).handshakeTimeout(handshakeTimeout).start();
    }

    @AfterEach
    void stop() {
        server.close(Duration.ZERO);
    }

    private Map<RefusalCause, Long> refusals() {
        return server.hub().stats().refusalsByCause();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "G", "HEA",
        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n\r\na=b", "PRI * HTTP/2.0\r\n\r\n",
        "get /"})
    void isToldOnBothPortsThatTheySpeakTls(String request) throws Exception {
        for (int port : new int[] {server.port(), server.pagePort()}) {
            try (RawClient peer = RawClient.connect(port)) {
                assertThat(peer.ask(request)).startsWith("HTTP/1.1 400 Bad Request\r\n")
                        .contains("Connection: close\r\n");
                assertThat(peer.readBody()).isEqualTo(SENTENCE);
                assertThat(peer.readsEnd()).isTrue();
            }
        }
        assertThat(refusals()).as("of the WebSocket port").isEqualTo(Map.of(RefusalCause.HANDSHAKE, 1L));
        Wire.TLS.open(server).close();
    }

    @Test
    void isToldWithoutABodyIfItAsksForNone() throws Exception {
        try (RawClient peer = RawClient.connect(server.port())) {
            assertThat(peer.ask("HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")).startsWith("HTTP/1.1 400 ");
            assertThat(peer.readAll()).isEmpty();
        }
    }

    /** {@return whether a request in the clear is answered, and not too late for a handshake} */
    private static boolean isHeard(RawClient peer) throws IOException {
        try {
            assertThat(peer.ask(RawClient.handshake("/"))).startsWith("HTTP/1.1 400 ");
            return true;
        } catch (EOFException | SocketException e) {
            return false;
        }
    }

    @Test
    void isReadOnForAMomentAndThenCutAndIsCountedOnce() throws Exception {
        stop();
        start(Duration.ofMillis(900)); // less than that moment
        long late = 0;
        RawClient heard = RawClient.connect(server.port());
        while (!isHeard(heard)) { // this machine has much else to do
            late++;
            heard.close();
            heard = RawClient.connect(server.port());
        }
        try (RawClient peer = heard) {
            byte[] more = new byte[1_000];
            assertThatThrownBy(() -> {
                while (true) { // the sockets hold a few MB at most
                    peer.send(more);
                }
            }).isInstanceOf(IOException.class);
            assertThat(new String(peer.readAll(), StandardCharsets.UTF_8)).isIn(SENTENCE, "");
        }
        try (RawClient silent = RawClient.connect(server.port())) {
            assertThat(silent.readAll()).as("the time of a handshake that does not come").isEmpty();
        }
        assertThat(refusals()).isEqualTo(Map.of(RefusalCause.HANDSHAKE, 1L, RefusalCause.TIMEOUT, 1 + late));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x0A, 0x14, 0x17, 0x80, 0xFF})
    void isCutIfItSpeaksNeither(int first) throws Exception {
        try (RawClient peer = RawClient.connect(server.port())) {
            peer.send(new byte[] {(byte) first, 'G', 'E', 'T', ' ', '/', '\r', '\n', '\r', '\n'});
            assertThat(new String(peer.readAll(), StandardCharsets.ISO_8859_1)).doesNotContain("HTTP");
        }
    }

    /** The name of the host is sent letter by letter, and there is time to read each. */
    @Test
    void isNotSeenInTheMidstOfAHandshakeThatComesBitByBit() throws Exception {
        String name = "letters-and-letters.example";
        SSLEngine client = Tls.context().createSSLEngine(name, server.port());
        client.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
        client.wrap(ByteBuffer.allocate(0), hello);
        byte[] bytes = new byte[hello.flip().remaining()];
        hello.get(bytes);
        int from = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(name);
        assertThat(from).as("where the name is").isPositive();
        try (RawClient peer = RawClient.connect(server.port()); RawClient other = Wire.TLS.open(server)) {
            int to = from + name.length();
            peer.send(Arrays.copyOf(bytes, from));
            for (int i = from; i < to; i++) {
                other.sendText("there");
                assertThat(other.readText()).isEqualTo("there");
                peer.send(Arrays.copyOfRange(bytes, i, i + 1));
            }
            peer.send(Arrays.copyOfRange(bytes, to, bytes.length));
            assertThat(peer.readBytes(1)).as("a record of a TLS handshake").containsExactly(0x16);
        }
        assertThat(refusals()).isEmpty();
    }
}
