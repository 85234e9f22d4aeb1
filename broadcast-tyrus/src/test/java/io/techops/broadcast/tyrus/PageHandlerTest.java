package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.PageServer.header;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageHandlerTest {

    @TempDir
    Path root;
    private PageServer server;

    @BeforeEach
    void start() throws Exception {
        Files.writeString(root.resolve("index.html"), "<p>Grüße</p>");
        Files.createDirectories(root.resolve("docs/deep"));
        Files.writeString(root.resolve("docs/index.html"), "docs");
        Files.createDirectory(root.resolve("bare"));
        Files.writeString(root.resolve("bare/page.html"), "page");
        server = PageServer.of(Pages.folder(root));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Nested
    class Get {

        @Test
        void theRootShowsItsIndex() throws Exception {
            HttpResponse<String> response = server.get("/");
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("<p>Grüße</p>");
            assertThat(header(response, "content-length")).isEqualTo("14");
        }

        @Test
        void aFolderShowsItsIndexAndAFileItself() throws Exception {
            assertThat(server.get("/docs/").body()).isEqualTo("docs");
            assertThat(server.get("/docs/index.html").body()).isEqualTo("docs");
            assertThat(server.get("/bare/page.html").body()).isEqualTo("page");
        }

        @Test
        void aFolderWithoutAnIndexIsNotListed() throws Exception {
            assertThat(List.of(server.get("/bare/"), server.get("/bare"), server.get("/docs/deep/")))
                    .allSatisfy(response -> {
                        assertThat(response.statusCode()).isEqualTo(404);
                        assertThat(response.body()).isEqualTo("Not Found\n");
                    });
        }

        @Test
        void aFileIsNotAFolder() throws Exception {
            assertThat(server.get("/index.html/").statusCode()).isEqualTo(404);
            assertThat(server.get("/index.html/more").statusCode()).isEqualTo(404);
        }

        @Test
        void aQueryDoesNotMatter() throws Exception {
            assertThat(server.get("/bare/page.html?v=1&x=%41").body()).isEqualTo("page");
        }

        @Test
        void anEmptyFileIsAPage() throws Exception {
            Files.createFile(root.resolve("empty.txt"));
            HttpResponse<String> response = server.get("/empty.txt");
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEmpty();
            assertThat(header(response, "content-length")).isEqualTo("0");
        }

        @Test
        void namesWithSpacesAndUmlautsAreFound() throws Exception {
            Files.writeString(root.resolve("a b+ö%.txt"), "found");
            assertThat(server.get("/a%20b+%C3%B6%25.txt").body()).isEqualTo("found");
            assertThat(server.raw("/a%20b%2b\u00c3\u00b6%25.txt").text()).isEqualTo("found");
        }

        @Test
        void oneConnectionServesManyRequests() throws Exception {
            String next = "GET /docs/ HTTP/1.1\r\nHost: x\r\n";
            PageServer.Answer answer = server.rawly((next + "\r\n").repeat(20) + next + "Connection: close\r\n\r\n");
            assertThat(answer.text().split("HTTP/1.1 200 OK", -1)).hasSize(21);
        }
    }

    @Nested
    class Head {

        @Test
        void theHeadersAreThoseOfGetAndTheBodyIsMissing() throws Exception {
            HttpResponse<String> get = server.get("/docs/");
            HttpResponse<String> head = server.ask("HEAD", "/docs/");
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
            assertThat(header(head, "content-length")).isEqualTo("4");
            for (String name : List.of("content-type", "etag", "cache-control", "accept-ranges")) {
                assertThat(header(head, name)).as(name).isNotEmpty().isEqualTo(header(get, name));
            }
        }

        @Test
        void nothingFollowsTheHeadersOnTheWire() throws Exception {
            for (String target : List.of("/docs/", "/missing", "/docs")) {
                PageServer.Answer answer = server.rawly(
                        "HEAD " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
                assertThat(answer.body()).as(target).isEmpty();
                assertThat(answer.headers()).as(target).containsKey("content-length");
            }
        }

        @Test
        void aRangeIsNotLookedAt() throws Exception {
            HttpResponse<String> head = server.ask("HEAD", "/docs/", "Range", "bytes=1-2");
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(header(head, "content-length")).isEqualTo("4");
        }
    }

    @Nested
    class AFolderWithoutItsSlash {

        @ParameterizedTest
        @CsvSource({"/docs, /docs/", "/docs?a=b&c=%20, /docs/?a=b&c=%20", "/d%6Fcs, /d%6Fcs/", "/docs?, /docs/?"})
        void isRedirectedToTheSpellingWithOne(String asked, String location) throws Exception {
            HttpResponse<String> response = server.get(asked);
            assertThat(response.statusCode()).isEqualTo(308);
            assertThat(header(response, "location")).isIn(location, location.replaceAll("\\?$", ""));
        }

        @ParameterizedTest
        @ValueSource(strings = {"//docs", "///docs", "//evil.example/docs", "/\\evil.example/docs", "/%2fdocs",
            "/%5cdocs",
            "/./docs", "/docs/..//evil.example", "//evil.example/../docs", "/\t/docs"})
        void neverLeadsElsewhere(String asked) throws Exception {
            PageServer.Answer answer = server.raw(asked);
            assertThat(answer.status()).isGreaterThanOrEqualTo(400);
            assertThat(answer.headers()).doesNotContainKey("location");
        }

        @Test
        void theLocationCannotBeSplitIntoTwoHeaders() throws Exception {
            for (String query : List.of("%0d%0aX-Evil:1", "\u000bX-Evil:1", "\u00e4", "a\rX-Evil:1")) {
                PageServer.Answer answer = server.raw("/docs?" + query);
                assertThat(answer.headers()).as(query).doesNotContainKey("x-evil");
                assertThat(answer.headers().getOrDefault("location", "/docs/?")).as(query)
                        .startsWith("/docs/?").matches("[!-~]*");
            }
        }

        @Test
        void anAbsoluteRequestIsRedirectedToThisServer() throws Exception {
            PageServer.Answer answer = server.raw("http://evil.example/docs");
            assertThat(answer.status()).isEqualTo(308);
            assertThat(answer.headers().get("location")).isEqualTo("/docs/");
        }
    }

    @Nested
    class ContentTypes {

        @ParameterizedTest
        @CsvSource({
            "a.html, text/html; charset=utf-8", "a.htm, text/html; charset=utf-8", "a.css, text/css; charset=utf-8",
            "a.js, text/javascript; charset=utf-8", "a.mjs, text/javascript; charset=utf-8",
            "a.json, application/json; charset=utf-8", "a.wasm, application/wasm", "a.woff2, font/woff2",
            "a.svg, image/svg+xml; charset=utf-8", "a.txt, text/plain; charset=utf-8", "a.png, image/png",
            "a.ico, image/x-icon", "a.webmanifest, application/manifest+json; charset=utf-8",
            "A.HTML, text/html; charset=utf-8", "a.min.js, text/javascript; charset=utf-8",
            "a.unknown, application/octet-stream", "js, application/octet-stream", "a., application/octet-stream",
        })
        void followTheEndingOfTheName(String name, String type) throws Exception {
            Files.writeString(root.resolve(name), "x");
            HttpResponse<String> response = server.get("/" + name);
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().allValues("content-type")).hasSize(1).first().asString()
                    .isEqualToIgnoringCase(type);
        }
    }

    @Nested
    class EveryAnswer {

        @Test
        void forbidsGuessingAtItsType() throws Exception {
            assertThat(List.of(server.get("/"), server.get("/missing"), server.get("/docs"), server.ask("POST", "/"),
                    server.get("/", "If-None-Match", "*"), server.get("/", "Range", "bytes=99-")))
                    .extracting(response -> header(response, "x-content-type-options")).containsOnly("nosniff");
        }

        @Test
        void ofAPageIsToBeCheckedBeforeItIsUsedAgain() throws Exception {
            assertThat(List.of(server.get("/"), server.get("/", "If-None-Match", "*"),
                    server.get("/", "Range", "bytes=1-2")))
                    .extracting(response -> header(response, "cache-control")).containsOnly("no-cache");
        }

        @Test
        void saysNothingOfTheServersInside() throws Exception {
            for (String target : List.of("/missing", "/docs", "/%", "/%00", "/..", "/\u0001", "*", "nonsense", "/\tx",
                "/ HTTP/9.9",
                    "/ HTTP/1.1\r\nExpect: nothing", "/ HTTP/1.1\r\nContent-Length: x", "/" + "x".repeat(20_000))) {
                assertThat(server.raw(target).all()).as(target)
                        .doesNotContain(root.toString(), "Exception", "\tat ", "org.glassfish", "Grizzly");
            }
        }

        @Test
        void toAnOfferOfHttp2HasItsTypeAndKeepsTheConnection() throws Exception {
            HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/")).build();
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(header(response, "content-type")).isEqualToIgnoringCase("text/html; charset=utf-8");
            assertThat(header(response, "connection")).isNotEqualToIgnoringCase("close");
        }
    }

    @Nested
    class OtherMethods {

        @ParameterizedTest
        @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get"})
        void areRefusedWithTheMethodsThatWork(String method) throws Exception {
            PageServer.Answer answer = server.rawly(method + " / HTTP/1.1\r\nHost: x\r\nX-Secret: mirror\r\n"
                    + "Content-Length: 0\r\nConnection: close\r\n\r\n");
            assertThat(answer.status()).isEqualTo(405);
            assertThat(answer.headers().get("allow")).isEqualTo("GET, HEAD");
            assertThat(answer.all()).doesNotContain("mirror");
        }

        @Test
        void areRefusedEvenIfTheirBodyIsNotRead() throws Exception {
            PageServer.Answer answer = server.rawly("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n"
                    + "Connection: close\r\n\r\n" + "x".repeat(100_000));
            assertThat(answer.status()).isEqualTo(405);
        }
    }
}
