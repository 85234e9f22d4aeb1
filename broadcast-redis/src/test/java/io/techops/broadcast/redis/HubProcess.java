package io.techops.broadcast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Message;
import io.techops.broadcast.Replay;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.testkit.FakeTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A hub with one numbered peer in a JVM of its own, which says on its output what the peer is given. */
final class HubProcess implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Process process;
    private final Thread reader;

    HubProcess(String uri, String name) throws IOException {
        process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
                System.getProperty("java.class.path"), HubProcess.class.getName(), uri, name)
                .redirectErrorStream(true).start();
        reader = new Thread(this::read, "output of " + name);
        reader.start();
    }

    private void read() {
        try (BufferedReader from = process.inputReader(StandardCharsets.UTF_8)) {
            from.lines().forEach(lines::add);
        } catch (IOException | RuntimeException over) {
            lines.add(over.toString());
        }
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    void awaitLine(String pattern) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(20)).untilAsserted(
                () -> assertThat(lines).anyMatch(line -> line.matches(pattern)));
    }

    void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor(60, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().orTimeout(60, TimeUnit.SECONDS).join();
        await().atMost(LIMIT).until(() -> !reader.isAlive());
    }

    /** The process: the URI of its Redis, and its name. Ends with its input. */
    public static void main(String... args) throws IOException {
        try (RedisBackplane backplane = RedisBackplane.builder().uri(args[0]).clientName(args[1])
                .timeout(FaultTest.PATIENCE).connect();
                BroadcastHub hub = BroadcastHub.builder().name(HubNode.LOG).backplane(backplane)
                        .backplaneStartTimeout(LIMIT).heartbeat(Duration.ZERO).build()) {
            new FakeTransport() {
                @Override
                public boolean write(Batch batch) {
                    for (int i = 0; i < batch.size(); i++) {
                        System.out.println("text " + batch.sequence(i) + " "
                                + ((Message.Text) batch.message(i)).text());
                    }
                    return super.write(batch);
                }

                @Override
                public boolean tell(StreamEvent event) {
                    System.out.println(line(event));
                    return super.tell(event);
                }
            }.knowingPositions().replaying(Replay.none()).register(hub);
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).lines().forEach(line -> { });
        }
    }

    private static String line(StreamEvent event) {
        return event instanceof StreamEvent.Gap gap
                ? "gap " + gap.position() + " " + gap.reason().text() + " " + gap.missed().orElse(-1)
                : "open " + event.position();
    }
}
