package io.techops.broadcast.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.techops.broadcast.testing.RawClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A container whose process stood still for longer than the hub's limits: no peer that is alive is cut. */
public abstract class StoppedContainer {

    private static final int PEERS = 50;
    private static final Duration LIMITS = Duration.ofSeconds(5);
    private static final Duration STOP = Duration.ofSeconds(11);

    private final Class<? extends Container> container;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<RawClient> peers = new ArrayList<>();
    private Process process;
    private BufferedReader printed;
    private URI uri;

    /** Runs a container, which has a constructor as a {@link Container.Starting} is called. */
    protected StoppedContainer(Class<? extends Container> container) {
        this.container = container;
    }

    @BeforeEach
    void start() throws IOException {
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "processes are stopped with signals, on Linux");
        process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                "-cp", System.getProperty("java.class.path"), StoppedProgram.class.getName(), container.getName(),
                LIMITS.toString()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        printed = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        uri = URI.create(next("listens ").substring("listens ".length()));
    }

    @AfterEach
    void stop() throws IOException {
        for (RawClient peer : peers) {
            peer.close();
        }
        if (process != null) {
            process.destroyForcibly();
        }
        threads.shutdownNow();
    }

    /** {@return the next line, which begins so} */
    private String next(String prefix) throws IOException {
        String line = printed.readLine();
        assertThat(line).isNotNull().startsWith(prefix);
        return line;
    }

    private RawClient open(int receiveBuffer) throws IOException {
        RawClient peer = RawClient.connect(uri.getPort(), receiveBuffer);
        peers.add(peer);
        peer.shakeHands(uri.getPath());
        next("peer ");
        return peer;
    }

    private void signal(String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor()).isZero();
    }

    private void standStill() throws IOException, InterruptedException {
        assertThat(process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)).as("it has ended").isFalse();
    }

    @Test
    void keepsPeersWhosePongHasCome() throws Exception {
        for (int i = 0; i < PEERS; i++) {
            open(0);
        }
        for (RawClient peer : peers) {
            assertThat(peer.readMessage().opcode()).isEqualTo(RawClient.PING);
        }
        signal("STOP");
        for (RawClient peer : peers) {
            peer.send(RawClient.frame(0x8A, new byte[0]));
        }
        standStill();
        signal("CONT");
        areAlive();
    }

    @Test
    void keepsPeersThatReadWhatItHadSent() throws Exception {
        for (int i = 0; i < 5; i++) {
            open(4_096);
        }
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        next("broadcast");
        signal("STOP");
        List<Future<Void>> readers = new ArrayList<>();
        for (RawClient peer : peers) {
            readers.add(threads.submit(() -> {
                for (int i = 0; i < StoppedProgram.TIMES; i++) {
                    assertThat(text(peer).equals(StoppedProgram.text(i))).as("message %d", i).isTrue();
                }
                return null;
            }));
        }
        standStill();
        signal("CONT");
        for (Future<Void> reader : readers) {
            reader.get();
        }
        areAlive();
    }

    /** {@return the next text; pings are answered} */
    private static String text(RawClient peer) throws IOException {
        RawClient.Frame next = peer.readMessage();
        while (next.opcode() == RawClient.PING) {
            peer.send(RawClient.frame(0x8A, next.payload()));
            next = peer.readMessage();
        }
        assertThat(next.opcode()).as("the opcode of a text").isEqualTo(RawClient.TEXT);
        return next.text();
    }

    private void areAlive() throws IOException {
        for (RawClient peer : peers) {
            peer.sendText("still here?");
        }
        for (RawClient peer : peers) {
            for (int i = 0; i < peers.size(); i++) {
                assertThat(text(peer)).isEqualTo("still here?");
            }
        }
    }
}
