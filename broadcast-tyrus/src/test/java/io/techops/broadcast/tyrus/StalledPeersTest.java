package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.OverflowPolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.Kernel;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import io.techops.broadcast.testing.Resources;
import io.techops.broadcast.testing.TestRun;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
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
import org.junit.jupiter.params.provider.ValueSource;

/** A hundred peers that do not read: what they hold, what they cost the others, and that they go. */
class StalledPeersTest {

    private static final int STALLED = 100;
    private static final int HEALTHY = 3;
    private static final int MESSAGE = 16_000;
    private static final int WINDOW = 16;
    private static final Duration LONG = Duration.ofHours(1);

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private static String message(int number) {
        return (number + " ").repeat(MESSAGE / 2).substring(0, MESSAGE);
    }

    /** Broadcasts as fast as the healthy peers read. */
    private final class Push {
        private final BroadcastServer server;
        private final List<RawClient> peers = new ArrayList<>();
        private int number;

        Push(BroadcastServer server) throws Exception {
            this.server = server;
            for (int i = 0; i < HEALTHY; i++) {
                peers.add(Wire.PLAIN.open(server));
            }
        }

        /** Every healthy peer gets so many messages more, each of them, in order, or this fails. */
        void messages(int count) throws Exception {
            Semaphore window = new Semaphore(WINDOW * HEALTHY); // the host waits for its readers, so that none lags
            int from = number;
            List<Future<Integer>> readers = new ArrayList<>();
            for (RawClient peer : peers) {
                readers.add(threads.submit(() -> {
                    for (int i = from; i < from + count; i++) {
                        if (!peer.readText().equals(message(i))) {
                            return i;
                        }
                        window.release();
                    }
                    return from + count;
                }));
            }
            for (int i = 0; i < count; i++) {
                assertThat(window.tryAcquire(HEALTHY, TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
                server.hub().broadcast(message(number++));
            }
            for (Future<Integer> reader : readers) {
                assertThat(reader.get()).as("read in order, each").isEqualTo(from + count);
            }
        }

        void end() throws Exception {
            for (RawClient peer : peers) {
                peer.close();
            }
        }
    }

    private static List<RawClient> stalled(BroadcastServer server) throws Exception {
        List<RawClient> stalled = new ArrayList<>();
        for (int i = 0; i < STALLED; i++) {
            stalled.add(Wire.PLAIN.open(server, 4_096));
        }
        return stalled;
    }

    private static long heapAndDirect() {
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct")).mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
        return direct + Resources.usedHeap();
    }

    /**
     * {@return how many peers do not get any more} One that does is never as far behind as this, because the host waits
     * for the healthy ones, which the one shard serves in the same rounds.
     */
    private static long lagging(BroadcastServer server) {
        return server.hub().peers().stream().filter(peer -> peer.lag() > WINDOW * HEALTHY).count();
    }

    @Test
    void holdNoMoreThanTheLogAndOneBatchEachHoweverMuchIsSent() throws Exception {
        int log = 4 << 20;
        int batch = 320 << 10; // sixteen messages of 16 KiB, in chunks
        BroadcastHub.Builder hub = BroadcastHub.builder().shards(1).retention(Retention.of(4096, log))
                .overflow(OverflowPolicy.skip()).stallTimeout(LONG).heartbeat(Duration.ZERO);
        try (BroadcastServer server = Wire.PLAIN.start(hub)) {
            Push push = new Push(server);
            push.messages(log / MESSAGE);
            long before = heapAndDirect(); // the log is full already
            List<RawClient> stalled = stalled(server);
            int sent = 0;
            while (lagging(server) < STALLED) {
                push.messages(100);
                sent += 100;
                assertThat(sent).as("messages until all have stalled").isLessThan(5_000);
            }
            push.messages(2_000); // 32 MB that each of the stalled would have to keep
            assertThat(lagging(server)).isEqualTo(STALLED);
            assertThat(server.hub().peers().stream().filter(peer -> peer.lag() > log / MESSAGE))
                    .as("those who have fallen off the log").hasSize(STALLED);
            long each = (heapAndDirect() - before) / STALLED;
            assertThat(each).as("bytes a stalled peer").isLessThan(batch);
            assertThat(server.hub().peers()).hasSize(STALLED + HEALTHY);
            assertThat(server.hub().stats().retainedBytes()).isLessThanOrEqualTo(log);
            push.end();
            for (RawClient peer : stalled) {
                peer.close();
            }
        }
    }

    @ParameterizedTest(name = "at overflow: {0}")
    @ValueSource(booleans = {true, false})
    void areAllDisconnectedAtOverflowOrWhenTheirTimeIsOverAndTheirSocketsAreGone(boolean atOverflow) throws Exception {
        assumeTrue(Kernel.isThere(), "only Linux lists the sockets of a process");
        Recorder recorder = new Recorder();
        Retention retention = atOverflow ? Retention.of(64, 64 << 20) : Retention.of(100_000, 256 << 20);
        BroadcastHub.Builder hub = BroadcastHub.builder().shards(1).listener(recorder).retention(retention)
                .stallTimeout(atOverflow ? LONG : Duration.ofSeconds(3)).closeTimeout(Duration.ofMillis(500))
                .heartbeat(Duration.ZERO);
        try (BroadcastServer server = Wire.PLAIN.server().hub(hub.build()).handshakeTimeout(LONG).start()) {
            Push push = new Push(server);
            List<Long> healthy = server.hub().peers().stream().map(Peer::id).toList();
            List<RawClient> stalled = stalled(server);
            List<Kernel.Connection> sockets = await().until(() -> Kernel.connectionsOf(server.port()),
                    all -> all.size() == HEALTHY + STALLED);
            int sent = 0;
            while (recorder.departures.size() + (atOverflow ? 0 : lagging(server)) < STALLED) {
                push.messages(100);
                sent += 100;
                assertThat(sent).as("messages until all have stalled").isLessThan(5_000);
            }
            // Nothing more is sent from here on.
            await().untilAsserted(() -> assertThat(recorder.departures).hasSize(STALLED));
            assertThat(recorder.departures).extracting(Recorder.Departure::peer).doesNotHaveDuplicates()
                    .doesNotContainAnyElementsOf(healthy);
            assertThat(recorder.departures).extracting(one -> one.reason().code())
                    .containsOnly(CloseReason.TRY_AGAIN_LATER);
            assertThat(recorder.missed).hasSize(atOverflow ? STALLED : 0);
            await().untilAsserted(() -> {
                assertThat(Kernel.connectionsOf(server.port())).as("sockets in the kernel").hasSize(HEALTHY);
                int open = 0;
                for (Kernel.Connection socket : sockets) {
                    open += socket.hasDescriptor() ? 1 : 0;
                }
                assertThat(open).as("descriptors").isEqualTo(HEALTHY);
            });
            push.messages(10);
            push.end();
            for (RawClient peer : stalled) {
                peer.close();
            }
        }
    }
}
