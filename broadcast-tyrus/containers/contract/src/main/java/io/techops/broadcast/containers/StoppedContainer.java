package io.techops.broadcast.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.techops.broadcast.testing.Kernel;
import io.techops.broadcast.testing.RawClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A container whose process stood still for longer than the hub's limits: no peer that is alive is cut. */
public abstract class StoppedContainer {

    private static final int PEERS = 20;
    /** Of one that is behind: far less than it is sent, and enough to read that soon on a busy machine. */
    private static final int RECEIVE_BUFFER = 1 << 16;
    private static final Duration HEARTBEAT = Duration.ofSeconds(2);
    /** Within these all peers are pinged, and one connects. */
    private static final Duration LIMITS = Duration.ofSeconds(30);
    private static final Duration STOP = LIMITS.plusSeconds(2);

    private final Class<? extends Container> container;

    /** Runs a container, which has a constructor as a {@link Container.Starting} is called. */
    protected StoppedContainer(Class<? extends Container> container) {
        this.container = container;
    }

    /** The process of a container, and peers of its hub. */
    private static final class Stopped implements AutoCloseable {

        private final List<RawClient> peers = new ArrayList<>();
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final CompletionService<Void> readers = new ExecutorCompletionService<>(threads);
        private final AtomicInteger upToDate = new AtomicInteger();
        private final Process process;
        private final BufferedReader printed;
        private final URI uri;

        Stopped(Class<? extends Container> container) throws IOException {
            process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                    "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
                    System.getProperty("java.class.path"), StoppedProgram.class.getName(), container.getName(),
                    HEARTBEAT.toString(), LIMITS.toString()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            printed = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            uri = URI.create(next("listens ").substring("listens ".length()));
        }

        /** {@return the next line, which begins so} */
        private String next(String prefix) throws IOException {
            String line = printed.readLine();
            assertThat(line).isNotNull().startsWith(prefix);
            return line;
        }

        void open(int count, int receiveBuffer) throws IOException {
            for (int i = 0; i < count; i++) {
                RawClient peer = RawClient.connect(uri.getPort(), receiveBuffer);
                peers.add(peer);
                peer.shakeHands(uri.getPath());
                next("peer ");
            }
        }

        /** Has the hub hear all peers now: the limit of a ping that was sent before does not matter any more. */
        void areHeard() throws IOException {
            for (RawClient peer : peers) {
                peer.send(RawClient.frame(0x8A, new byte[0]));
                peer.send(RawClient.frame(0x89, new byte[0])); // its answer shows that the pong was read
                while (peer.readMessage().opcode() == RawClient.PING) {
                    // sent before
                }
            }
        }

        void broadcast() throws IOException {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
            next("broadcast");
        }

        void signal(String name) throws IOException, InterruptedException {
            assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor()).isZero();
        }

        void standStill() throws InterruptedException {
            assertThat(process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)).as("it has ended").isFalse();
        }

        /**
         * Lets each peer read what was broadcast, and then what {@link #allAreAlive} says. Pings are answered all the
         * time.
         *
         * @param broadcast how many messages that were
         */
        void read(int broadcast) {
            for (RawClient peer : peers) {
                readers.submit(() -> {
                    for (int i = 0; i < broadcast; i++) {
                        assertThat(peer.nextTextAlive().equals(StoppedProgram.text(i))).as("message %d", i).isTrue();
                    }
                    upToDate.incrementAndGet();
                    for (int i = 0; i < peers.size(); i++) {
                        assertThat(peer.nextTextAlive()).isEqualTo("still here?");
                    }
                    return null;
                });
            }
        }

        /** Lets every peer that has read what was broadcast say something, which all of them hear. */
        void allAreAlive() throws Exception {
            while (upToDate.get() < peers.size()) {
                Future<Void> failed = readers.poll(10, TimeUnit.MILLISECONDS);
                if (failed != null) {
                    failed.get();
                }
            }
            for (RawClient peer : peers) {
                peer.sendText("still here?");
            }
            for (int i = 0; i < peers.size(); i++) {
                readers.take().get(); // the first that ends first
            }
        }

        @Override
        public void close() throws IOException {
            process.destroyForcibly();
            for (RawClient peer : peers) {
                peer.close();
            }
            threads.shutdownNow();
        }
    }

    /** Two processes stand still at the same time, as the test does nothing but wait. */
    @Test
    void keepsPeersWhosePongHasComeAndPeersThatReadWhatItHadSent() throws Exception {
        assumeTrue(Kernel.isThere(), "processes are stopped with signals, on Linux");
        try (Stopped pongs = new Stopped(container); Stopped behind = new Stopped(container)) {
            for (int i = 0; i < PEERS; i++) {
                pongs.open(1, 0);
                pongs.areHeard(); // however long it takes to connect the others
            }
            for (RawClient peer : pongs.peers) {
                assertThat(peer.readMessage().opcode()).isEqualTo(RawClient.PING);
            }
            pongs.signal("STOP");
            for (RawClient peer : pongs.peers) {
                peer.send(RawClient.frame(0x8A, new byte[0]));
            }
            behind.open(5, RECEIVE_BUFFER);
            behind.broadcast();
            behind.signal("STOP");
            behind.read(StoppedProgram.TIMES);
            behind.standStill();
            pongs.signal("CONT");
            behind.signal("CONT");
            pongs.read(0);
            behind.allAreAlive();
            pongs.allAreAlive();
        }
    }
}
