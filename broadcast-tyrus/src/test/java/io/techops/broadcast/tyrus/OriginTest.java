package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.RawClient;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginTest {

    private static BroadcastServer server;
    private static BroadcastServer listing;

    @BeforeAll
    static void start() {
        server = Wire.PLAIN.server().start();
        listing = Wire.PLAIN.server().allowOrigin("https://app.example.org").allowOrigin("http://other.example:8080")
                .allowOrigin("null").allowOrigin("file://").allowOrigin("qrc://").allowOrigin("app://.")
                .allowOrigin("capacitor://localhost").allowOrigin("CHROME-extension://ABCdef")
                .allowOrigin("ionic://localhost:8100").start();
    }

    @AfterAll
    static void stop() {
        server.close(Duration.ZERO);
        listing.close(Duration.ZERO);
    }

    private static String answer(BroadcastServer to, String host, String origin) throws Exception {
        try (RawClient peer = RawClient.connect(to.port())) {
            return peer.ask(RawClient.handshake("/").replace("Host: 127.0.0.1", "Host: " + host)
                    .replace("\r\n\r\n", "\r\nOrigin: " + origin + "\r\n\r\n")).substring(9, 12);
        }
    }

    @ParameterizedTest(name = "a page of {1} to {0}: {2}")
    @CsvSource({
        "127.0.0.1:5000, http://127.0.0.1:8000, 101",
        "127.0.0.1:5000, https://127.0.0.1, 101",
        "127.0.0.1, http://127.0.0.1:5000, 101",
        "live.example.org, http://live.example.org, 101",
        "live.example.org:5000, http://LIVE.example.ORG:8000, 101",
        "[::1]:5000, http://[::1]:8000, 101",
        "[::1]:5000, http://[::2]:8000, 403",
        "live.example.org, http://evil.example.org, 403",
        "live.example.org, http://live.example.org.evil.com, 403",
        "live.example.org, http://evil-live.example.org, 403",
        "live.example.org, http://live.example.or, 403",
        "live.example.org, http://live.example.org@evil.com, 403",
        "live.example.org, http://evil.com/live.example.org, 403",
        "live.example.org, http://evil.com#live.example.org, 403",
        "live.example.org, http://evil.com?live.example.org, 403",
        "live.example.org, http://live.example.org/, 403",
        "live.example.org, live.example.org, 403",
        "live.example.org, null, 403",
        "live.example.org, file://, 403",
        "live.example.org, *, 403",
        "live.example.org, http://, 403",
        "live.example.org, 'http://live.example.org:', 403",
        "live.example.org, http://live.example.org:65536, 403",
        "live.example.org, http://live.example.org:80x, 403",
        "live.example.org, http://live.example.org., 403",
        "live.example.org., http://live.example.org.:8000, 101",
        "live.example.org, http://live.example.org%2eevil.com, 403",
        "live.example.org, http://live.example.org\\@evil.com, 403",
        "live.example.org, http://live.example.org evil.com, 403",
        "live.example.org, 'http://live.example.org, http://evil.com', 403",
        "live.example.org, ftp://live.example.org, 403",
        "live.example.org, chrome-extension://live.example.org, 403",
        "live.example.org, http:live.example.org, 403",
        "live.example.org, NULL, 403",
        "xn--bcher-kva.example, https://xn--bcher-kva.example:8443, 101",
        "xn--bcher-kva.example, https://b\u00fccher.example, 403",
        "my_host:5000, http://my_host:8000, 101",
        "[2001:DB8::1], http://[2001:db8::1], 101",
        "127.0.0.1, http://0x7f.1, 403",
        "'127.0.0.1:', http://127.0.0.1, 101",
    })
    void onlyPagesOfTheSameHostMayConnect(String host, String origin, String status) throws Exception {
        assertThat(answer(server, host, origin)).isEqualTo(status);
    }

    @ParameterizedTest(name = "a page of {0}: {1}")
    @CsvSource({
        "https://app.example.org, 101",
        "https://APP.example.org:443, 101",
        "http://app.example.org, 403",
        "https://app.example.org:8443, 403",
        "https://app.example.org.evil.com, 403",
        "http://other.example:8080, 101",
        "http://other.example, 403",
        "http://127.0.0.1:8000, 101",
        "null, 101",
        "https://evil.example, 403",
        "file://, 101",
        "FILE://, 101",
        "file:///, 403",
        "file://localhost, 403",
        "xfile://, 403",
        "qrc://, 101",
        "qrc:, 403",
        "app://., 101",
        "app://, 403",
        "capacitor://localhost, 101",
        "capacitor://127.0.0.1, 403",
        "chrome-extension://abcdef, 101",
        "chrome-extension://abcdeg, 403",
        "ionic://localhost:8100, 101",
        "ionic://localhost, 403",
        "http://, 403",
        "://, 403",
    })
    void andPagesOfTheOriginsListed(String origin, String status) throws Exception {
        assertThat(answer(listing, "127.0.0.1", origin)).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://", "https://", "HTTP://", "file:", "file:/", "file:///", "://", "://x", "file://a/",
        "app://a b", "app://a:", "app://a:65536", "1app://a", "NULL", "**", ""})
    void whatNoProgramSendsCannotBeListed(String origin) {
        assertThatIllegalArgumentException().isThrownBy(() -> BroadcastServer.builder().allowOrigin(origin))
                .withMessageStartingWith("origin must be ").withMessageEndingWith(": " + origin);
    }

    @Test
    void aStarListsAll() throws Exception {
        try (BroadcastServer open = Wire.PLAIN.server().allowOrigin("*").start()) {
            assertThat(answer(open, "127.0.0.1", "https://anything.example")).isEqualTo("101");
            assertThat(answer(open, "127.0.0.1", "null")).isEqualTo("101");
        }
    }

    @Test
    void anEmptyOriginIsNone() throws Exception {
        assertThat(answer(listing, "127.0.0.1", "")).isEqualTo("403");
    }

    @Test
    void twoOriginsAreNone() throws Exception {
        assertThat(answer(listing, "127.0.0.1", "null\r\nOrigin: http://127.0.0.1")).isEqualTo("403");
    }

    @Test
    void theJdkClientWhichSendsNoOriginMayConnect() throws Exception {
        try (JdkClient peer = JdkClient.open(server.uri())) {
            assertThat(peer.send("hi").next()).isEqualTo("hi");
        }
    }
}
