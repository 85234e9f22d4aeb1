package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The end of a server that is busy, and that has many peers. */
class EndUnderLoadTest {


    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void whatWasAcceptedBeforeTheEndReachesEveryPeer(Wire wire) throws Exception {
        int count = wire == Wire.PLAIN ? 120 : 20;
        BroadcastServer server = wire.start(BroadcastHub.builder().retention(Retention.of(100_000, 64 << 20))
                .stallTimeout(TestRun.LIMIT).closeTimeout(TestRun.LIMIT).heartbeat(Duration.ZERO)
                .drainSpread(Duration.ofMillis(300)));
        Semaphore window = new Semaphore(200); // the host waits for one of its peers, so that none lags far behind
        List<Future<List<String>>> readers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            RawClient peer = wire.open(server);
            Semaphore told = i == 0 ? window : new Semaphore(0);
            readers.add(threads.submit(() -> readToTheEnd(peer, told)));
        }
        Map<Long, String> accepted = new ConcurrentHashMap<>();
        List<Future<?>> publishers = new ArrayList<>();
        for (int p = 0; p < 3; p++) {
            String name = p + ":";
            publishers.add(threads.submit(() -> {
                try {
                    for (int i = 0; ; i++) {
                        assertThat(window.tryAcquire(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
                        accepted.put(server.hub().publish(name + i).toCompletableFuture().get().sequence(), name + i);
                    }
                } catch (ExecutionException closed) {
                    assertThat(closed).hasCauseInstanceOf(IllegalStateException.class);
                    return null;
                }
            }));
        }
        await().until(() -> accepted.size() > 2_000);
        server.close(TestRun.LIMIT);
        window.release(1_000);
        for (Future<?> publisher : publishers) {
            publisher.get();
        }
        List<String> all = new ArrayList<>();
        for (long sequence = 1; sequence <= accepted.size(); sequence++) {
            all.add(accepted.get(sequence));
        }
        assertThat(all).doesNotContainNull();
        for (Future<List<String>> reader : readers) {
            assertThat(reader.get().equals(all)).as("got all %d, in order", all.size()).isTrue();
        }
    }

    /** {@return what came before the close frame, which is answered} */
    private static List<String> readToTheEnd(RawClient peer, Semaphore told) throws Exception {
        List<String> texts = new ArrayList<>();
        try (peer) {
            RawClient.Frame frame = peer.read();
            while (frame.first() == 0x81) {
                texts.add(frame.text());
                told.release();
                frame = peer.read();
            }
            assertThat(frame.code()).isEqualTo(1001);
            peer.sendClose(1001);
            assertThat(peer.readsEnd()).isTrue();
        }
        return texts;
    }

    @Test
    void manyPeersAreClosedOneAfterTheOtherSoThatTheyDoNotAllComeBackAtOnce() throws Exception {
        int count = 150;
        VirtualTimer timer = new VirtualTimer();
        AtomicInteger closed = new AtomicInteger();
        try (BroadcastServer server =
                Wire.PLAIN.start(BroadcastHub.builder().timer(timer).heartbeat(Duration.ZERO))) {
            List<Future<List<String>>> readers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                RawClient peer = Wire.PLAIN.open(server);
                readers.add(threads.submit(() -> {
                    List<String> texts = readToTheEnd(peer, new Semaphore(0));
                    closed.incrementAndGet();
                    return texts;
                }));
            }
            server.hub().broadcast("last");
            CompletableFuture<Void> end = server.hub().shutdown(Duration.ofSeconds(10)).toCompletableFuture();
            awaitClosed(timer, closed, 1);
            timer.pass(Duration.ofSeconds(1));
            awaitClosed(timer, closed, 76); // one each 13.3 ms
            timer.pass(Duration.ofMillis(500));
            awaitClosed(timer, closed, 113);
            assertThat(end).isNotDone();
            timer.pass(Duration.ofMillis(500));
            awaitClosed(timer, closed, count);
            end.get();
            for (Future<List<String>> reader : readers) {
                assertThat(reader.get()).containsExactly("last");
            }
        }
    }

    /** Lets no time pass, only what is due happen, until so many peers have seen their end. */
    private static void awaitClosed(VirtualTimer timer, AtomicInteger closed, int count) {
        await().untilAsserted(() -> {
            timer.pass(Duration.ZERO);
            assertThat(closed).hasValue(count);
        });
    }

    @Test
    void aFewPeersAreClosedAtOnce() throws Exception {
        VirtualTimer timer = new VirtualTimer(); // whose time does not pass
        try (BroadcastServer server =
                Wire.PLAIN.start(BroadcastHub.builder().timer(timer).heartbeat(Duration.ZERO))) {
            List<Future<List<String>>> readers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                RawClient peer = Wire.PLAIN.open(server);
                readers.add(threads.submit(() -> readToTheEnd(peer, new Semaphore(0))));
            }
            server.hub().shutdown(Duration.ofSeconds(10)).toCompletableFuture().get();
            for (Future<List<String>> reader : readers) {
                assertThat(reader.get()).isEmpty();
            }
        }
    }
}
