package io.techops.broadcast.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Which server the tests run on: the one of a jar of Maven Central, or one that is installed. */
enum Binary {

    /** Redis 6.2, from com.github.codemonstur:embedded-redis. */
    JAR,

    /** The redis-server in the path; the environment variable BROADCAST_REQUIRE_REDIS makes it required. */
    SYSTEM,

    /** The valkey-server in the path. */
    VALKEY;

    private static final Path FROM_JAR = extracted();
    private static final boolean RUNS = runs();

    /** {@return where it is; ends the test as skipped if it is not installed, and not required} */
    Path path() {
        boolean isRequired = "true".equals(System.getenv("BROADCAST_REQUIRE_REDIS"));
        if (this == JAR) {
            if (!isRequired && !RUNS) {
                Assumptions.abort("the redis-server of the jar does not run here: it needs OpenSSL 3's libraries");
            }
            return FROM_JAR;
        }
        String name = this == SYSTEM ? "redis-server" : "valkey-server";
        Path found = Stream.of(System.getenv("PATH").split(":")).map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable).findFirst().orElse(null);
        if (found == null && !(isRequired && this == SYSTEM)) {
            Assumptions.abort("there is no " + name + " in the path"
                    + (this == SYSTEM ? ", and BROADCAST_REQUIRE_REDIS is not true" : ""));
        }
        return Objects.requireNonNull(found, "redis-server is not in the path, and BROADCAST_REQUIRE_REDIS is true");
    }

    private static boolean runs() {
        try {
            Process process = new ProcessBuilder(FROM_JAR.toString(), "--version")
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException cannotRun) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Path extracted() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac") ? "darwin" : "linux";
        boolean isArm = System.getProperty("os.arch").matches("aarch64|arm64");
        String name = switch (system + (isArm ? "-arm" : "")) {
            case "darwin" -> "redis-server-6.2.6-v5-darwin-amd64";
            case "darwin-arm" -> "redis-server-6.2.6-v5-darwin-arm64";
            case "linux-arm" -> "redis-server-6.2.7-linux-arm64";
            default -> "redis-server-6.2.6-v5-linux-amd64";
        };
        try (InputStream in = Binary.class.getResourceAsStream("/" + name)) {
            Path folder = Files.createTempDirectory("broadcast-redis-binary");
            Path file = folder.resolve("redis-server");
            Files.copy(Objects.requireNonNull(in, name), file);
            if (!file.toFile().setExecutable(true)) {
                throw new IOException("cannot be made executable: " + file);
            }
            folder.toFile().deleteOnExit();
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
