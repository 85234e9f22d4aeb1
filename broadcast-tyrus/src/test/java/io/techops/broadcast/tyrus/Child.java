package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.TestRun;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A program of a newcomer in a Java of its own, with the class path of these tests, or with less. */
final class Child {

    private Child() {
    }

    /** What the newcomer wrote: starts a server on the port given, and closes it. */
    static final class Program {

        private Program() {
        }

        public static void main(String[] arguments) {
            try (BroadcastServer server = BroadcastServer.builder().host("127.0.0.1")
                    .port(Integer.parseInt(arguments[0])).start()) {
                System.out.println("listens on " + server.port());
            } catch (Throwable thrown) {
                System.out.println(thrown.getClass().getName() + ": " + thrown.getMessage());
            }
            System.exit(0);
        }
    }

    /** The same with an endpoint. */
    static final class Hosting {

        private Hosting() {
        }

        public static void main(String[] arguments) {
            try (BroadcastServer server = BroadcastServer.builder().host("127.0.0.1").port(0)
                    .endpoint(Hosted.Echo.class).start()) {
                System.out.println("listens on " + server.port());
            } catch (Throwable thrown) {
                System.out.println(thrown.getClass().getName() + ": " + thrown.getMessage());
            }
            System.exit(0);
        }
    }

    /** {@return the files and folders that the tests run with} */
    static List<Path> classPath() {
        List<Path> entries = new ArrayList<>();
        for (String property : List.of("jdk.module.path", "java.class.path")) {
            for (String entry : System.getProperty(property, "").split(File.pathSeparator)) {
                if (!entry.isEmpty()) {
                    entries.add(Path.of(entry));
                }
            }
        }
        entries.add(Path.of(System.getProperty("basedir", ""), "target", "test-classes").toAbsolutePath());
        return entries;
    }

    /** {@return what the program prints, run with the entries whose file name is kept} */
    static String run(Predicate<String> kept, int port, String... wrapper) throws Exception {
        return run(Program.class, pathOf(kept), port, wrapper);
    }

    /** {@return what the program with an endpoint prints, run with the entries whose file name is kept} */
    static String runHosting(Predicate<String> kept) throws Exception {
        return run(Hosting.class, pathOf(kept), 0);
    }

    private static String pathOf(Predicate<String> kept) {
        return String.join(File.pathSeparator, classPath().stream()
                .filter(entry -> kept.test(entry.getFileName().toString())).map(Path::toString).toList());
    }

    /** {@return what the program prints if another user runs it, from a folder that anyone can read} */
    static String runFrom(Path folder, int port, String... wrapper) throws Exception {
        List<String> copies = new ArrayList<>();
        int number = 0;
        for (Path entry : classPath()) {
            Path copy = folder.resolve(number++ + "-" + entry.getFileName());
            copyAll(entry, copy);
            copies.add(copy.toString());
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : all.toList()) {
                Files.setPosixFilePermissions(one, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        return run(Program.class, String.join(File.pathSeparator, copies), port, wrapper);
    }

    private static void copyAll(Path from, Path to) throws IOException {
        if (!Files.exists(from)) {
            return;
        }
        try (Stream<Path> all = Files.walk(from)) {
            for (Path one : all.toList()) {
                Files.copy(one, to.resolve(from.relativize(one).toString()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static String run(Class<?> program, String path, int port, String... wrapper) throws Exception {
        List<String> command = new ArrayList<>(List.of(wrapper));
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", path, program.getName(),
                Integer.toString(port)));
        Process process = new ProcessBuilder(command).directory(new File("/")).redirectErrorStream(true).start();
        try {
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            return printed.strip();
        } finally {
            process.destroyForcibly();
        }
    }
}
