package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.PageServer.header;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client that has the page already is answered. */
class PageConditionsTest {

    private static final String DATE = "Sun, 06 Nov 1994 08:49:37 GMT";

    @TempDir
    Path root;
    private Path file;
    private PageServer server;

    @BeforeEach
    void start() throws Exception {
        file = Files.writeString(root.resolve("page.txt"), "0123456789");
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("1994-11-06T08:49:37.750Z")));
        server = PageServer.of(Pages.folder(root));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String tag() throws Exception {
        String tag = header(server.get("/page.txt"), "etag");
        assertThat(tag).matches("\"[!-~&&[^\"]]+\"");
        return tag;
    }

    private int status(String... headers) throws Exception {
        return server.get("/page.txt", headers).statusCode();
    }

    @Nested
    class ATag {

        @Test
        void isTheSameForTheSameBytesAndAnotherForOthers() throws Exception {
            String before = tag();
            assertThat(tag()).isEqualTo(before);
            Files.writeString(file, "012345678X");
            Files.setLastModifiedTime(file, FileTime.from(Instant.parse("1994-11-06T08:49:37.750Z")));
            assertThat(tag()).isNotEqualTo(before);
        }

        @ParameterizedTest
        @ValueSource(strings = {"%s", "W/%s", "\"a\", %s", "%s, \"a\"", "W/\"a\",W/%s,\"b\"", "\"a\",,  %s ,", "*",
            " * ",
            "\"with, comma\", %s"})
        void thatIsListedIsAnsweredWith304(String list) throws Exception {
            String tag = tag();
            HttpResponse<String> response = server.get("/page.txt", "If-None-Match", list.formatted(tag));
            assertThat(response.statusCode()).isEqualTo(304);
            assertThat(response.body()).isEmpty();
            assertThat(header(response, "etag")).isEqualTo(tag);
            assertThat(header(response, "last-modified")).isEqualTo(DATE);
        }

        @ParameterizedTest
        @ValueSource(strings = {"\"a\"", "W/\"a\", \"b\"", "", "\"\"", "**", "\"*\"", "nonsense", "\"unfinished"})
        void thatIsNotListedIsAnsweredWithThePage(String list) throws Exception {
            assertThat(status("If-None-Match", list)).isEqualTo(200);
        }

        @Test
        void withoutItsQuotesIsNone() throws Exception {
            assertThat(status("If-None-Match", tag().replace("\"", ""))).isEqualTo(200);
        }

        @Test
        void mayComeInTheSecondOfTwoHeaders() throws Exception {
            assertThat(status("If-None-Match", "\"a\"", "If-None-Match", tag())).isEqualTo(304);
        }

        @Test
        void countsForHeadToo() throws Exception {
            assertThat(server.ask("HEAD", "/page.txt", "If-None-Match", tag()).statusCode()).isEqualTo(304);
        }

        @Test
        void ofAPageThatIsMissingDoesNotMatter() throws Exception {
            assertThat(server.get("/missing", "If-None-Match", "*").statusCode()).isEqualTo(404);
        }

        @Test
        void isAnsweredBeforeTheRangeIsLookedAt() throws Exception {
            assertThat(status("If-None-Match", tag(), "Range", "bytes=99-")).isEqualTo(304);
        }

        @Test
        void leavesNoBodyOnAConnectionThatGoesOn() throws Exception {
            String head = "GET /page.txt HTTP/1.1\r\nHost: x\r\n";
            PageServer.Answer answer = server.rawly(
                    head + "If-None-Match: *\r\n\r\n" + head + "Connection: close\r\n\r\n");
            assertThat(answer.status()).isEqualTo(304);
            assertThat(answer.text()).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n0123456789");
        }
    }

    @Nested
    class ADate {

        @ParameterizedTest
        @CsvSource(delimiter = '|', value = {
            "Sun, 06 Nov 1994 08:49:37 GMT | 304", "Sun, 06 Nov 1994 08:49:38 GMT | 304",
            "Sun, 06 Nov 1994 08:49:36 GMT | 200", "Sat, 05 Nov 1994 23:59:59 GMT | 200",
            "Sun, 07 Nov 2094 08:49:37 GMT | 304", "Mon, 06 Nov 1994 08:49:37 GMT | 200",
            "yesterday | 200", "0 | 200", "'' | 200",
            "Sunday, 06-Nov-94 08:49:37 GMT | 304", "Sunday, 06-Nov-94 08:49:36 GMT | 200",
            "Sun Nov  6 08:49:37 1994 | 304", "Sun Nov  6 08:49:36 1994 | 200", "Mon Nov  6 08:49:37 1994 | 200",
        })
        void decidesIfThereIsNoTag(String since, int status) throws Exception {
            assertThat(status("If-Modified-Since", since)).isEqualTo(status);
        }

        @Test
        void isNotLookedAtBesideATag() throws Exception {
            assertThat(status("If-None-Match", "\"a\"", "If-Modified-Since", DATE)).isEqualTo(200);
            assertThat(status("If-None-Match", tag(), "If-Modified-Since", "Sat, 05 Nov 1994 00:00:00 GMT"))
                    .isEqualTo(304);
        }

        @Test
        void isNotVouchedForRightAfterAChange() throws Exception {
            Instant changed;
            HttpResponse<String> response;
            do { // until this machine comes to it before another change would be seen
                changed = Instant.now();
                Files.setLastModifiedTime(file, FileTime.from(changed));
                response = server.get("/page.txt", "If-Modified-Since", "Fri, 31 Dec 2100 00:00:00 GMT");
            } while (changed.plusSeconds(1).isBefore(Instant.now()));
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("last-modified")).isEmpty();
        }

        @Test
        void ofTheFutureIsNotVouchedFor() throws Exception {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(86_400)));
            assertThat(server.get("/page.txt").headers().firstValue("last-modified")).isEmpty();
        }
    }

    /** What only the page that the client means is given to (RFC 9110, sections 13.1.1 and 13.1.4). */
    @Nested
    class APrecondition {

        @ParameterizedTest
        @ValueSource(strings = {"%s", "\"a\", %s", "*", "\"a\",,  %s ,"})
        void thatIsTrueIsAnsweredWithThePage(String list) throws Exception {
            assertThat(status("If-Match", list.formatted(tag()))).isEqualTo(200);
            assertThat(status("If-Match", list.formatted(tag()), "Range", "bytes=1-2")).isEqualTo(206);
        }

        @ParameterizedTest
        @ValueSource(strings = {"\"a\"", "W/%s", "\"a\", W/%s", "", "nonsense"})
        void thatIsFalseIsAnsweredWithNothingOfThePage(String list) throws Exception {
            for (String range : new String[] {"bytes=1-2", "bytes=99-", "nonsense"}) {
                HttpResponse<String> response =
                        server.get("/page.txt", "If-Match", list.formatted(tag()), "Range", range);
                assertThat(response.statusCode()).isEqualTo(412);
                assertThat(response.body()).isEqualTo("Precondition Failed\n");
            }
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', value = {
            "Sun, 06 Nov 1994 08:49:37 GMT | 206", "Sun, 07 Nov 2094 08:49:37 GMT | 206",
            "Sun, 06 Nov 1994 08:49:36 GMT | 412", "Sunday, 06-Nov-94 08:49:36 GMT | 412", "yesterday | 206",
        })
        void byADateDecidesIfThereIsNoTag(String since, int status) throws Exception {
            assertThat(status("If-Unmodified-Since", since, "Range", "bytes=1-2")).isEqualTo(status);
            assertThat(status("If-Unmodified-Since", since, "If-Match", tag())).isEqualTo(200);
        }

        @Test
        void comesBeforeTheQuestionWhetherTheClientHasThePage() throws Exception {
            assertThat(status("If-Match", tag(), "If-None-Match", tag())).isEqualTo(304);
            assertThat(status("If-Match", "\"a\"", "If-None-Match", tag())).isEqualTo(412);
        }

        @Test
        void ofAPageThatIsMissingDoesNotMatter() throws Exception {
            assertThat(server.get("/missing", "If-Match", "*").statusCode()).isEqualTo(404);
        }

        @Test
        void countsForHeadToo() throws Exception {
            assertThat(server.ask("HEAD", "/page.txt", "If-Match", "\"a\"").statusCode()).isEqualTo(412);
        }
    }

    @Nested
    class ARange {

        @ParameterizedTest
        @CsvSource(delimiter = '|', value = {
            "bytes=0-0 | 0 | 0-0", "bytes=2-4 | 234 | 2-4", "bytes=7- | 789 | 7-9", "bytes=-3 | 789 | 7-9",
            "bytes=0- | 0123456789 | 0-9", "bytes=5-99 | 56789 | 5-9", "bytes=-99 | 0123456789 | 0-9",
            "BYTES= 2-4 | 234 | 2-4",
        })
        void isAnsweredWithItsBytes(String range, String body, String bytes) throws Exception {
            HttpResponse<String> response = server.get("/page.txt", "Range", range);
            assertThat(response.statusCode()).isEqualTo(206);
            assertThat(response.body()).isEqualTo(body);
            assertThat(header(response, "content-range")).isEqualTo("bytes " + bytes + "/10");
            assertThat(header(response, "content-length")).isEqualTo(Integer.toString(body.length()));
            assertThat(header(response, "content-type")).isEqualToIgnoringCase("text/plain; charset=utf-8");
            assertThat(header(response, "etag")).isEqualTo(tag());
        }

        @ParameterizedTest
        @ValueSource(strings = {"bytes=10-", "bytes=10-20", "bytes=999999999999999999-", "bytes=-0"})
        void beyondTheEndIsAnsweredWithTheLength(String range) throws Exception {
            HttpResponse<String> response = server.get("/page.txt", "Range", range);
            assertThat(response.statusCode()).isEqualTo(416);
            assertThat(header(response, "content-range")).isEqualTo("bytes */10");
            assertThat(response.body()).doesNotContain("0123");
        }

        @ParameterizedTest
        @ValueSource(strings = {"bytes=4-2", "bytes=0-1,3-4", "bytes=-", "bytes=", "bytes=x-y", "lines=1-2",
            "bytes=--1", "",
            "bytes=9999999999999999999999-", "bytes=0-9999999999999999999999", "bytes 0-1", "bytes=+1-2"})
        void thatWeDoNotServeIsAnsweredWithTheWholePage(String range) throws Exception {
            HttpResponse<String> response = server.get("/page.txt", "Range", range);
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("0123456789");
            assertThat(response.headers().firstValue("content-range")).isEmpty();
        }

        @Test
        void ofAnEmptyPageCannotBeServed() throws Exception {
            Files.writeString(file, "");
            assertThat(status("Range", "bytes=0-")).isEqualTo(416);
        }

        @Test
        void isServedIfThePageIsStillTheOneItBelongsTo() throws Exception {
            assertThat(status("Range", "bytes=1-2", "If-Range", tag())).isEqualTo(206);
            assertThat(status("Range", "bytes=1-2", "If-Range", DATE)).isEqualTo(206);
        }

        @ParameterizedTest
        @MethodSource("io.techops.broadcast.tyrus.PageConditionsTest#otherPages")
        void ofAnotherPageIsAnsweredWithTheWholePage(String other) throws Exception {
            assertThat(status("Range", "bytes=1-2", "If-Range", other.formatted(tag()))).isEqualTo(200);
        }
    }

    /** A weak tag and a later date do not name the same bytes (RFC 9110, section 13.1.5). */
    static String[] otherPages() {
        return new String[] {"\"a\"", "W/%s", "Sun, 06 Nov 1994 08:49:36 GMT", "Sun, 06 Nov 1994 08:49:38 GMT",
            "nonsense"};
    }
}
