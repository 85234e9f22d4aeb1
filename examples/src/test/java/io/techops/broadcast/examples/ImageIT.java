package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service with a Java runtime of its own, as {@code mvn -Pimage package} makes it. */
class ImageIT {

    private static final Path IMAGE = Path.of("target", "image").toAbsolutePath();
    private static final Path SERVICE = IMAGE.resolve("bin").resolve("broadcast-service");
    private static final long MOST_BYTES = 60_000_000;
    private static final String[] OPTIONS =
            {"--host", "127.0.0.1", "--port", "0", "--web-port", "0", "--health-port", "0"};

    @TempDir
    Path folder;

    private static int status(URI uri) throws Exception {
        HttpRequest get = HttpRequest.newBuilder(URI.create(uri.toString().replaceFirst("^ws", "http"))).build();
        return HttpClient.newHttpClient().send(get, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private static void serves(Program service) throws Exception {
        assertThat(status(service.uri())).isEqualTo(426);
        assertThat(status(service.pageUri())).isEqualTo(200);
        assertThat(status(service.uriWithin("Health at (.*)").resolve("/metrics"))).isEqualTo(200);
        try (JdkClient peer = JdkClient.open(service.uri())) {
            peer.send("hello");
            assertThat(peer.next()).isEqualTo("hello");
            service.kill("TERM");
            assertThat(peer.closed().code()).isEqualTo(1001);
        }
        assertThat(service.awaitExit()).isEqualTo(143);
    }

    @Test
    void itsFirstStartMakesTheArchiveThatLaterStartsUse() throws Exception {
        Map<String, String> cache = Map.of("CACHE_DIRECTORY", folder.resolve("cache").toString());
        try (Program first = Program.ofFile(SERVICE, cache, OPTIONS)) {
            serves(first);
            assertThat(first.err()).isEmpty();
        }
        assertThat(folder.resolve("cache")).isDirectoryContaining("glob:**/broadcast-service.jsa");
        Map<String, String> onlyWithArchive = Map.of("CACHE_DIRECTORY", folder.resolve("cache").toString(),
                "JDK_JAVA_OPTIONS", "-Xshare:on");
        try (Program second = Program.ofFile(SERVICE, onlyWithArchive, OPTIONS)) {
            serves(second);
        }
    }

    @Test
    void itStartsWithoutAnArchiveWhereNoneCanBeWrittenAndSaysSo() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "no folder");
        Map<String, String> unusable = Map.of("CACHE_DIRECTORY", file.toString());
        try (Program service = Program.ofFile(SERVICE, unusable, OPTIONS)) {
            serves(service);
            assertThat(service.err()).containsExactly("broadcast-service: starts slower, because no archive of its "
                    + "classes can be written to " + file + ": set CACHE_DIRECTORY to a folder that can be written to");
        }
        assertThat(file).hasContent("no folder");
    }

    @Test
    void itMayBeCalledByALink() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("service"), SERVICE);
        Map<String, String> cache = Map.of("CACHE_DIRECTORY", folder.resolve("cache").toString());
        try (Program service = Program.ofFile(link, cache, "--version")) {
            assertThat(service.awaitExit()).isZero();
            assertThat(service.out()).hasSize(1).first().asString().startsWith("broadcast-service ");
        } finally {
            Files.delete(link);
        }
    }

    @Test
    void itIsUnder60Megabytes() throws IOException {
        try (Stream<Path> files = Files.walk(IMAGE)) {
            long bytes = files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .filter(file -> !file.getFileName().toString().startsWith("broadcast-service.jsa"))
                    .mapToLong(ImageIT::size).sum();
            assertThat(bytes).isBetween(MOST_BYTES / 4, MOST_BYTES);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
