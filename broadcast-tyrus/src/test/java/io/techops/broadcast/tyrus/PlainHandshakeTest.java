package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken at the door is what Grizzly's parser and all checks behind it would have taken, word for word. */
class PlainHandshakeTest {

    private static final String FIREFOX = RawClient.handshake("/live?room=7&token=a.b-c~d").replace("\r\n\r\n",
            "\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
                    + "Accept: */*\r\nAccept-Language: en-US,en;q=0.5\r\nReferer: http://127.0.0.1:8000/\r\n"
                    + "Sec-WebSocket-Protocol: chat, mqtt\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"
                    + "Cookie: a=1; b=\"two\"\r\nPragma: no-cache\r\n\r\n")
            .replace("n: Upgrade", "n: keep-alive, Upgrade");
    /** What makes a difference to a parser. */
    private static final String MARKS = " \t\r\n:,;?#%/\"\\=@[](){}<>!*+-._~0aZ\0\u007F\u0080\u00FF";
    private static final int CASES = 4_000;

    /** Everything that comes to this server is asked of a policy, and so goes through Grizzly's parser. */
    private static BroadcastServer server;
    private static final BlockingQueue<HandshakeRequest> SEEN = new LinkedBlockingQueue<>();

    @BeforeAll
    static void start() {
        server = Wire.PLAIN.server().handshakePolicy(request -> {
            SEEN.add(request);
            return HandshakePolicy.Decision.accept();
        }).start();
    }

    @AfterAll
    static void stop() {
        server.close(Duration.ZERO);
    }

    private static PlainHandshake parse(String request) {
        byte[] bytes = request.getBytes(StandardCharsets.ISO_8859_1);
        return PlainHandshake.parse(bytes, bytes.length);
    }

    private static void assertSeenAlike(String request, PlainHandshake plain) throws Exception {
        try (RawClient client = RawClient.connect(server.port())) {
            assertThat(client.ask(request)).as(request).startsWith("HTTP/1.1 101 ");
        }
        HandshakeRequest seen = SEEN.poll(10, TimeUnit.SECONDS);
        assertThat(seen).as(request).isNotNull();
        assertThat(plain.path()).as(request).isEqualTo(seen.path());
        assertThat(plain.query()).as(request).isEqualTo(seen.query());
        assertThat(entries(plain.headers())).as(request).isEqualTo(entries(seen.headers()));
        assertThat(plain.host()).as(request).isEqualTo(Authority.parse(seen.header("Host")));
    }

    /** {@return the headers, their names in lower case, as Grizzly has them} */
    private static List<String> entries(Map<String, List<String>> headers) {
        List<String> entries = new ArrayList<>();
        headers.forEach((name, values) -> entries.add(name.toLowerCase(Locale.ROOT) + "=" + values));
        return entries;
    }

    @Test
    void whateverIsTakenIsTakenByTheChainAndSeenAlike() throws Exception {
        int taken = 0;
        for (int seed = 0; seed < CASES; seed++) {
            String request = mutated(seed % 2 == 0 ? FIREFOX : RawClient.handshake("/"), new Random(seed));
            PlainHandshake plain = parse(request);
            if (plain != null) {
                taken++;
                assertSeenAlike(request, plain);
            }
        }
        assertThat(taken).as("of which there are enough to mean something").isBetween(CASES / 10, CASES * 9 / 10);
    }

    /** {@return a request with one to three bytes, or lines, changed, left out, or put in} */
    private static String mutated(String request, Random random) {
        StringBuilder bytes = new StringBuilder(request);
        for (int changes = random.nextInt(3); changes >= 0; changes--) {
            int at = random.nextInt(bytes.length());
            char mark = MARKS.charAt(random.nextInt(MARKS.length()));
            switch (random.nextInt(5)) {
                case 0 -> bytes.setCharAt(at, mark);
                case 1 -> bytes.insert(at, mark);
                case 2 -> bytes.deleteCharAt(at);
                case 3 -> bytes.setCharAt(at, Character.toUpperCase(bytes.charAt(at)));
                default -> {
                    String[] lines = bytes.toString().split("(?<=\r\n)");
                    int line = 1 + random.nextInt(lines.length - 1);
                    bytes.insert(bytes.indexOf("\r\n") + 2, lines[Math.min(line, lines.length - 1)]);
                }
            }
        }
        return bytes.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/live", "/a/b/c.d", "/live?", "/live?a=b&c", "//x", "/live?a?b", "/live;x=1"})
    void theTargetIsPathAndQuery(String target) throws Exception {
        String request = RawClient.handshake(target);
        assertSeenAlike(request, parse(request));
    }

    @ParameterizedTest
    @CsvSource({"Host: 127.0.0.1, Host: [::1]:80", "Host: 127.0.0.1, host: example.org:5000",
            "Upgrade: websocket, UPGRADE: WebSocket", "Connection: Upgrade, connection: UPGRADE"})
    void namesAndTokensAreFoundWhateverTheirCase(String line, String other) throws Exception {
        String request = RawClient.handshake("/").replace(line, other);
        assertThat(request).contains(other);
        assertSeenAlike(request, parse(request));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 0", "Transfer-Encoding: chunked", "Expect: 100-continue", "Host: twice",
            "Sec-WebSocket-Version: 13", "Upgrade: websocket", "Connection: Upgrade", "X:y", "X: ", "X:  y", "X: y ",
            "X: a\tb", " folded", "X : y", ": y", "X: \u00E9", "Sec-WebSocket-Protocol: a b",
            "Sec-WebSocket-Key: " + RawClient.KEY})
    void aHeaderThatIsNotPlainIsLeftToTheChain(String header) {
        assertThat(parse(RawClient.handshake("/").replace("\r\n\r\n", "\r\n" + header + "\r\n\r\n"))).isNull();
    }

    @Test
    void whatIsNotWholeIsLeftToTheChain() {
        for (int length = 0; length < FIREFOX.length(); length++) {
            assertThat(parse(FIREFOX.substring(0, length))).isNull();
        }
        assertThat(parse(FIREFOX)).isNotNull();
        assertThat(parse(FIREFOX + "\u0081")).as("with a frame behind it").isNull();
    }

    @Test
    void asManyHeadersAreTakenAsTheChainTakes() throws Exception {
        StringBuilder more = new StringBuilder("\r\n");
        int has = RawClient.handshake("/").split("\r\n").length - 1;
        for (int i = has; i < RequestParser.MAX_HEADERS; i++) {
            more.append("X").append(i).append(": y\r\n");
        }
        String most = RawClient.handshake("/").replace("\r\n\r\n", more + "\r\n");
        assertSeenAlike(most, parse(most));
        assertThat(parse(most.replace("\r\n\r\n", "\r\nOne: more\r\n\r\n"))).isNull();
    }
}
