package io.techops.broadcast.tyrus.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.stream.HostAndPort;
import io.techops.broadcast.testing.RawClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request head means does not depend on the pieces in which it comes; what has two meanings is refused. */
public class RequestHeadParserTest {

    private static final String FIREFOX = RawClient.handshake("/live?room=7&token=a.b-c~d").replace("\r\n\r\n",
            "\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
                    + "Accept: */*\r\nAccept-Language: en-US,en;q=0.5\r\nReferer: http://127.0.0.1:8000/\r\n"
                    + "Sec-WebSocket-Protocol: chat, mqtt\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"
                    + "Cookie: a=1; b=\"two\"\r\nPragma: no-cache\r\n\r\n")
            .replace("n: Upgrade", "n: keep-alive, Upgrade");
    private static final String FORM = "POST http://host:80/?q HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
            + "Connection: TE\r\nConnection: close\r\nX: a\r\n b\r\n\r\nhello";
    /** What makes a difference to a parser. */
    private static final String MARKS = " \t\r\n:,;?#%/\"\\=@[](){}<>!*+-._~0aZ\0\u007F\u0080\u00FF";
    private static final int CASES = 20_000;

    /** What came of some bytes, and how many of them were taken. */
    private record Outcome(@Nullable HeadResult result, int taken) {
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Outcome whole(String request) {
        ByteBuffer piece = ByteBuffer.wrap(bytes(request));
        HeadResult result = new RequestHeadParser().parse(piece);
        return new Outcome(result, piece.position());
    }

    private static Outcome inPieces(String request, Random random) {
        byte[] bytes = bytes(request);
        RequestHeadParser parser = new RequestHeadParser();
        for (int at = 0; at < bytes.length; ) {
            int end = Math.min(bytes.length, at + 1 + random.nextInt(random.nextBoolean() ? 3 : 60));
            ByteBuffer piece = ByteBuffer.allocateDirect(end - at + 2).position(1).put(bytes, at, end - at).flip()
                    .position(1);
            HeadResult result = parser.parse(piece);
            if (result != null) {
                return new Outcome(result, at + piece.position() - 1);
            }
            assertThat(piece.hasRemaining()).isFalse();
            at = end;
        }
        return new Outcome(null, bytes.length);
    }

    private static RequestHead head(String request) {
        Outcome outcome = whole(request);
        assertThat(outcome.result()).as(request).isInstanceOf(RequestHead.class);
        return (RequestHead) outcome.result();
    }

    private static int status(String request) {
        Outcome outcome = whole(request);
        assertThat(outcome.result()).as(request).isInstanceOf(HttpRejection.class);
        return ((HttpRejection) outcome.result()).status();
    }

    @Test
    void whateverThePiecesTheOutcomeIsTheSame() {
        int heads = 0;
        int refusals = 0;
        for (int seed = 0; seed < CASES; seed++) {
            Random random = new Random(seed);
            String request = mutated(switch (seed % 3) {
                case 0 -> FIREFOX;
                case 1 -> FORM;
                default -> "\r\n" + RawClient.handshake("/");
            }, random);
            Outcome whole = whole(request);
            Outcome pieces = inPieces(request, random);
            assertThat(pieces.result() == null).as("seed %s", seed).isEqualTo(whole.result() == null);
            if (whole.result() instanceof RequestHead) {
                heads++;
                assertThat(pieces).as("seed %s", seed).isEqualTo(whole);
            } else if (whole.result() instanceof HttpRejection refusal) {
                refusals++; // perhaps sooner, at the first bytes
                assertThat(((HttpRejection) pieces.result()).status()).as("seed %s", seed).isEqualTo(refusal.status());
            }
        }
        assertThat(heads).as("of which there are enough to mean something").isGreaterThan(CASES / 10);
        assertThat(refusals).isGreaterThan(CASES / 10);
    }

    /** {@return a request with one to three bytes, or lines, changed, left out, or put in} */
    public static String mutated(String request, Random random) {
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
                    String[] lines = bytes.toString().split("(?<=\n)");
                    int line = random.nextInt(lines.length);
                    bytes.insert(Math.max(0, bytes.indexOf("\n") + 1), lines[line]);
                }
            }
        }
        return bytes.toString();
    }

    @ParameterizedTest
    @CsvSource({"/, /,", "/live, /live,", "/a/b/c.d, /a/b/c.d,", "/live?, /live, ''", "/live?a=b&c, /live, a=b&c",
        "//x, //x,", "/live?a?b, /live, a?b", "/live;x=1, /live;x=1,", "/%zz, /%zz,", "*, *,", "http://h, /,",
        "http://h?q, /, q", "HTTP://H:80/p?q, /p, q", "https://[::1]/p, /p,"})
    void theTargetIsPathAndQuery(String target, String path, String query) {
        RequestHead head = head("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(head.path()).isEqualTo(path);
        assertThat(head.query()).isEqualTo(query);
    }

    @Test
    void theHostOfAnAbsoluteTargetCounts() {
        assertThat(head("GET http://There:81/ HTTP/1.1\r\nHost: here\r\n\r\n").host())
                .isEqualTo(new HostAndPort("there", "81"));
        assertThat(head("GET / HTTP/1.1\r\nHost: here\r\n\r\n").host()).isEqualTo(new HostAndPort("here", ""));
        assertThat(head("GET / HTTP/1.0\r\n\r\n").host()).isNull();
    }

    @Test
    void headersAreFoundWhateverTheirCaseAndKeepTheirLines() {
        RequestHead head = head(FORM);
        assertThat(head.values("connection")).containsExactly("TE", "close");
        assertThat(head.first("CONNECTION")).isEqualTo("TE");
        assertThat(head.only("Connection")).isNull();
        assertThat(head.only("x")).isEqualTo("a b");
        assertThat(head.values("None")).isEmpty();
        assertThat(head.method()).isEqualTo("POST");
        assertThat(head.bodyLength()).isEqualTo(5);
        assertThat(whole(FORM).taken()).as("the body is left").isEqualTo(FORM.length() - "hello".length());
    }

    @ParameterizedTest(name = "{0}, {1}: {2}")
    @CsvSource(delimiter = '|', value = {
        "1.1 | X: y                                  | true",
        "1.1 | Connection: close                     | false",
        "1.1 | Connection: TE, close                 | false",
        "1.1 | Connection: close, TE                 | false",
        "1.1 | connection: a,,\tCLOSE ,b             | false",
        "1.1 | Connection: TE;Connection: close      | false",
        "1.1 | Connection: close;Connection: TE      | false",
        "1.1 | Connection: keep-alive, close         | false",
        "1.1 | Connection: closed, x-close           | true",
        "1.1 | Connection: keep-alive                | true",
        "1.0 | X: y                                  | false",
        "1.0 | Connection: keep-alive                | true",
        "1.0 | Connection: TE, Keep-Alive            | true",
        "1.0 | Connection: keep-alive, close         | false",
    })
    void connectionIsAList(String version, String lines, boolean keepsAlive) {
        RequestHead head = head("GET / HTTP/" + version + "\r\nHost: x\r\n" + lines.replace(";", "\r\n") + "\r\n\r\n");
        assertThat(head.keepsAlive()).isEqualTo(keepsAlive);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', value = {
        "Content-Length: 5;Content-Length: 5        | 400",
        "Content-Length: 5, 5                       | 400",
        "Content-Length: +5                         | 400",
        "Content-Length: 0x5                        | 400",
        "Content-Length:                            | 400",
        "Content-Length : 5                         | 400",
        "Content-Length: 5;Transfer-Encoding: chunked | 400",
        "Transfer-Encoding: chunked;Content-Length: 0 | 400",
        "Transfer-Encoding : chunked                | 400",
        "Transfer-Encoding: chunked, identity       | 501",
        "Transfer-Encoding: identity                | 501",
        "Transfer-Encoding: identity, chunked       | 501",
        "Transfer-Encoding: chunked;Transfer-Encoding: chunked | 501",
        "Transfer-Encoding: xchunked                | 501",
        "Transfer-Encoding: chunked\u000Bx          | 400",
        "Transfer-Encoding:                         | 501",
        "Transfer-Encoding: \"chunked\"             | 501",
        "Host: y                                    | 400",
    })
    void whatTwoCouldReadInTwoWaysIsRefused(String lines, int status) {
        assertThat(status("POST / HTTP/1.1\r\nHost: x\r\n" + lines.replace(";",
                "\r\n") + "\r\n\r\n")).isEqualTo(status);
    }

    @Test
    void aTransferCodingNeedsTheVersionThatHasIt() {
        assertThat(status("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n")).isEqualTo(400);
        assertThat(head("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: CHUNKED\r\n\r\n").bodyLength())
                .isEqualTo(RequestHead.CHUNKED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET\t/ HTTP/1.1", "GET / HTTP/1.1 ",
            "GET /\tHTTP/1.1",
        "GET / HTTP/1.1\r", "GET / HTTP/1.10", "GET / HTTP/01.1", "GET /\u000B HTTP/1.1", "GET ?q HTTP/1.1",
        "GET http:/x HTTP/1.1", "GET http://h#f HTTP/1.1", "GET *x HTTP/1.1", "GET h:80 HTTP/1.1", "GET /a#b HTTP/1.1",
        "GET http://h/a#b HTTP/1.1"})
    void aRequestLineThatIsNotInOrderIsRefused(String line) {
        assertThat(status(line + "\r\nHost: x\r\n\r\n")).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0016\u0003\u0001", "{", "GE\0", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG"})
    void bytesThatCannotBecomeARequestLineAreRefusedBeforeItsEnd(String begun) {
        assertThat(status(begun)).isEqualTo(400);
    }

    @Test
    void emptyLinesBeforeARequestAreBounded() {
        assertThat(head("\r\n\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n").path()).isEqualTo("/");
        assertThat(status("\r\n".repeat(RequestHeadParser.MAX_HEAD_BYTES))).isEqualTo(414);
    }

    @Test
    void aHeadIsAsLongAsItMayBeAndNotLonger() {
        for (int more : new int[] {0, 1}) {
            String start = "GET / HTTP/1.1\r\nHost: x\r\nX: ";
            String request = start + "y".repeat(RequestHeadParser.MAX_HEAD_BYTES + more - start.length() - 4)
                    + "\r\n\r\n";
            assertThat(whole(request).result() instanceof RequestHead).isEqualTo(more == 0);
            assertThat(inPieces(request, new Random(1)).result() instanceof RequestHead).isEqualTo(more == 0);
        }
        String noEnd = "GET / HTTP/1.1\r\nHost: x\r\nX: " + "y".repeat(RequestHeadParser.MAX_HEAD_BYTES);
        assertThat(status(noEnd.substring(0, RequestHeadParser.MAX_HEAD_BYTES))).as("before one byte more")
                .isEqualTo(431);
    }

    @Test
    void asManyHeadersAreTakenAsThereMayBe() {
        for (int count : new int[] {RequestHeadParser.MAX_HEADERS, RequestHeadParser.MAX_HEADERS + 1}) {
            List<String> lines = new ArrayList<>(List.of("GET / HTTP/1.1", "Host: x"));
            while (lines.size() <= count) {
                lines.add("X: y");
            }
            String request = String.join("\r\n", lines) + "\r\n\r\n";
            assertThat(whole(request).result() instanceof RequestHead)
                    .isEqualTo(count == RequestHeadParser.MAX_HEADERS);
            String folded = "GET / HTTP/1.1\r\nHost: x\r\nX: y" + "\r\n z".repeat(count - 2) + "\r\n\r\n";
            assertThat(whole(folded).result() instanceof RequestHead).as("folded lines count too")
                    .isEqualTo(count == RequestHeadParser.MAX_HEADERS);
        }
    }

    @Test
    void whatFollowsAHeadIsNotTouched() {
        String good = RawClient.handshake("/");
        assertThat(whole(good + "\u0081\u0085abcd").taken()).isEqualTo(good.length());
    }
}
