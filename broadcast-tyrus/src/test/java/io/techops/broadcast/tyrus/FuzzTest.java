package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.testing.ConnectionEnding;
import io.techops.broadcast.testing.Kernel;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import io.techops.broadcast.testing.Resources;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
    /** Fewer, because a handshake of TLS is work, and all of them have to be done in time. */
    private static final int TLS_CLIENTS = 8;
    private static final int WARM_UP = 200;
    private static final long SECONDS = Long.getLong("broadcast.fuzz.seconds", 4);
    private static final long BYTES_A_CASE = 512;
    /** The JDK itself keeps a TLS session for a day, in case the client comes back; up to 20,480 of them. */
    private static final long BYTES_A_TLS_SESSION = 16 << 10;
    /** Short, because some cases wait for its end. */
    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(2);

    private final AtomicLong number = new AtomicLong();
    /** How many cases had no handshake in time, because this machine had other things to do. */
    private final AtomicLong late = new AtomicLong();
    /** The first one is the cause, or near it: a server that is broken breaks the cases of the other clients, too. */
    private final List<Throwable> broken = new CopyOnWriteArrayList<>();

    /** Runs cases until their number is {@code end}, or for so long. */
    private void fuzz(int clients, ConnectionEnding.Dialer dialer, long seed, long end, Duration limit)
            throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        long begin = System.nanoTime();
        for (int client = 0; client < clients; client++) {
            threads.execute(() -> {
                while (broken.isEmpty() && number.get() < end && System.nanoTime() - begin < limit.toNanos()) {
                    run(dialer, seed + number.getAndIncrement());
                }
            });
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(1, TimeUnit.DAYS)).isTrue(); // each read of a case has a limit
        assertThat(broken).as("cases that went wrong").isEmpty();
    }

    private void run(ConnectionEnding.Dialer dialer, long seed) {
        try {
            if (!new FuzzCase(seed).run(dialer, HANDSHAKE_TIMEOUT)) {
                late.incrementAndGet();
            }
        } catch (Throwable e) {
            broken.add(new AssertionError("-Dbroadcast.fuzz.seed=" + seed + " begins with this case: " + e, e));
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void noBytesBreakTheServerOrStay(Wire wire) throws Exception {
        long seed = Long.getLong("broadcast.fuzz.seed", new Random().nextLong());
        System.out.println("FuzzTest over " + wire + ": -Dbroadcast.fuzz.seed=" + seed);
        Recorder recorder = new Recorder();
        BroadcastHub hub = BroadcastHub.builder().listener(recorder)
                .policy((context, message) -> MessagePolicy.Verdict.relay(message))
                .heartbeat(Duration.ZERO) // which would end a connection that neither ends nor works
                .build();
        try (LogCatch log = new LogCatch();
                BroadcastServer server = wire.server().hub(hub).maxMessageBytes(FuzzCase.maxMessageBytes())
                        .handshakeTimeout(HANDSHAKE_TIMEOUT).start()) {
            ConnectionEnding.Dialer dialer = () -> wire.connect(server);
            int clients = wire == Wire.PLAIN ? CLIENTS : TLS_CLIENTS;
            fuzz(clients, dialer, seed, wire == Wire.PLAIN ? WARM_UP : WARM_UP / 4, Duration.ofMinutes(1));
            nobodyIsLeft(server);
            Resources before = Resources.now();
            long warmUp = number.get();
            fuzz(clients, dialer, seed, Long.MAX_VALUE, Duration.ofSeconds(SECONDS).dividedBy(2));
            long cases = number.get() - warmUp;
            System.out.println("FuzzTest over " + wire + ": " + cases + " cases"
                    + (late.get() == 0 ? "" : ", and " + late + " handshakes that this machine did not do in time"));
            nobodyIsLeft(server);
            recorder.registered.clear();
            recorder.departures.clear();
            before.areReachedAgain((1 << 20) + cases * (wire == Wire.PLAIN ? BYTES_A_CASE : BYTES_A_TLS_SESSION));
            assertThat(recorder.failures).isEmpty();
            assertThat(log.warnings()).isEmpty();
            try (RawClient peer = wire.open(server)) {
                Conformance.isUsable(peer);
            }
        }
    }

    private static void nobodyIsLeft(BroadcastServer server) {
        await().untilAsserted(() -> {
            assertThat(server.hub().peers()).isEmpty();
            if (Kernel.isThere()) {
                assertThat(Kernel.connectionsOf(server.port())).isEmpty();
            }
        });
    }
}
