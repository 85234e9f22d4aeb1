package io.techops.broadcast.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process that the runner has started and talks to, line by line. It ends when its standard input does, and is killed
 * if it does not; so it never outlives the runner.
 */
final class Child implements AutoCloseable {

    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(
                new Thread(() -> RUNNING.forEach(Process::destroyForcibly), "end-children"));
    }

    private final Process process;
    private final Path log;
    private final Writer in;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    /**
     * Starts a process.
     *
     * @param log takes its standard error
     */
    Child(List<String> command, Path log) throws IOException {
        this.log = log;
        process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        RUNNING.add(process);
        in = process.outputWriter(StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "child-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader out = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            // It was killed.
        }
    }

    long pid() {
        return process.pid();
    }

    void say(String line) throws IOException {
        in.write(line + "\n");
        in.flush();
    }

    /**
     * Waits for a line.
     *
     * @param start what it begins with; other lines are skipped
     * @return what follows after that
     * @throws IOException if there is no such line in time, or the process has ended
     */
    String await(String start, Duration limit) throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            String line = lines.poll(100, TimeUnit.MILLISECONDS);
            if (line != null && line.startsWith(start)) {
                return line.substring(start.length());
            }
            if (line == null && !process.isAlive() && lines.isEmpty()) {
                throw new IOException("the process has ended with " + process.exitValue()
                        + "; see " + log.getFileName());
            }
            if (System.nanoTime() - end > 0) {
                throw new IOException("no \"" + start.strip() + "\" within " + limit.toSeconds() + " s");
            }
        }
    }

    /** Ends the process at once. */
    void kill() {
        process.destroyForcibly();
        close();
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            // It has ended already.
        }
        try {
            if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        RUNNING.remove(process);
    }

    /** {@return the first line that a program prints, or null if it cannot be run} */
    static @Nullable String firstLine(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? out.lines().findFirst().orElse("") : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
