package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.testing.ConnectionEnding;
import io.techops.broadcast.testing.Kernel;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import io.techops.broadcast.testing.Resources;
import io.techops.broadcast.testing.TestRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Thousands of connections that come and go in every way leave nothing behind. How many is the system property
 * {@code broadcast.churn}: 2,000 unless it is set, 10,000 in the {@code soak} profile.
 */
class ChurnTest {

    private static final int CLIENTS = 16;
    private static final int COUNT = Integer.getInteger("broadcast.churn", 2_000);
    private static final long BYTES_A_CONNECTION = 512;
    /** The JDK itself keeps a TLS session for a day, in case the client comes back; up to 20,480 of them. */
    private static final long BYTES_A_TLS_SESSION = 16 << 10;

    /** Lets many come and go, a few at a time. */
    private static void churn(ConnectionEnding.Dialer dialer, int count) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> all = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            all.add(clients.submit(() -> {
                for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                    ConnectionEnding.values()[i % ConnectionEnding.values().length].run(dialer);
                }
                return null;
            }));
        }
        for (Future<?> one : all) {
            one.get();
        }
        clients.shutdown();
        assertThat(clients.awaitTermination(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void whoComesAndGoesInAnyWayLeavesNoThreadNoDescriptorAndNoMemory(Wire wire) throws Exception {
        int count = wire == Wire.PLAIN ? COUNT : COUNT / 10; // TLS costs more, and its connections end later
        Recorder recorder = new Recorder();
        BroadcastHub.Builder hub = BroadcastHub.builder().listener(recorder).heartbeat(Duration.ZERO);
        try (LogCatch log = new LogCatch(); BroadcastServer server = wire.start(hub);
                RawClient stays = wire.open(server)) {
            ConnectionEnding.Dialer dialer = () -> wire.connect(server);
            churn(dialer, count / 5);
            onlyOneIsLeft(server, recorder);
            Resources before = Resources.now();
            churn(dialer, count);
            onlyOneIsLeft(server, recorder);
            before.areReachedAgain(count * (wire == Wire.PLAIN ? BYTES_A_CONNECTION : BYTES_A_TLS_SESSION));
            stays.sendText("still here");
            while (!stays.readText().equals("still here")) {
                // what those sent who have gone
            }
            assertThat(recorder.failures).isEmpty();
            assertThat(log.warnings()).isEmpty();
        }
    }

    private static void onlyOneIsLeft(BroadcastServer server, Recorder recorder) {
        await().untilAsserted(() -> {
            assertThat(server.hub().peers()).hasSize(1);
            assertThat(recorder.registered).as("those who have gone, and one").hasSize(recorder.departures.size() + 1);
            if (Kernel.isThere()) {
                assertThat(Kernel.connectionsOf(server.port())).hasSize(1);
            }
        });
        recorder.registered.clear();
        recorder.departures.clear();
        recorder.registered.add(server.hub().peers().iterator().next());
    }
}
