package io.techops.broadcast.redis;

import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A Redis server in a process of its own, on a free port of 127.0.0.1 and in a folder of its own. */
final class RedisProcess implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path binary;
    private final Path folder;
    private final int port;
    private final boolean isSentinel;
    private final List<String> configuration;
    private Process process;

    private RedisProcess(Path binary, boolean isSentinel, List<String> configuration) {
        this.binary = binary;
        this.isSentinel = isSentinel;
        try {
            folder = Files.createTempDirectory("broadcast-redis");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        port = FreePort.find();
        this.configuration = new ArrayList<>(List.of("bind 127.0.0.1", "port " + port, "dir " + folder,
                "logfile " + folder.resolve("log"), "daemonize no"));
        if (!isSentinel) {
            this.configuration.addAll(List.of("save \"\"", "repl-diskless-sync-delay 0"));
        }
        this.configuration.addAll(configuration);
        restart();
    }

    /** {@return a server that keeps nothing on disk, with lines of configuration beside that} */
    static RedisProcess start(Binary binary, String... configuration) {
        return new RedisProcess(binary.path(), false, List.of(configuration));
    }

    /**
     * {@return a Sentinel of one master, called mymaster, which alone decides} It takes a server that stands still for
     * a while, on a busy machine, to be there, until {@link #failsOver}.
     */
    static RedisProcess sentinel(Binary binary, RedisProcess master) {
        return new RedisProcess(binary.path(), true, List.of(
                "sentinel monitor mymaster 127.0.0.1 " + master.port() + " 1",
                "sentinel down-after-milliseconds mymaster " + LIMIT.toMillis(),
                "sentinel failover-timeout mymaster 2000"));
    }

    int port() {
        return port;
    }

    Path folder() {
        return folder;
    }

    String uri() {
        return "redis://127.0.0.1:" + port;
    }

    /** Starts the process again, on the same port, with what is in the folder. */
    void restart() {
        try {
            Path file = Files.write(folder.resolve("redis.conf"), configuration);
            List<String> command = new ArrayList<>(List.of(binary.toString(), file.toString()));
            if (isSentinel) {
                command.add("--sentinel");
            }
            process = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(folder.resolve("out").toFile()).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(this::answers);
    }

    private boolean answers() {
        if (!process.isAlive()) {
            throw new IllegalStateException("redis-server ended: " + log());
        }
        try (Resp resp = new Resp(port)) {
            String answer = resp.command("PING");
            return answer.equals("PONG") || answer.startsWith("NOAUTH");
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    private String log() {
        try (Stream<Path> files = Files.list(folder)) {
            StringBuilder all = new StringBuilder();
            for (Path file : files.filter(f -> f.endsWith("log") || f.endsWith("out")).toList()) {
                all.append(Files.readString(file));
            }
            return all.toString();
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** {@return the answer to a command, over a connection of its own} */
    String command(String... words) {
        try (Resp resp = new Resp(port)) {
            return resp.command(words);
        }
    }

    /** Has a Sentinel promote a replica of the master, which is killed. */
    void failsOver() {
        command("SENTINEL", "SET", "mymaster", "down-after-milliseconds", "500");
    }

    /**
     * Waits until it is a master. A replica that is promoted is told to cut its clients off, the test's own too. A
     * Sentinel that has stood still for 2 seconds itself does nothing for half a minute.
     */
    void awaitPromotion() {
        await().atMost(LIMIT.multipliedBy(3)).ignoreExceptionsInstanceOf(UncheckedIOException.class)
                .until(() -> info("replication", "role").equals("master"));
    }

    /** {@return the value of a line of INFO} */
    String info(String section, String name) {
        return command("INFO", section).lines().filter(line -> line.startsWith(name + ":")).findFirst().orElseThrow()
                .substring(name.length() + 1);
    }

    /** {@return how many clients are connected, this one not counted} */
    int clients() {
        return Integer.parseInt(info("clients", "connected_clients")) - 1;
    }

    /** {@return the id of the client that has a name} */
    String clientNamed(String name) {
        return command("CLIENT", "LIST").lines().filter(line -> line.contains(" name=" + name + " ")).findFirst()
                .orElseThrow().replaceAll("(?s).*?\\bid=(\\d+) .*", "$1");
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Lets the process stand still. */
    void standStill() {
        signal("STOP");
    }

    void goOn() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor(60, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the process as a power cut would. */
    void kill() {
        process.destroyForcibly();
        process.onExit().orTimeout(60, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        kill();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
