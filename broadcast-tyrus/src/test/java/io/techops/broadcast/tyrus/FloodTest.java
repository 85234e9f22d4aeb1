package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.Recorder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A peer that sends as fast as TCP takes it is slowed down, and costs the others nothing. */
class FloodTest {

    private static final int IN_A_WRITE = 500;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    /** Sends numbers with a filler behind, many in a write, and counts what TCP took. */
    private static void flood(RawClient peer, int messages, String filler, AtomicLong taken) throws Exception {
        for (int from = 0; from < messages; from += IN_A_WRITE) {
            ByteArrayOutputStream frames = new ByteArrayOutputStream();
            for (int i = from; i < from + IN_A_WRITE; i++) {
                frames.writeBytes(RawClient.frame(0x81, (i + filler).getBytes(StandardCharsets.UTF_8)));
            }
            peer.send(frames.toByteArray());
            taken.addAndGet(IN_A_WRITE);
        }
    }

    /** {@return how many numbers came in order; all, or it fails} */
    private static int count(RawClient peer, int messages, String filler) throws Exception {
        for (int i = 0; i < messages; i++) {
            RawClient.Frame frame = peer.read();
            if (frame.first() == 0x88) {
                throw new IllegalStateException(i + " was to come, and not " + frame.code() + " " + frame.phrase());
            }
            if (frame.first() != 0x81 || !frame.text().equals(i + filler)) {
                throw new IllegalStateException(i + " was to come, and not " + frame.text());
            }
        }
        return messages;
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void everyoneWhoReadsGetsAllOfItInOrder(Wire wire) throws Exception {
        int messages = wire == Wire.PLAIN ? 300_000 : 100_000;
        Recorder recorder = new Recorder();
        BroadcastHub.Builder hub = BroadcastHub.builder().listener(recorder) // on a busy machine readers pause, too
                .floodGrace(Duration.ofHours(1)).stallTimeout(Duration.ofHours(1)).heartbeat(Duration.ZERO);
        try (BroadcastServer server = wire.start(hub);
                RawClient flooder = wire.open(server)) {
            List<RawClient> peers = new ArrayList<>(List.of(flooder));
            for (int i = 0; i < 4; i++) {
                peers.add(wire.open(server));
            }
            List<Future<Integer>> counts = new ArrayList<>();
            for (RawClient peer : peers) {
                counts.add(threads.submit(() -> count(peer, messages, "")));
            }
            flood(flooder, messages, "", new AtomicLong());
            for (Future<Integer> count : counts) {
                assertThat(count.get()).isEqualTo(messages);
            }
            assertThat(recorder.departures).isEmpty();
            assertThat(recorder.missed).isEmpty();
            assertThat(server.hub().stats().retainedMessages()).isLessThanOrEqualTo(4096);
            for (RawClient peer : peers) {
                peer.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void tcpHoldsTheFlooderBackWhileAReaderPauses(Wire wire) throws Exception {
        int messages = 400_000;
        String filler = ".".repeat(100);
        Recorder recorder = new Recorder();
        BroadcastHub.Builder hub = BroadcastHub.builder().listener(recorder).heartbeat(Duration.ZERO)
                .floodGrace(Duration.ofHours(1)).stallTimeout(Duration.ofHours(1));
        AtomicLong taken = new AtomicLong();
        try (BroadcastServer server = wire.start(hub);
                RawClient pausing = wire.open(server, 16_384);
                RawClient flooder = wire.open(server)) {
            Future<Integer> own = threads.submit(() -> count(flooder, messages, filler));
            Future<?> flood = threads.submit(() -> {
                flood(flooder, messages, filler, taken);
                return null;
            });
            AtomicLong last = new AtomicLong(-1);
            await().pollInterval(Duration.ofMillis(700)).until(
                    () -> server.hub().stats().waits() > 0 && last.getAndSet(taken.get()) == taken.get());
            long memory = server.hub().stats().retainedBytes();
            assertThat(taken.get()).as("held back").isLessThan(messages);
            assertThat(flood.isDone()).isFalse();
            assertThat(memory).isLessThanOrEqualTo(8 << 20);
            Future<Integer> resumed = threads.submit(() -> count(pausing, messages, filler));
            assertThat(resumed.get()).isEqualTo(messages);
            assertThat(own.get()).isEqualTo(messages);
            flood.get();
            assertThat(recorder.departures).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aFlooderThatIsHeldBackHearsOfTheEnd(Wire wire) throws Exception {
        BroadcastHub.Builder hub = BroadcastHub.builder().heartbeat(Duration.ZERO).floodGrace(Duration.ofHours(1))
                .stallTimeout(Duration.ofHours(1)).closeTimeout(Duration.ofHours(1));
        BroadcastServer server = wire.start(hub);
        try (RawClient pausing = wire.open(server, 4_096); RawClient flooder = wire.open(server)) {
            Future<?> flood = threads.submit(() -> {
                flood(flooder, Integer.MAX_VALUE - IN_A_WRITE, "", new AtomicLong());
                return null;
            });
            Future<RawClient.Frame> close = threads.submit(flooder::readClose);
            await().until(() -> server.hub().stats().waits() > 0);
            Future<?> end = threads.submit(() -> server.close(Duration.ofHours(1)));
            assertThat(close.get().code()).isEqualTo(1001);
            assertThat(flood).isNotCancelled();
            assertThat(end).as("the reader that pauses is waited for").isNotDone();
            pausing.socket().close();
            flooder.socket().close();
            end.get();
        } finally {
            server.close(Duration.ZERO);
        }
    }
}
