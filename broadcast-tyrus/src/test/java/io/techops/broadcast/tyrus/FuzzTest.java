package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.MessagePolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random and mutated bytes, as handshakes and as frames: no unhandled exception, no line in the log, no connection that
 * neither ends nor works, nothing left behind. The system properties {@code broadcast.fuzz.seed} and
 * {@code broadcast.fuzz.seconds} say with which numbers and for how long, four seconds unless it is set; the seed is
 * printed, and each case has its own.
 */
class FuzzTest {

    /** Many, because some cases wait: for the end of the time for a handshake, or for that of a TLS connection. */
    private static final int CLIENTS = 32;
    private static final int WARM_UP = 200;
    private static final long SECONDS = Long.getLong("broadcast.fuzz.seconds", 4);
    private static final long BYTES_A_CASE = 512;
    /** The JDK itself keeps a TLS session for a day, in case the client comes back; up to 20,480 of them. */
    private static final long BYTES_A_TLS_SESSION = 16 << 10;

    /** Runs so many cases more, or for so long. {@return how many there were in all} */
    private static long fuzz(WayToGo.Dialer dialer, long seed, AtomicLong number, long count, Duration limit)
            throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        long begin = System.nanoTime();
        long last = number.get() + count;
        List<Future<?>> all = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            all.add(clients.submit(() -> {
                long one = number.getAndIncrement();
                while (one < last && System.nanoTime() - begin < limit.toNanos()) {
                    try {
                        new FuzzCase(seed + one).run(dialer);
                    } catch (Exception e) {
                        throw new AssertionError("-Dbroadcast.fuzz.seed=" + (seed + one) + " breaks it: " + e, e);
                    }
                    one = number.getAndIncrement();
                }
                return null;
            }));
        }
        for (Future<?> one : all) {
            one.get(limit.toSeconds() + 120, TimeUnit.SECONDS);
        }
        clients.shutdown();
        assertThat(clients.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        return number.get();
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void noBytesBreakTheServerOrStay(Wire wire) throws Exception {
        long seed = Long.getLong("broadcast.fuzz.seed", new Random().nextLong());
        System.out.println("FuzzTest over " + wire + ": -Dbroadcast.fuzz.seed=" + seed);
        Recorder recorder = new Recorder();
        BroadcastHub hub = BroadcastHub.builder().listener(recorder)
                .policy((from, message) -> MessagePolicy.Decision.relay(message)).build();
        try (LogTrap log = new LogTrap();
                BroadcastServer server = wire.server().hub(hub).maxMessageBytes(FuzzCase.maxMessageBytes())
                        .handshakeTimeout(Duration.ofMillis(700)).start()) {
            WayToGo.Dialer dialer = () -> wire.connect(server);
            AtomicLong number = new AtomicLong();
            long warmUp = fuzz(dialer, seed, number, wire == Wire.PLAIN ? WARM_UP : WARM_UP / 4, Duration.ofMinutes(1));
            nobodyIsLeft(server);
            Resources before = Resources.now();
            Duration half = Duration.ofSeconds(SECONDS).dividedBy(2);
            long cases = fuzz(dialer, seed, number, Long.MAX_VALUE / 2, half) - warmUp;
            System.out.println("FuzzTest over " + wire + ": " + cases + " cases");
            nobodyIsLeft(server);
            recorder.registered.clear();
            recorder.departures.clear();
            before.areReachedAgain((1 << 20) + cases * (wire == Wire.PLAIN ? BYTES_A_CASE : BYTES_A_TLS_SESSION));
            assertThat(recorder.failures).isEmpty();
            log.isEmpty();
            try (RawClient peer = wire.open(server)) {
                Conformance.isUsable(peer);
            }
        }
    }

    private static void nobodyIsLeft(BroadcastServer server) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(server.hub().peers()).isEmpty();
            if (Kernel.isThere()) {
                assertThat(Kernel.connectionsOf(server.port())).isEmpty();
            }
        });
    }
}
