package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.Kernel;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import io.techops.broadcast.testing.TestRun;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A peer that does not read affects no other peer. */
class SlowPeerTest {

    private static final int SMALL_BUFFER = 4_096;
    private static final int MEDIUM_BUFFER = 65_536;
    private static final Duration LONG = Duration.ofHours(1);
    private static final int MESSAGE = 32_000;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private static String message(int number) {
        return (number + " ").repeat(MESSAGE / 2).substring(0, MESSAGE);
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aPeerThatDoesNotReadFallsOffTheLogAndTheOthersLoseNothing(Wire wire) throws Exception {
        assumeTrue(Kernel.isThere(), "only Linux lists the sockets of a process");
        Recorder recorder = new Recorder();
        BroadcastHub.Builder hub = BroadcastHub.builder().listener(recorder).stallTimeout(LONG).heartbeat(Duration.ZERO)
                .retention(Retention.of(64, 64 << 20)).closeTimeout(Duration.ofMillis(500));
        int healthy = 3;
        int messages = 700;
        try (BroadcastServer server = wire.start(hub); RawClient stalled = wire.open(server, SMALL_BUFFER)) {
            Kernel.Connection socket = Kernel.connection(server.port(), stalled.socket().getLocalPort());
            assertThat(socket.hasDescriptor()).isTrue();
            Semaphore window = new Semaphore(16 * healthy); // the host waits for its readers, so that none lags
            List<Future<Integer>> readers = new ArrayList<>();
            List<RawClient> peers = new ArrayList<>();
            for (int i = 0; i < healthy; i++) {
                RawClient peer = wire.open(server);
                peers.add(peer);
                readers.add(threads.submit(() -> readAll(peer, messages, window)));
            }
            for (int i = 0; i < messages; i++) {
                assertThat(window.tryAcquire(healthy, TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
                server.hub().broadcast(message(i));
            }
            for (Future<Integer> reader : readers) {
                assertThat(reader.get()).isEqualTo(messages);
            }
            await().untilAsserted(() -> assertThat(recorder.departures).hasSize(1));
            assertThat(recorder.departures.get(0).peer()).isEqualTo(1);
            assertThat(recorder.departures.get(0).reason().code()).isEqualTo(CloseReason.TRY_AGAIN_LATER);
            assertThat(recorder.missed).hasSize(1);
            assertThat(server.hub().stats().overflows()).isEqualTo(1);
            isGone(server, stalled, socket);
            for (RawClient peer : peers) {
                peer.close();
            }
        }
        assertThat(recorder.departures).extracting(Recorder.Departure::peer).doesNotHaveDuplicates();
    }

    private static int readAll(RawClient peer, int count, Semaphore window) throws Exception {
        for (int i = 0; i < count; i++) {
            if (!peer.readText().equals(message(i))) {
                return i;
            }
            window.release();
        }
        return count;
    }

    /** {@return a server that has no deadline of its own to wake up for} */
    private static BroadcastServer start(Wire wire, BroadcastHub.Builder hub) {
        return wire.server().hub(hub.build()).handshakeTimeout(LONG).start();
    }

    private static void isGone(BroadcastServer server, RawClient peer, Kernel.Connection socket) {
        await().untilAsserted(() -> {
            assertThat(Kernel.connectionsOf(server.port())).noneMatch(
                    one -> one.remotePort() == peer.socket().getLocalPort());
            assertThat(socket.hasDescriptor()).isFalse();
        });
    }

    private static void stall(BroadcastServer server) {
        for (int i = 0; i < 400; i++) {
            server.hub().broadcast(message(i));
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aPeerThatDoesNotReadIsDisconnectedAlsoIfNothingMoreIsSent(Wire wire) throws Exception {
        assumeTrue(Kernel.isThere(), "only Linux lists the sockets of a process");
        Recorder recorder = new Recorder();
        BroadcastHub.Builder hub = BroadcastHub.builder().listener(recorder).retention(Retention.of(1_000, 64 << 20))
                .stallTimeout(Duration.ofMillis(300)).closeTimeout(Duration.ofMillis(300)).heartbeat(Duration.ZERO);
        try (BroadcastServer server = start(wire, hub); RawClient stalled = wire.open(server, SMALL_BUFFER)) {
            Kernel.Connection socket = Kernel.connection(server.port(), stalled.socket().getLocalPort());
            stall(server);
            await().untilAsserted(() -> assertThat(recorder.departures).hasSize(1));
            assertThat(recorder.departures.get(0).reason())
                    .isEqualTo(CloseReason.of(CloseReason.TRY_AGAIN_LATER, "too slow: no progress for 300 ms"));
            assertThat(server.hub().stats().stalls()).isEqualTo(1);
            isGone(server, stalled, socket);
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aPeerThatReadsAgainInTimeIsToldWhyItWasDisconnected(Wire wire) throws Exception {
        Recorder recorder = new Recorder();
        BroadcastHub.Builder hub = BroadcastHub.builder().listener(recorder).retention(Retention.of(1_000, 64 << 20))
                .stallTimeout(Duration.ofMillis(300)).closeTimeout(LONG).heartbeat(Duration.ZERO);
        try (BroadcastServer server = wire.start(hub); RawClient stalled = wire.open(server, MEDIUM_BUFFER)) {
            stall(server);
            await().untilAsserted(() -> assertThat(recorder.departures).hasSize(1));
            int texts = 0;
            RawClient.Frame frame = stalled.read();
            while (frame.first() == 0x81) {
                assertThat(frame.text().equals(message(texts))).isTrue();
                texts++;
                frame = stalled.read();
            }
            assertThat(frame.first()).isEqualTo(0x88);
            assertThat(frame.code()).isEqualTo(CloseReason.TRY_AGAIN_LATER);
            assertThat(texts).isBetween(1, 399);
        }
    }

    @Test
    void aPeerThatStalledOnceLeavesNoDescriptorWhenItGoes() throws Exception {
        assumeTrue(Kernel.isThere(), "only Linux lists the sockets of a process");
        BroadcastHub.Builder hub = BroadcastHub.builder().retention(Retention.of(1_000, 64 << 20)).stallTimeout(LONG)
                .heartbeat(Duration.ZERO);
        try (BroadcastServer server = start(Wire.PLAIN, hub)) {
            for (int way = 0; way < 3; way++) {
                RawClient peer = Wire.PLAIN.open(server, MEDIUM_BUFFER);
                Kernel.Connection socket = Kernel.connection(server.port(), peer.socket().getLocalPort());
                stall(server);
                for (int i = 0; i < 400; i++) {
                    assertThat(peer.readText().length()).isEqualTo(MESSAGE);
                }
                if (way == 0) {
                    peer.reset();
                } else if (way == 1) {
                    peer.close();
                } else {
                    peer.sendClose(1000);
                    assertThat(peer.readClose().code()).isEqualTo(1000);
                    peer.close();
                }
                isGone(server, peer, socket);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void noThreadIsBusyWhileAPeerIsStalled(Wire wire) throws Exception {
        ThreadMXBean beans = ManagementFactory.getThreadMXBean();
        assumeTrue(beans.isThreadCpuTimeSupported() && beans.isThreadCpuTimeEnabled(),
                "this JVM does not measure the CPU time of a thread");
        BroadcastHub.Builder hub = BroadcastHub.builder().retention(Retention.of(1_000, 64 << 20)).stallTimeout(LONG)
                .heartbeat(Duration.ZERO);
        try (BroadcastServer server = wire.start(hub); RawClient stalled = wire.open(server, SMALL_BUFFER)) {
            stall(server);
            await().until(() -> server.hub().peers().iterator().next().lag() > 0);
            await().untilAsserted(() -> // a thread that is busy is so all the time
                    assertThat(share(beans)).as("CPU time, in percent of one processor").isLessThan(20));
            assertThat(server.hub().peers()).as("it is still there: %s", stalled.socket()).hasSize(1);
        }
    }

    /** {@return the CPU share of the server's threads, in percent, in a moment that begins now} */
    private static long share(ThreadMXBean beans) {
        long start = System.nanoTime();
        long before = cpuTime(beans);
        await().pollInterval(Duration.ofMillis(50)).until(() -> System.nanoTime() - start > 300_000_000L);
        return 100 * (cpuTime(beans) - before) / (System.nanoTime() - start);
    }

    private static long cpuTime(ThreadMXBean beans) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("broadcast"))
                .mapToLong(thread -> Math.max(0, beans.getThreadCpuTime(thread.getId()))).sum();
    }
}
