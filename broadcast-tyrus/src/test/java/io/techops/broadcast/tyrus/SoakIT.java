package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.ConnectionEnding;
import io.techops.broadcast.testing.RawClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Everything together, for ten minutes or as long as {@code soak.duration} says: a thousand healthy peers that check
 * every message, a hundred that do not read, churn, floods and garbage. Only in the {@code soak} profile. It goes
 * round:
 * <ol>
 *   <li>probes through the quiet server, timed;
 *   <li>a hundred peers connect and stop reading; long messages until all of them have stalled; probes, timed;
 *   <li>the storm, until every one of the hundred has been disconnected.
 * </ol>
 * In the end all healthy peers must have got every message in the same order, and the server must occupy what it did in
 * the beginning.
 */
class SoakIT {

    private static final int HEALTHY = 1_000;
    private static final int STALLED = 100;
    private static final int PROBES = 150;
    private static final long PROBE_NANOS = 20_000_000;
    private static final int BULK = 20;
    private static final int LOG_OF_BULK = 600;
    private static final Duration STORM = Duration.ofSeconds(8);
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final long HEAP_MARGIN = 4 << 20;
    /** Fewer than there are rounds in ten minutes, about 36: a leak of one in each round is more. */
    private static final int LEAK_OF_ALL_ROUNDS = 10;

    private final Duration duration = Duration.parse(System.getProperty("soak.duration", "PT10M"));
    private final long seed = Long.getLong("broadcast.fuzz.seed", new Random().nextLong());
    private final AtomicLongArray sent = new AtomicLongArray(1 << 20);
    private final List<int[]> without = new ArrayList<>();
    private final List<int[]> with = new ArrayList<>();
    private int probes;
    private int stalledInAll;

    @Test
    void nothingAPeerDoesCanHurtTheOthers() throws Exception {
        System.out.println("Soak of " + duration + ": -Dbroadcast.fuzz.seed=" + seed);
        long end = System.nanoTime() + duration.toNanos();
        ExecutorService threads = Executors.newCachedThreadPool();
        try (SoakChild server = new SoakChild();
                SoakCrowd crowd = new SoakCrowd(server.port(), HEALTHY, sent)) {
            ConnectionEnding.Dialer dialer = () -> RawClient.connect(server.port());
            SoakStorm storm = new SoakStorm(dialer, seed, () -> caughtUp(server, crowd));
            storm.begin(); // once before the server is measured: what it needs once is not a leak
            LockSupport.parkNanos(STORM.toNanos());
            storm.end();
            Map<String, Long> before = atRest(server, crowd, HEALTHY);
            int rounds = 0;
            while (rounds == 0 || System.nanoTime() - end < 0) {
                round(server, crowd, storm, dialer, threads);
                rounds++;
            }
            Map<String, Long> after = atRest(server, crowd, HEALTHY);
            long delivered = crowd.delivered();
            List<String> complaints = crowd.complaints();
            crowd.leave();
            Map<String, Long> empty = atRest(server, crowd, 0);
            int exit = server.end();
            storm.close();
            String report = report(rounds, storm, before, after, empty, delivered, complaints.size(), exit);
            System.out.println(report);
            Files.writeString(Path.of("target", "soak.txt"), report);

            assertThat(complaints).as("healthy peers that lost a message, the order, or the connection").isEmpty();
            assertThat(delivered).isEqualTo(HEALTHY * after.get("messages"));
            assertThat(after.get("log")).as("lines from WARN up").isZero();
            assertThat(after.get("failures")).as("transports and policies that threw").isZero();
            assertThat(disconnected(after, "1013-overflow") + disconnected(after, "1013-stalled"))
                    .as("stalled peers, each disconnected, and no other").isEqualTo(stalledInAll);
            // A leak costs something each round; a pool may have one thread more after a busier moment.
            assertThat(after.get("threads")).as("threads").isLessThan(before.get("threads") + LEAK_OF_ALL_ROUNDS);
            assertThat(after.get("descriptors")).as("descriptors")
                    .isLessThan(before.get("descriptors") + LEAK_OF_ALL_ROUNDS);
            assertThat(after.get("heap")).as("heap").isLessThan(before.get("heap") + HEAP_MARGIN);
            assertThat(exit).as("the server's exit code").isZero();
        } finally {
            threads.shutdownNow();
        }
    }

    private void round(SoakChild server, SoakCrowd crowd, SoakStorm storm, ConnectionEnding.Dialer dialer,
            ExecutorService threads) throws Exception {
        probe(crowd, dialer, threads);
        without.add(crowd.takeLatencies());
        List<RawClient> stalled = new ArrayList<>();
        for (int i = 0; i < STALLED; i++) {
            stalled.add(RawClient.connect(javax.net.SocketFactory.getDefault(), server.port(), 4_096).shakeHands("/"));
        }
        stalledInAll += STALLED;
        long limit = System.nanoTime() + LIMIT.toNanos();
        Map<String, Long> figures = server.counts();
        while (figures.get("lagging") < STALLED && gone(figures) < stalledInAll) {
            assertThat(System.nanoTime()).as("time until all have stalled").isLessThan(limit);
            server.bulk(BULK);
            figures = caughtUp(server, crowd);
        }
        crowd.takeLatencies();
        probe(crowd, dialer, threads);
        with.add(crowd.takeLatencies());

        long calm = System.nanoTime() + STORM.toNanos();
        storm.begin();
        while (System.nanoTime() - calm < 0 || gone(server.counts()) < stalledInAll) {
            assertThat(System.nanoTime()).as("time until all stalled peers are gone").isLessThan(limit);
            server.bulk(BULK);
            caughtUp(server, crowd);
            LockSupport.parkNanos(200_000_000);
        }
        storm.end();
        caughtUp(server, crowd);
        for (RawClient peer : stalled) {
            peer.close();
        }
    }

    private static long gone(Map<String, Long> figures) {
        return disconnected(figures, "1013-overflow") + disconnected(figures, "1013-stalled");
    }

    private static long disconnected(Map<String, Long> figures, String cause) {
        return figures.getOrDefault(SoakServer.CAUSE + cause, 0L);
    }

    /** Sends probes at a steady rate, through a peer that reads. */
    private void probe(SoakCrowd crowd, ConnectionEnding.Dialer dialer, ExecutorService threads) throws Exception {
        long messages = crowd.slowest() + PROBES;
        try (RawClient prober = dialer.dial()) {
            prober.shakeHands("/");
            Future<Void> reader = threads.submit(() -> {
                for (int own = 0; own < PROBES; ) {
                    own += prober.readText().startsWith(SoakCrowd.PROBE) ? 1 : 0;
                }
                return null;
            });
            long next = System.nanoTime();
            for (int i = 0; i < PROBES; i++) {
                LockSupport.parkNanos(next - System.nanoTime());
                next += PROBE_NANOS;
                sent.set(probes, System.nanoTime());
                prober.sendText(SoakCrowd.PROBE + probes++);
            }
            reader.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            await().atMost(LIMIT).until(() -> crowd.slowest() >= messages);
        }
    }

    /** Waits until the healthy peers have got all that there is. */
    private static Map<String, Long> caughtUp(SoakChild server, SoakCrowd crowd) throws Exception {
        long messages = server.counts().get("messages");
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(10)).until(() -> {
            assertThat(crowd.lost()).as("healthy peers that were disconnected").isEmpty();
            return crowd.slowest() >= messages;
        });
        return server.counts();
    }

    /** Waits until only so many peers are left, fills the log as it was filled before, and looks. */
    private static Map<String, Long> atRest(SoakChild server, SoakCrowd crowd, int peers) throws Exception {
        await().atMost(LIMIT).until(() -> {
            assertThat(crowd.lost()).as("healthy peers that were disconnected").isEmpty();
            return server.counts().get("peers") == peers;
        });
        for (int i = 0; i < LOG_OF_BULK && peers > 0; i += BULK) {
            server.bulk(BULK);
            caughtUp(server, crowd);
        }
        await().atMost(LIMIT).pollInterval(Duration.ofSeconds(1)).until(new Steady(server));
        return server.figures();
    }

    /** Whether threads and descriptors are no more than they were a moment ago. */
    private static final class Steady implements java.util.concurrent.Callable<Boolean> {
        private final SoakChild server;
        private long last = Long.MAX_VALUE;
        private int still;

        Steady(SoakChild server) {
            this.server = server;
        }

        @Override
        public Boolean call() throws Exception {
            Map<String, Long> figures = server.figures();
            long now = figures.get("threads") + figures.get("descriptors");
            still = now >= last ? still + 1 : 0;
            last = now;
            return still >= 3;
        }
    }

    private static double percentile(List<int[]> all, double share) {
        int[] sum = new int[all.get(0).length];
        all.forEach(one -> Arrays.setAll(sum, i -> sum[i] + one[i]));
        long due = (long) Math.ceil(share * Arrays.stream(sum).asLongStream().sum());
        int micros = -1;
        for (long seen = 0; seen < due; ) {
            seen += sum[++micros];
        }
        return micros / 1_000.0;
    }

    private String report(int rounds, SoakStorm storm, Map<String, Long> before, Map<String, Long> after,
            Map<String, Long> empty, long delivered, int complaints, int exit) {
        StringBuilder report = new StringBuilder(String.format(Locale.ROOT, """

                Soak: %d rounds, %d healthy peers, %d stalled a round, seed %d
                messages                  %,d
                delivered to the healthy  %,d
                lost                      %,d
                healthy peers in trouble  %d
                connections in all        %,d, of which churn %,d and garbage %,d
                floods                    %,d of 4,000 messages
                """, rounds, HEALTHY, STALLED, seed, after.get("messages"), delivered,
                HEALTHY * after.get("messages") - delivered, complaints, after.get("registrations"),
                storm.connections(), storm.garbage(), storm.floods()));
        report.append("disconnected by cause\n");
        after.forEach((name, count) -> {
            if (name.startsWith(SoakServer.CAUSE)) {
                String cause = name.substring(SoakServer.CAUSE.length());
                report.append(String.format(Locale.ROOT, "  %-24s%,d%n", cause, count));
            }
        });
        for (String name : List.of("heap", "descriptors", "threads")) {
            report.append(String.format(Locale.ROOT, "%-26sbefore %,d, after %,d, without peers %,d%n", name,
                    before.get(name), after.get(name), empty.get(name)));
        }
        report.append(String.format(Locale.ROOT, "lines in the log from WARN %d%n", after.get("log")));
        for (double share : new double[] {0.5, 0.99, 0.999}) {
            double alone = percentile(without, share);
            double together = percentile(with, share);
            report.append(String.format(Locale.ROOT, "latency, %-4.1f %% within    "
                    + "%.3f ms without, %.3f ms with %d stalled peers: %+.1f %%%n",
                    share * 100, alone, together, STALLED, 100 * (together / alone - 1)));
        }
        return report.append("exit code                 ").append(exit).append('\n').toString();
    }
}
