package io.techops.broadcast.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A program of a jar, run as a process; {@link #close} ends it in any case. */
public final class Program implements AutoCloseable {

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    /**
     * Options for a JVM that lives for seconds: optimising, or collecting in several threads, would cost more than it
     * saves.
     */
    private static final List<String> JAVA_SOON =
            List.of(JAVA.toString(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    private static final String JAR = System.getProperty("broadcast.service.jar", "target/broadcast-service.jar");
    /** The archive of the service's classes. */
    private static final ClassArchive ARCHIVE = new ClassArchive(Path.of(JAR), Program::visited);

    private final Process process;
    private final List<String> out = new CopyOnWriteArrayList<>();
    private final List<String> err = new CopyOnWriteArrayList<>();
    private final List<Thread> readers = new ArrayList<>();

    private Program(Map<String, String> environment, List<String> arguments) {
        this(environment, JAVA_SOON, arguments);
    }

    private Program(Map<String, String> environment, List<String> wrapper, List<String> arguments) {
        List<String> command = new ArrayList<>(withDefaultSignals());
        command.addAll(wrapper);
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().remove("JDK_JAVA_OPTIONS");
        builder.environment().keySet().removeIf(name -> name.startsWith("BROADCAST_")); // these are for the tests
        builder.environment().putAll(environment);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        readers.add(reader(process.getInputStream(), out));
        readers.add(reader(process.getErrorStream(), err));
    }

    /** {@return the service, started with these options, perhaps not listening yet} */
    public static Program service(String... options) {
        List<String> arguments = new ArrayList<>(ARCHIVE.options());
        arguments.addAll(List.of("-jar", JAR));
        arguments.addAll(List.of(options));
        return new Program(Map.of(), arguments);
    }

    /** Runs the service with one peer, and ends it. */
    private static void visited(String option) {
        List<String> arguments = List.of(option, "-jar", JAR, "--port", "0", "--web-port", "0");
        try (Program service = new Program(Map.of(), arguments); JdkClient peer = JdkClient.open(service.uri())) {
            peer.send("hello");
            peer.next();
            service.kill("TERM");
            service.awaitExit();
        }
    }

    /** {@return the service on free ports, started by a shell that runs {@code first} before it} */
    public static Program serviceAfter(String first, String... options) {
        List<String> arguments = new ArrayList<>(List.of("-XX:-UsePerfData", "-jar", JAR, "--port", "0"));
        arguments.addAll(List.of(options));
        List<String> wrapper = new ArrayList<>(List.of("sh", "-c", first + "; exec \"$@\"", "sh"));
        wrapper.addAll(JAVA_SOON);
        return new Program(Map.of(), wrapper, arguments);
    }

    /** {@return the service, started with a recording of the flight recorder that is written when it ends} */
    public static Program recorded(Path recording, String... options) {
        List<String> arguments = new ArrayList<>(
                List.of("-XX:StartFlightRecording=filename=" + recording, "-jar", JAR));
        arguments.addAll(List.of(options));
        return new Program(Map.of(), arguments);
    }

    /** {@return a program that is not a jar, started with additional environment variables} */
    public static Program ofFile(Path file, Map<String, String> environment, String... options) {
        return new Program(environment, List.of(file.toString()), List.of(options));
    }

    /** {@return the program of another jar} */
    public static Program ofJar(Path jar, String... options) {
        List<String> arguments = new ArrayList<>(List.of("-jar", jar.toString()));
        arguments.addAll(List.of(options));
        return new Program(Map.of(), arguments);
    }

    /** {@return the service on free ports, listening, with additional options} */
    public static Program listening(String... options) {
        List<String> all = new ArrayList<>(List.of("--port", "0"));
        if (!List.of(options).contains("--no-web")) {
            all.addAll(List.of("--web-port", "0"));
        }
        all.addAll(List.of(options));
        Program service = service(all.toArray(String[]::new));
        try {
            service.awaitOut("Listening on .*");
        } catch (RuntimeException | Error e) {
            service.close();
            throw e;
        }
        return service;
    }

    /** {@return another program of the service's jar} */
    public static Program of(Class<?> program, String... options) {
        return of(program, Map.of(), options);
    }

    /** {@return a program among the tests of the module, with the service's jar} */
    public static Program ofTests(Class<?> program) {
        List<String> arguments = new ArrayList<>(ARCHIVE.options());
        arguments.addAll(List.of("-cp", JAR + File.pathSeparator + "target/test-classes", program.getName()));
        return new Program(Map.of(), arguments);
    }

    /** {@return another program of the service's jar, with additional environment variables} */
    public static Program of(Class<?> program, Map<String, String> environment, String... options) {
        List<String> arguments = new ArrayList<>(ARCHIVE.options());
        arguments.addAll(List.of("-cp", JAR, program.getName()));
        arguments.addAll(List.of(options));
        return new Program(environment, arguments);
    }

    /**
     * A build that a shell runs in the background ignores SIGINT, one under nohup ignores SIGHUP, and a JVM started by
     * it keeps ignoring these signals: the command in between resets them.
     */
    private static List<String> withDefaultSignals() {
        Path status = Path.of("/proc/self/status");
        try {
            boolean ignored = Files.exists(status) && Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("SigIgn:"))
                    .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 0b11) != 0);
            return ignored ? List.of("env", "--default-signal=HUP,INT") : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Thread reader(InputStream from, List<String> to) {
        Thread thread = new Thread(() -> {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
                reader.lines().forEach(to::add);
            } catch (IOException | UncheckedIOException e) {
                to.add("(the output broke off: " + e + ")");
            }
        }, "program-output");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** {@return the id of the process} */
    public long pid() {
        return process.pid();
    }

    /** {@return whether it has not ended} */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** {@return the lines that it has written to standard output so far} */
    public List<String> out() {
        return out;
    }

    /** {@return the lines that it has written to standard error so far} */
    public List<String> err() {
        return err;
    }

    /** {@return the first line of standard output that matches} */
    public String awaitOut(String pattern) {
        await().until(() -> !matching(pattern).isEmpty() || !process.isAlive());
        awaitReaders(!process.isAlive());
        assertThat(matching(pattern)).as("lines like %s in %s; on standard error %s", pattern, out, err).isNotEmpty();
        return matching(pattern).get(0);
    }

    /** Waits for a line of standard error that matches. */
    public void awaitErr(String pattern) {
        await().until(() -> err.stream().anyMatch(line -> line.matches(pattern)));
    }

    private List<String> matching(String pattern) {
        return out.stream().filter(line -> line.matches(pattern)).toList();
    }

    /** {@return the URI that the service listens on} */
    public URI uri() {
        return uriWithin("Listening on (.*)");
    }

    /** {@return the URI of its page} */
    public URI pageUri() {
        return uriWithin("Page at (.*)");
    }

    /** {@return the first group of the first line of standard output that matches} */
    public URI uriWithin(String pattern) {
        return URI.create(awaitOut(pattern).replaceAll(pattern, "$1"));
    }

    /** Types a line on its standard input. */
    public void type(String line) {
        try {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends it a signal, as an operator does. */
    public void kill(String signal) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).inheritIO().start();
            assertThat(kill.waitFor(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(kill.exitValue()).isZero();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** {@return its exit code, once it has ended and all its output was read} */
    public int awaitExit() {
        try {
            assertThat(process.waitFor(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS)).as("ended; output %s", out)
                    .isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        awaitReaders(true);
        return process.exitValue();
    }

    /**
     * Asserts that it ends with this code and with one line about why it did not start, perhaps after log lines, and
     * without a stack trace.
     */
    public void refuses(int exitCode, String pattern) {
        assertThat(awaitExit()).as("exit code; standard error %s", err).isEqualTo(exitCode);
        assertThat(err).noneMatch(line -> line.matches("\\s+at .*|Exception in .*|Caused by: .*"));
        assertThat(err).last().asString().matches(pattern);
    }

    private void awaitReaders(boolean ended) {
        try {
            for (Thread reader : ended ? readers : List.<Thread>of()) {
                reader.join(TestRun.LIMIT.toMillis());
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        awaitExit();
    }
}
