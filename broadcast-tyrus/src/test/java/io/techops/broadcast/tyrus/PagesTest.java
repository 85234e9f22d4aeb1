package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.PageServer.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagesTest {

    @TempDir
    Path dir;

    private static void jar(Path jar, Map<String, String> entries) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar); ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, String> entry : new TreeMap<>(entries).entrySet()) {
                ZipEntry next = new ZipEntry(entry.getKey());
                next.setLastModifiedTime(FileTime.from(Instant.parse("2020-02-02T02:02:02Z")));
                zip.putNextEntry(next);
                zip.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        }
    }

    private static URLClassLoader loader(Path path) throws IOException {
        return new URLClassLoader(new URL[] {path.toUri().toURL()}, null);
    }

    @Nested
    class AFolder {

        @Test
        void thatDoesNotExistIsRefused() {
            Path missing = dir.resolve("missing");
            assertThatIllegalArgumentException().isThrownBy(() -> Pages.folder(missing))
                    .withMessage("folder must be an existing directory: " + missing);
        }

        @Test
        void thatIsAFileIsRefused() throws Exception {
            Path file = Files.createFile(dir.resolve("file"));
            assertThatIllegalArgumentException().isThrownBy(() -> Pages.folder(file))
                    .withMessage("folder must be an existing directory: " + file);
        }

        @Test
        void thatIsNullIsRefused() {
            assertThatNullPointerException().isThrownBy(() -> Pages.folder(null));
        }

        @Test
        void thatVanishesLeavesPagesThatAreMissing() throws Exception {
            Path folder = Files.createDirectory(dir.resolve("folder"));
            try (PageServer server = PageServer.of(Pages.folder(folder))) {
                Files.delete(folder);
                assertThat(server.get("/").statusCode()).isEqualTo(404);
                Files.createDirectory(folder);
                Files.writeString(folder.resolve("index.html"), "back");
                assertThat(server.get("/").body()).isEqualTo("back");
            }
        }
    }

    @Nested
    class AResourceFolder {

        @ParameterizedTest
        @ValueSource(strings = {"", "/", "/site", "site/", "/site/"})
        void withASlashAtAnEndOrWithoutANameIsRefused(String prefix) throws Exception {
            jar(dir.resolve("a.jar"), Map.of("site/index.html", "x"));
            try (URLClassLoader loader = loader(dir.resolve("a.jar"))) {
                assertThatIllegalArgumentException().isThrownBy(() -> Pages.resources(loader, prefix))
                        .withMessage("prefix must name a folder, without a slash at either end: \"" + prefix + '"');
            }
        }

        @Test
        void withoutAnIndexIsRefused() throws Exception {
            jar(dir.resolve("a.jar"), Map.of("site/page.html", "x"));
            try (URLClassLoader loader = loader(dir.resolve("a.jar"))) {
                assertThatIllegalArgumentException().isThrownBy(() -> Pages.resources(loader, "site"))
                        .withMessage("prefix must be a resource folder with an index.html: \"site\"");
            }
        }

        @Test
        void thatIsNullIsRefused() {
            assertThatNullPointerException().isThrownBy(() -> Pages.resources(null, "site"));
            assertThatNullPointerException().isThrownBy(() -> Pages.resources(getClass().getClassLoader(), null));
        }
    }

    @Nested
    class AJar {

        private static final String LARGE = "0123456789".repeat(20_000);

        private void serve(Trial trial) throws Exception {
            Path jar = dir.resolve("a b+c.jar");
            jar(jar, Map.of("site/", "", "site/index.html", "index", "site/docs/", "", "site/docs/index.html", "docs",
                    "site/bare/", "", "site/bare/.hidden", "secret", "site/large.txt", LARGE, "secret.txt", "secret"));
            try (URLClassLoader loader = loader(jar);
                    PageServer server = PageServer.of(Pages.resources(loader, "site"))) {
                trial.run(server, jar);
            }
        }

        @Test
        void showsItsPagesLikeAFolder() throws Exception {
            serve((server, jar) -> {
                assertThat(server.get("/").body()).isEqualTo("index");
                assertThat(server.get("/docs/").body()).isEqualTo("docs");
                assertThat(header(server.get("/docs"), "location")).isEqualTo("/docs/");
                assertThat(header(server.get("/"), "content-type")).isEqualToIgnoringCase("text/html; charset=utf-8");
            });
        }

        @Test
        void showsNothingElse() throws Exception {
            serve((server, jar) -> {
                for (String target : new String[] {"/../secret.txt", "/%2e%2e/secret.txt", "/docs/..%2f../secret.txt",
                    "/bare",
                    "/bare/", "/bare/.hidden", "/missing", "//secret.txt", "/secret.txt", "/!/secret.txt",
                    "/index.html/"}) {
                    PageServer.Answer answer = server.raw(target);
                    assertThat(answer.status()).as(target).isEqualTo(404);
                    assertThat(answer.all()).as(target).doesNotContain("secret", jar.toString());
                }
            });
        }

        @Test
        void servesLargePagesWholeInPartsAndNotAgain() throws Exception {
            serve((server, jar) -> {
                HttpResponse<String> whole = server.get("/large.txt");
                assertThat(whole.body().equals(LARGE)).isTrue();
                assertThat(header(whole, "last-modified")).isEqualTo("Sun, 02 Feb 2020 02:02:02 GMT");
                assertThat(server.get("/large.txt", "If-None-Match", header(whole, "etag")).statusCode())
                        .isEqualTo(304);
                assertThat(server.get("/large.txt", "Range", "bytes=199995-").body()).isEqualTo("56789");
                assertThat(server.get("/large.txt", "Range", "bytes=100001-100003").body()).isEqualTo("123");
            });
        }

        @Test
        void thatIsReplacedIsServedAsItIsNow() throws Exception {
            serve((server, jar) -> {
                assertThat(server.get("/index.html").body()).isEqualTo("index");
                Path next = dir.resolve("next.jar");
                jar(next, Map.of("site/index.html", "a longer index"));
                Files.move(next, jar, StandardCopyOption.REPLACE_EXISTING);
                assertThat(server.get("/index.html").body()).isEqualTo("a longer index");
                assertThat(server.get("/docs/").statusCode()).isEqualTo(404);
                assertThat(server.get("/docs").statusCode()).isEqualTo(404);
                Files.delete(jar);
                assertThat(server.get("/index.html").statusCode()).isEqualTo(404);
            });
        }
    }

    @Nested
    class ADirectoryOfTheClassPath {

        @Test
        void isServedWithTheCareOfAFolder() throws Exception {
            Path site = Files.createDirectories(dir.resolve("a b/site"));
            Files.writeString(site.resolve("index.html"), "index");
            Files.createDirectory(site.resolve("bare"));
            Files.writeString(dir.resolve("secret.txt"), "secret");
            Files.createSymbolicLink(site.resolve("link.txt"), dir.resolve("secret.txt"));
            try (URLClassLoader loader = loader(dir.resolve("a b"));
                    PageServer server = PageServer.of(Pages.resources(loader, "site"))) {
                assertThat(server.get("/").body()).isEqualTo("index");
                assertThat(server.get("/link.txt").statusCode()).isEqualTo(404);
                assertThat(server.get("/bare").statusCode()).isEqualTo(404);
                assertThat(server.get("/bare/").statusCode()).isEqualTo(404);
                Files.writeString(site.resolve("index.html"), "edited");
                assertThat(server.get("/").body()).isEqualTo("edited");
            }
        }
    }

    /** What is done with a server. */
    private interface Trial {
        void run(PageServer server, Path jar) throws Exception;
    }
}
