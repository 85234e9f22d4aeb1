package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.QuietLog;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.tyrus.http.RequestHeadParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is no HTTP, or not quite: a clear answer, no 500, no line in the log, and others do not notice (RFC 9112). */
@ExtendWith(QuietLog.class)
class MalformedRequestTest {

    private static final String HOST = "Host: 127.0.0.1\r\n";
    private static final String GET = "GET / HTTP/1.1\r\n" + HOST;

    @TempDir
    static Path folder;

    private static BroadcastServer server;
    private static BroadcastServer withPages;

    @BeforeAll
    static void start() {
        server = Wire.PLAIN.server().handshakeTimeout(Duration.ofMinutes(5)).start();
        int port = FreePort.find();
        withPages = Wire.PLAIN.server().port(port).pagePort(port).pages(Pages.folder(folder))
                .handshakeTimeout(Duration.ofMinutes(5)).start();
    }

    @AfterAll
    static void stop() {
        server.close(Duration.ZERO);
        withPages.close(Duration.ZERO);
    }

    private static Arguments request(String what, int status, String request) {
        return Arguments.of(what, status, request);
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                request("a NUL", 400, "\0"),
                request("the beginning of a TLS handshake", 400,
                        "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003"),
                request("bytes above 127", 400, "\u00ff\u00fe\u00fd"),
                request("a method of brackets", 400, "(GET) / HTTP/1.1\r\n" + HOST + "\r\n"),
                request("a method that is endless", 400, "G".repeat(33)),
                request("a request line of a space", 400, " / HTTP/1.1\r\n" + HOST + "\r\n"),
                request("a request line without a version", 400, "GET /\r\n"),
                request("a request line of one word", 400, "GET\r\n\r\n"),
                request("a request line of four words", 400, "GET / HTTP/1.1 x\r\n" + HOST + "\r\n"),
                request("HTTP/1.2", 505, "GET / HTTP/1.2\r\n" + HOST + "\r\n"),
                request("the preface of HTTP/2", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                request("another protocol", 400, "GET / SPDY/3\r\n" + HOST + "\r\n"),
                request("a version in small letters", 400, "GET / http/1.1\r\n" + HOST + "\r\n"),
                request("a target without a slash", 400, "GET live HTTP/1.1\r\n" + HOST + "\r\n"),
                request("a target with a fragment", 400, "GET /#x HTTP/1.1\r\n" + HOST + "\r\n"),
                request("a target with a NUL", 400, "GET /\0 HTTP/1.1\r\n" + HOST + "\r\n"),
                request("a query with a control character", 400, "GET /?\u0001 HTTP/1.1\r\n" + HOST + "\r\n"),
                request("a target that is a bad URI", 400, "GET http:// HTTP/1.1\r\n" + HOST + "\r\n"),
                request("a target that has a user", 400, "GET http://a@127.0.0.1/ HTTP/1.1\r\n" + HOST + "\r\n"),
                request("a tunnel", 400, "CONNECT 127.0.0.1:80 HTTP/1.1\r\n" + HOST + "\r\n"),
                request("no Host", 400, "GET / HTTP/1.1\r\n\r\n"),
                request("two Hosts", 400, GET + HOST + "\r\n"),
                request("a Host with a path", 400, "GET / HTTP/1.1\r\nHost: 127.0.0.1/x\r\n\r\n"),
                request("a Host with a user", 400, "GET / HTTP/1.1\r\nHost: a@127.0.0.1\r\n\r\n"),
                request("a Host with a port that is none", 400, "GET / HTTP/1.1\r\nHost: 127.0.0.1:65536\r\n\r\n"),
                request("a Host with brackets around no address", 400, "GET / HTTP/1.1\r\nHost: [::::]\r\n\r\n"),
                request("a Host with brackets around a name", 400, "GET / HTTP/1.1\r\nHost: [dead.beef]\r\n\r\n"),
                request("a target with brackets around no address", 400,
                        "GET http://[dead:beef]/ HTTP/1.1\r\n" + HOST + "\r\n"),
                request("a header without a colon", 400, GET + "nothing\r\nX: y\r\n\r\n"),
                request("a header without a name", 400, GET + ": y\r\n\r\n"),
                request("a space before the colon", 400, GET + "X : y\r\n\r\n"),
                request("a name with a space", 400, GET + "X Y: z\r\n\r\n"),
                request("a name that is not ASCII", 400, GET + "\u00e9: z\r\n\r\n"),
                request("a NUL in a value", 400, GET + "X: a\0b\r\n\r\n"),
                request("a bare CR in a value", 400, GET + "X: a\rb\r\n\r\n"),
                request("an escape in a value", 400, GET + "X: \u001b[31m\r\n\r\n"),
                request("a first header that is folded", 400, "GET / HTTP/1.1\r\n X: y\r\n" + HOST + "\r\n"),
                request("a value in too many lines", 400, GET + "X: y\r\n" + " \r\n".repeat(200) + "\r\n"),
                request("two lengths", 400, GET + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
                request("a length that is none", 400, GET + "Content-Length: ten\r\n\r\n"),
                request("a length below zero", 400, GET + "Content-Length: -1\r\n\r\n"),
                request("an endless length", 400, GET + "Content-Length: 99999999999999999999\r\n\r\n"),
                request("a length and chunks", 400,
                        GET + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                request("a transfer coding that is not spoken", 501, GET + "Transfer-Encoding: gzip, chunked\r\n\r\n"),
                request("a request line that is too long", 414, "GET /" + "x".repeat(17_000) + " HTTP/1.1\r\n"),
                request("a request line that is too long, and never ends", 414, "GET /" + "x".repeat(16_400)),
                request("a query that is too long", 414, "GET /?" + "x".repeat(17_000) + " HTTP/1.1\r\n"),
                request("a header that is too long", 431, GET + "X: " + "y".repeat(17_000) + "\r\n\r\n"),
                request("a header that is too long, and never ends", 431, GET + "X: " + "y".repeat(16_400)),
                request("a name that is too long", 431, GET + "x".repeat(17_000)),
                request("too many headers", 431, GET + "X: y\r\n".repeat(101) + "\r\n"),
                request("a hundred kilobytes of headers", 431, GET + ("X: " + "y".repeat(1_000) + "\r\n").repeat(100)
                        + "\r\n"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("requests")
    void onTheWebSocketPortIsRefusedWith(String what, int status, String request) throws Exception {
        long before = server.hub().stats().refusals(RefusalCause.HANDSHAKE);
        refuses(server, status, request);
        assertThat(server.hub().stats().refusals(RefusalCause.HANDSHAKE)).isEqualTo(before + 1);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("requests")
    void onAPortWithPagesIsRefusedWith(String what, int status, String request) throws Exception {
        refuses(withPages, status, request);
    }

    private static void refuses(BroadcastServer to, int status, String request) throws Exception {
        try (RawClient peer = RawClient.connect(to.port())) {
            String answer = peer.ask(request);
            assertThat(answer).startsWith("HTTP/1.1 " + status + " ").contains("Connection: close\r\n", "nosniff");
            assertThat(peer.readBody()).matches("[A-Z][^\n]*\\.\n").doesNotContain("xception");
            assertThat(peer.readsEnd()).isTrue();
        }
        try (RawClient peer = Wire.PLAIN.open(to)) {
            peer.sendText("undisturbed");
            assertThat(peer.readText()).isEqualTo("undisturbed");
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("requests")
    void isRefusedAlsoWhenItComesBitByBit(String what, int status, String request) throws Exception {
        byte[] bytes = request.getBytes(StandardCharsets.ISO_8859_1);
        int step = Math.max(1, bytes.length / 40);
        try (RawClient peer = RawClient.connect(server.port())) {
            for (int i = 0; i < bytes.length; i += step) {
                try {
                    peer.send(java.util.Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + step)));
                } catch (java.net.SocketException e) {
                    break; // refused before it was complete, and cut after that
                }
            }
            assertThat(peer.readHead()).startsWith("HTTP/1.1 " + status + " ");
        }
    }

    static Stream<Arguments> oddities() {
        String good = RawClient.handshake("/");
        return Stream.of(
                request("empty lines before the request", 101, "\r\n\r\n\n" + good),
                request("lines that end with LF alone", 101, good.replace("\r\n", "\n")),
                request("tabs around a value", 101, good.replace("Host: 127.0.0.1", "Host:\t127.0.0.1\t")),
                request("an absolute URI, whose host counts (RFC 9112 section 3.2.2)", 101,
                        good.replace("GET /", "GET http://127.0.0.1/")),
                request("an absolute URI without a path", 101, good.replace("GET / ", "GET http://127.0.0.1 ")),
                request("a folded value", 101, good.replace("Upgrade: websocket", "Upgrade:\r\n websocket")),
                request("a value that is not ASCII", 101, good.replace("\r\n\r\n", "\r\nX: \u00e9\r\n\r\n")),
                request("a Host with an empty port", 101, good.replace("Host: 127.0.0.1", "Host: 127.0.0.1:")),
                request("a Host with an underscore", 101, good.replace("Host: 127.0.0.1", "Host: my_host:5000")),
                request("an asterisk", 400, good.replace("GET /", "GET *")),
                request("a percent sign alone", 400, good.replace("GET /", "GET /%")),
                request("a percent sign and letters", 400, good.replace("GET /", "GET /%zz")),
                request("a path that is not ASCII", 400, good.replace("GET /", "GET /\u00e9")),
                request("a query that is not ASCII", 400, good.replace("GET /", "GET /?\u00e9")),
                request("an overlong encoding of a dot", 101, good.replace("GET /", "GET /%c0%ae")),
                request("subprotocols that are no tokens", 400,
                        good.replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: a b\r\n\r\n")),
                request("a page on the WebSocket port", 426, GET + "\r\n"),
                request("a HEAD", 426, "HEAD / HTTP/1.1\r\n" + HOST + "\r\n"),
                request("an OPTIONS about the server", 426, "OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n"),
                request("an unknown method", 426, "BREW / HTTP/1.1\r\n" + HOST + "\r\n"),
                request("HTTP/1.0 without a Host", 426, "GET / HTTP/1.0\r\n\r\n"),
                request("a form", 426, "POST / HTTP/1.1\r\n" + HOST + "Content-Length: 3\r\n\r\na=b"),
                request("chunks", 426,
                        "POST / HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"),
                request("an expectation", 426, "POST / HTTP/1.1\r\n" + HOST
                        + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n"),
                request("two requests at once", 426, GET + "\r\n" + GET + "\r\n"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("oddities")
    void whatIsOddButInOrderIsUnderstood(String what, int status, String request) throws Exception {
        try (RawClient peer = RawClient.connect(server.port())) {
            assertThat(peer.ask(request)).startsWith("HTTP/1.1 " + status + " ");
            if (status == 101) {
                peer.sendText("in");
                assertThat(peer.readText()).isEqualTo("in");
            } else {
                assertThat(peer.readsEnd()).isTrue();
            }
        }
    }

    @Test
    void aHeadOfThePortIsAnsweredWithoutABody() throws Exception {
        try (RawClient peer = RawClient.connect(server.port())) {
            assertThat(peer.ask("HEAD / HTTP/1.1\r\n" + HOST + "\r\n")).startsWith("HTTP/1.1 426 ");
            assertThat(peer.readAll()).isEmpty();
        }
    }

    @Test
    void theLargestRequestThatIsAllowedPasses() throws Exception {
        String good = RawClient.handshake("/");
        String filled = good.replace("\r\n\r\n",
                "\r\nX: " + "y".repeat(RequestHeadParser.MAX_HEAD_BYTES - good.length() - 6) + "\r\n\r\n");
        assertThat(filled).hasSize(RequestHeadParser.MAX_HEAD_BYTES - 1);
        try (RawClient peer = RawClient.connect(server.port())) {
            assertThat(peer.ask(filled)).startsWith("HTTP/1.1 101 ");
        }
        String many = good.replace("\r\n\r\n", "\r\n" + "X: y\r\n".repeat(RequestHeadParser.MAX_HEADERS - 5) + "\r\n");
        try (RawClient peer = RawClient.connect(server.port())) {
            assertThat(peer.ask(many)).startsWith("HTTP/1.1 101 ");
        }
    }

    @Test
    void anAnswerIsReadableAlsoByAClientThatSendsAMegabyteOfHeaders() throws Exception {
        try (RawClient peer = RawClient.connect(server.port())) {
            peer.sendAll((GET + "X: " + "y".repeat(1 << 20)).getBytes(StandardCharsets.ISO_8859_1));
            assertThat(peer.readHead()).startsWith("HTTP/1.1 431 ");
            assertThat(peer.readBody()).contains("16384");
        }
    }

    @Test
    void theSecondRequestOfAConnectionIsCheckedAsTheFirst() throws Exception {
        try (RawClient peer = RawClient.connect(withPages.port())) {
            assertThat(peer.ask(GET + "\r\n")).startsWith("HTTP/1.1 404 ");
            peer.readBody();
            assertThat(peer.ask(GET + "X: " + "y".repeat(17_000))).startsWith("HTTP/1.1 431 ");
            assertThat(peer.readsEnd()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void whoSpeaksAnotherLanguageThanThePortIsCutAndNobodyElseNotices(Wire wire) throws Exception {
        Wire other = wire == Wire.PLAIN ? Wire.TLS : Wire.PLAIN;
        try (BroadcastServer own = wire.server().handshakeTimeout(Duration.ofMinutes(5)).start();
                RawClient good = wire.open(own)) {
            try (RawClient wrong = other.connect(own)) {
                wrong.send(RawClient.handshake("/").getBytes(StandardCharsets.ISO_8859_1));
                assertThat(wrong.readsEnd()).isTrue();
            } catch (javax.net.ssl.SSLException e) {
                assertThat(wire).as("a TLS client that is answered in the clear: %s", e).isEqualTo(Wire.PLAIN);
            }
            good.sendText("undisturbed");
            assertThat(good.readText()).isEqualTo("undisturbed");
        }
    }
}
