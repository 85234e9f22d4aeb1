package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is asked for, and however it is spelled, nothing outside the folder and nothing hidden comes out. */
class PageEscapeTest {

    private static final String SECRET = "top secret";

    @TempDir
    Path outside;
    private Path root;
    private PageServer server;

    @BeforeEach
    void start() throws Exception {
        root = Files.createDirectories(outside.resolve("www"));
        Files.writeString(outside.resolve("secret.txt"), SECRET);
        Files.writeString(outside.resolve("index.html"), SECRET);
        Files.createDirectory(outside.resolve("www-other"));
        Files.writeString(outside.resolve("www-other/secret.txt"), SECRET);
        Files.writeString(root.resolve("index.html"), "index");
        Files.createDirectory(root.resolve("docs"));
        Files.writeString(root.resolve("docs/page.html"), "page");
        server = PageServer.of(Pages.folder(root));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void isMissing(String target) throws Exception {
        PageServer.Answer answer = server.raw(target);
        assertThat(answer.status()).as(target).isEqualTo(404);
        assertThat(answer.text()).as(target).isEqualTo("Not Found\n");
    }

    @Nested
    class ASpellingOfThePath {

        @ParameterizedTest
        @ValueSource(strings = {
            "/../secret.txt", "/docs/../../secret.txt", "/docs/../page.html", "/./index.html", "/docs/./page.html",
            "/..", "/../", "/.", "/docs/..", "/...", "/.../secret.txt",
            "/%2e%2e/secret.txt", "/%2E%2E/secret.txt", "/.%2e/secret.txt", "/%2e./secret.txt", "/%2e%2e/", "/%2e",
            "/%252e%252e/secret.txt", "/%25252e%25252e/secret.txt", "/%252e%252e%252fsecret.txt",
            "/..%2fsecret.txt", "/..%2Fsecret.txt", "/%2e%2e%2fsecret.txt", "/docs%2fpage.html",
            "/docs%2f..%2f..%2fsecret.txt",
            "/..\\secret.txt", "/..%5csecret.txt", "/%2e%2e%5csecret.txt", "/docs%5cpage.html", "/docs\\page.html",
            "/..;/secret.txt", "/..;x=1/secret.txt", "/docs/..;/..;/secret.txt",
            "/%c0%ae%c0%ae/secret.txt", "/%c0%ae%c0%ae%c0%afsecret.txt", "/%e0%80%ae%e0%80%ae/secret.txt",
            "/..%c0%afsecret.txt", "/%u002e%u002e/secret.txt", "/\u00c0\u00ae\u00c0\u00ae/secret.txt",
            "/../www-other/secret.txt", "/%2e%2e/www-other/secret.txt",
            "//secret.txt", "//index.html", "/docs//page.html", "//docs/page.html", "/docs/page.html//",
            "/%00", "/index.html%00", "/index.html%00.txt", "/%00/../secret.txt", "/docs%00/page.html",
            "/index.html%0a", "/index.html%0d%0a", "/index.html%7f", "/index.html%c2%80",
            "/C:/secret.txt", "/c%3a%5csecret.txt", "/file:///secret.txt", "/~/secret.txt",
        })
        void isAPageThatIsMissing(String target) throws Exception {
            isMissing(target);
        }

        @ParameterizedTest
        @ValueSource(strings = {"/%", "/%2", "/%zz", "/%%", "/%2g", "/%-1", "/%+1", "/docs/%", "/%/docs", "/%ff",
            "/%c3", "/%c3(",
            "/%ed%a0%80", "/\u00ff", "/\u00b2", "/%1", "/%\u00b2\u00b2"})
        void thatIsBrokenIsAPageThatIsMissing(String target) throws Exception {
            isMissing(target);
        }

        @ParameterizedTest
        @ValueSource(strings = {"/index.html\u0000", "/\u0001", "*", "index.html", "../secret.txt", "http://",
            "http://x",
            "http:///../secret.txt", "/index.html#../secret.txt", "?/../secret.txt", "/;jsessionid=1",
            "/docs;jsessionid=1/"})
        void thatIsNoPathAtAllIsNoErrorOfOurs(String target) throws Exception {
            PageServer.Answer answer = server.raw(target);
            assertThat(answer.status()).isLessThan(500);
            assertThat(answer.all()).doesNotContain(SECRET);
        }

        @Test
        void ofTheFolderItselfIsNotAPage() throws Exception {
            isMissing(root + "/index.html");
            isMissing("/" + root + "/index.html");
            isMissing(outside + "/secret.txt");
        }

        @Test
        void thatIsTooLongForADiskIsAPageThatIsMissing() throws Exception {
            isMissing("/" + "x".repeat(300));
            isMissing("/" + "x/".repeat(3_000));
        }

        @Test
        void thatIsTooLongForTheServerIsRefused() throws Exception {
            assertThat(server.raw("/" + "x".repeat(15_000)).status()).isEqualTo(404);
        }
    }

    @Nested
    class ASymbolicLink {

        @Test
        void toAFileOutsideIsMissing() throws Exception {
            Files.createSymbolicLink(root.resolve("link.txt"), outside.resolve("secret.txt"));
            Files.createSymbolicLink(root.resolve("relative.txt"), Path.of("../secret.txt"));
            isMissing("/link.txt");
            isMissing("/relative.txt");
        }

        @Test
        void toAFolderOutsideIsMissingWithAllThatIsInIt() throws Exception {
            Files.createSymbolicLink(root.resolve("link"), outside);
            Files.createSymbolicLink(root.resolve("other"), outside.resolve("www-other"));
            isMissing("/link/secret.txt");
            isMissing("/link/");
            isMissing("/link");
            isMissing("/other/secret.txt");
        }

        @Test
        void thatLeavesAndComesBackIsFollowed() throws Exception {
            Files.createSymbolicLink(root.resolve("up"), outside);
            assertThat(server.raw("/up/www/docs/page.html").text()).isEqualTo("page");
        }

        @Test
        void thatStaysInsideIsFollowed() throws Exception {
            Files.createSymbolicLink(root.resolve("link.html"), Path.of("docs/page.html"));
            Files.createSymbolicLink(root.resolve("again"), root.resolve("docs"));
            assertThat(server.raw("/link.html").text()).isEqualTo("page");
            assertThat(server.raw("/again/page.html").text()).isEqualTo("page");
        }

        @Test
        void toAHiddenFileInsideIsMissing() throws Exception {
            Files.writeString(root.resolve(".env"), SECRET);
            Files.createSymbolicLink(root.resolve("env.txt"), Path.of(".env"));
            isMissing("/env.txt");
        }

        @Test
        void toNothingOrToItselfIsMissing() throws Exception {
            Files.createSymbolicLink(root.resolve("nothing"), Path.of("gone"));
            Files.createSymbolicLink(root.resolve("circle"), Path.of("circle"));
            isMissing("/nothing");
            isMissing("/circle");
        }

        @Test
        void thatIsTheFolderItselfCanBePointedElsewhere() throws Exception {
            Path live = Files.createSymbolicLink(outside.resolve("live"), root);
            try (PageServer linked = PageServer.of(Pages.folder(live))) {
                assertThat(linked.raw("/").text()).isEqualTo("index");
                Path next = Files.createDirectory(outside.resolve("next"));
                Files.writeString(next.resolve("index.html"), "next");
                Files.delete(live);
                assertThat(linked.raw("/").status()).isEqualTo(404);
                Files.createSymbolicLink(live, next);
                assertThat(linked.raw("/").text()).isEqualTo("next");
            }
        }
    }

    @Nested
    class AHiddenName {

        @ParameterizedTest
        @ValueSource(strings = {"/.env", "/%2eenv", "/.git/config", "/%2Egit/config", "/docs/.htaccess", "/.git/",
            "/.git",
            "/.well-known/x"})
        void isMissing(String target) throws Exception {
            for (String name : new String[] {".env", ".git/config", ".git/index.html", "docs/.htaccess",
                ".well-known/x"}) {
                Files.createDirectories(root.resolve(name).getParent());
                Files.writeString(root.resolve(name), SECRET);
            }
            PageEscapeTest.this.isMissing(target);
        }

        @Test
        void aboveTheFolderDoesNotMatter() throws Exception {
            Path hidden = Files.createDirectories(outside.resolve(".data/www"));
            Files.writeString(hidden.resolve("index.html"), "here");
            try (PageServer other = PageServer.of(Pages.folder(hidden))) {
                assertThat(other.raw("/").text()).isEqualTo("here");
            }
        }
    }
}
