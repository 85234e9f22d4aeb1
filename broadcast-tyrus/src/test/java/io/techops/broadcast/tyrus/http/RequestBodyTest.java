package io.techops.broadcast.tyrus.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.tyrus.http.RequestBody.Progress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Where the body of a request ends, to the byte (RFC 9112 section 7.1). */
class RequestBodyTest {

    private static final String BEHIND = "HEAD / HTTP/1.1\r\n";

    /** {@return what comes of a body in pieces of a size; it must have taken all and nothing behind if it is done} */
    private static Progress skip(long length, String text, int size) {
        byte[] bytes = (text + BEHIND).getBytes(StandardCharsets.ISO_8859_1);
        RequestBody body = RequestBody.of(length);
        for (int at = 0; at < bytes.length; ) {
            ByteBuffer piece = ByteBuffer.wrap(bytes, at, Math.min(size, bytes.length - at));
            Progress progress = body.take(piece);
            at = piece.position();
            if (progress != Progress.MORE) {
                assertThat(progress == Progress.DONE && at != text.length()).as("%s bytes taken", at).isFalse();
                return progress;
            }
        }
        return Progress.MORE;
    }

    private static Progress ofPieces(String text) {
        Progress whole = skip(RequestHead.CHUNKED, text, 1 << 20);
        assertThat(skip(RequestHead.CHUNKED, text, 1)).isEqualTo(whole);
        assertThat(skip(RequestHead.CHUNKED, text, 3)).isEqualTo(whole);
        return whole;
    }

    static Stream<Arguments> chunks() {
        return Stream.of(
                Arguments.of("0~~", Progress.DONE),
                Arguments.of("1~Z~0~~", Progress.DONE),
                Arguments.of("1~Z~2~ab~0~~", Progress.DONE),
                Arguments.of("a~0123456789~0~~", Progress.DONE),
                Arguments.of("A~0123456789~00~~", Progress.DONE),
                Arguments.of("00000001~Z~0~~", Progress.DONE),
                Arguments.of("2~\r\n~0~~", Progress.DONE),
                Arguments.of("1;x~Z~0;y~~", Progress.DONE),
                Arguments.of("1;x=1;y=\"a;\\\"b\"~Z~0~~", Progress.DONE),
                Arguments.of("1 ; x = 1~Z~0~~", Progress.DONE),
                Arguments.of("1~Z~0~X: y~Z:~~", Progress.DONE),
                Arguments.of("1~ZAAAA~0~~", Progress.BROKEN),
                Arguments.of("1~Z~~~", Progress.BROKEN),
                Arguments.of("~~", Progress.BROKEN),
                Arguments.of("1 ~Z~0~~", Progress.BROKEN),
                Arguments.of(" 1~Z~0~~", Progress.BROKEN),
                Arguments.of("1\t~Z~0~~", Progress.BROKEN),
                Arguments.of("1\0~Z~0~~", Progress.BROKEN),
                Arguments.of("1\r~Z~0~~", Progress.BROKEN),
                Arguments.of("1\nZ\n0\n\n", Progress.BROKEN),
                Arguments.of("1~Z\n0~~", Progress.BROKEN),
                Arguments.of("1\nZ~0~~", Progress.BROKEN),
                Arguments.of("1x\nZ~0~~", Progress.BROKEN),
                Arguments.of("1~Zx\n0~~", Progress.BROKEN),
                Arguments.of("1~Z~0x\n~", Progress.BROKEN),
                Arguments.of("0~\n", Progress.BROKEN),
                Arguments.of("0\n~", Progress.BROKEN),
                Arguments.of("0x1~Z~0~~", Progress.BROKEN),
                Arguments.of("+1~Z~0~~", Progress.BROKEN),
                Arguments.of("-1~Z~0~~", Progress.BROKEN),
                Arguments.of("1_0~Z~0~~", Progress.BROKEN),
                Arguments.of("1,~Z~0~~", Progress.BROKEN),
                Arguments.of("g~Z~0~~", Progress.BROKEN),
                Arguments.of("100000001~Z~0~~", Progress.BROKEN),
                Arguments.of("FFFFFFFFFFFFFFFF~Z~0~~", Progress.BROKEN),
                Arguments.of("1;~Z~0~~", Progress.BROKEN),
                Arguments.of("1;=x~Z~0~~", Progress.BROKEN),
                Arguments.of("1;x=~Z~0~~", Progress.BROKEN),
                Arguments.of("1;x=\"~Z~0~~", Progress.BROKEN),
                Arguments.of("1;x y~Z~0~~", Progress.BROKEN),
                Arguments.of("0~no colon~~", Progress.BROKEN),
                Arguments.of("0~X : y~~", Progress.BROKEN),
                Arguments.of("0~ X: y~~", Progress.BROKEN),
                Arguments.of("0~X: \0~~", Progress.BROKEN));
    }

    /** A tilde is the end of a line. */
    @ParameterizedTest
    @MethodSource("chunks")
    void ofChunks(String text, Progress progress) {
        assertThat(ofPieces(text.replace("~", "\r\n"))).isEqualTo(progress);
    }

    @Test
    void ofALength() {
        for (int size : new int[] {1, 3, 100}) {
            assertThat(skip(5, "hello", size)).isEqualTo(Progress.DONE);
            assertThat(skip(RequestBody.MAX_BYTES, "x".repeat(RequestBody.MAX_BYTES), size)).isEqualTo(Progress.DONE);
        }
    }

    @Test
    void isNotWaitedForWithoutEnd() {
        assertThat(skip(RequestHead.CHUNKED, "ffff\r\n" + "x".repeat(1 << 17), 1000)).isEqualTo(Progress.BROKEN);
        assertThat(skip(RequestHead.CHUNKED, "1\r\nx\r\n".repeat(1 << 14), 1000)).isEqualTo(Progress.BROKEN);
        assertThat(skip(RequestHead.CHUNKED, "0\r\n" + "X: y\r\n".repeat(1 << 14), 1000)).isEqualTo(Progress.BROKEN);
        assertThat(skip(RequestHead.CHUNKED, "1;" + "x".repeat(5_000), 7)).isEqualTo(Progress.BROKEN);
    }

    @Test
    void hasALimitOfItsOwnForALineAndOneForAll() {
        assertThat(ofPieces("1;" + "x".repeat(1_000) + "\r\nZ\r\n0\r\n\r\n")).isEqualTo(Progress.DONE);
        assertThat(ofPieces("1;" + "x".repeat(2_000) + "\r\nZ\r\n0\r\n\r\n")).isEqualTo(Progress.BROKEN);
        for (int size : new int[] {1, 3, 1 << 20}) {
            String tooLong = "x".repeat(RequestBody.MAX_BYTES + 1);
            assertThat(skip(tooLong.length(), tooLong, size)).isEqualTo(Progress.BROKEN);
        }
    }
}
