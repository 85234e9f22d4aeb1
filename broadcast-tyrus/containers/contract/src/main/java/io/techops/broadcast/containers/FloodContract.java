package io.techops.broadcast.containers;

import static io.techops.broadcast.containers.ContainerRig.assertOneOrder;
import static io.techops.broadcast.containers.ContainerRig.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Retention;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.testing.TestRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that send more than others can take, and one that takes nothing. */
interface FloodContract {

    /** {@return the container, the hub and the peers of the test that runs} */
    ContainerRig rig();

    /**
     * As the log keeps so little, the hub is saturated however fast the container is: with more peers that send than
     * the container has threads, and with fewer.
     */
    @ParameterizedTest
    @ValueSource(ints = {Container.FEW_THREADS, Container.MANY_THREADS})
    default void peersThatFloodAreHeldBackAndNoConnectionEnds(int containerThreads) throws Exception {
        ContainerRig rig = rig();
        int flooding = 12;
        int each = 150;
        // However long one of the many threads is kept from running.
        rig.start(BroadcastHub.builder().retention(Retention.of(16, 8 << 20)).heartbeat(Duration.ZERO)
                .floodGrace(TestRun.LIMIT).stallTimeout(TestRun.LIMIT), containerThreads);
        List<RawClient> all = rig.open(flooding + 1, 0);
        List<Future<List<String>>> seen = rig.readAll(all, flooding * each);
        for (int p = 0; p < flooding; p++) {
            RawClient publisher = all.get(p);
            int from = p;
            rig.threads.submit(() -> {
                for (int i = 0; i < each; i++) {
                    publisher.sendText(from + " " + i);
                }
                return null;
            });
        }
        assertOneOrder(seen, flooding, each);
        assertThat(rig.hub.stats().waits()).as("how often there was no room").isPositive();
        assertThat(rig.events.departures).isEmpty();
    }

    /**
     * Both a flooding peer that reads and one that only reads make progress, while a log of the default size is
     * turned over three times. Whether that saturates the hub depends on the container; in the test before, it does.
     */
    @ParameterizedTest
    @ValueSource(ints = {Container.FEW_THREADS, Container.MANY_THREADS})
    default void aFloodCostsNoPeerThatReadsTheConnection(int containerThreads) throws Exception {
        ContainerRig rig = rig();
        int flooding = 3;
        // Twice what the log holds is under way all the time; the kernel would hold far more, and all of it is read.
        Semaphore onTheWay = new Semaphore(8_192);
        // However long one thread of the container is kept from running: its peer is not writable meanwhile.
        rig.start(BroadcastHub.builder().heartbeat(Duration.ZERO).floodGrace(TestRun.LIMIT)
                .stallTimeout(TestRun.LIMIT), containerThreads);
        List<RawClient> all = rig.open(flooding + 2, 0);
        AtomicBoolean over = new AtomicBoolean();
        List<Future<Long>> counts = new ArrayList<>();
        for (RawClient peer : all) {
            boolean first = counts.isEmpty();
            counts.add(rig.threads.submit(() -> {
                long count = 0;
                while (!peer.nextTextAlive().equals("over")) {
                    count++;
                    onTheWay.release(first ? 1 : 0);
                }
                return count;
            }));
        }
        List<Future<Long>> sent = new ArrayList<>();
        for (RawClient peer : all.subList(0, flooding)) {
            sent.add(rig.threads.submit(() -> {
                long count = 0;
                while (!over.get()) {
                    onTheWay.acquire();
                    peer.sendText("one of a great many, number " + count++);
                }
                return count;
            }));
        }
        await().untilAsserted(() -> assertThat(rig.hub.stats().messages()).as("three times what the log holds")
                .isGreaterThan(12_288));
        assertThat(rig.events.departures).isEmpty();
        over.set(true);
        long total = 0;
        for (Future<Long> one : sent) {
            total += one.get();
        }
        long expected = total;
        await().until(() -> rig.hub.stats().messages() == expected);
        all.get(0).sendText("over");
        for (Future<Long> count : counts) {
            assertThat(count.get()).isEqualTo(expected);
        }
        assertThat(rig.events.departures).isEmpty();
        assertThat(rig.events.failures).isEmpty();
    }

    @Test
    default void aStalledPeerIsCutAndTheOthersLoseNothing() throws Exception {
        ContainerRig rig = rig();
        int count = 500;
        rig.start(BroadcastHub.builder().shards(1).retention(Retention.of(4_096, 64 << 20))
                .stallTimeout(Duration.ofSeconds(6)).closeTimeout(Duration.ofSeconds(3)));
        RawClient stalls = rig.open(4_096);
        RawClient reads = rig.open();
        // 1 MB fits in the kernel: a reader that is late is not taken for stalled.
        Semaphore onTheWay = new Semaphore(32);
        Future<List<String>> seen = rig.threads.submit(() -> {
            List<String> texts = new ArrayList<>();
            while (texts.size() < count) {
                texts.add(reads.nextText());
                onTheWay.release();
            }
            return texts;
        });
        String filler = "x".repeat(32_000);
        for (int i = 0; i < count; i++) {
            onTheWay.acquire();
            rig.hub.broadcast(i + filler);
        }
        rig.awaitDepartures(1);
        assertThat(rig.events.departures.get(0).peer()).isEqualTo(1);
        assertThat(rig.events.departures.get(0).code()).isEqualTo(CloseReason.TRY_AGAIN_LATER);
        if (!rig.container.canCut()) { // it is told why if it reads before its time is over
            assertThat(stalls.readClose().code()).isEqualTo(CloseReason.TRY_AGAIN_LATER);
        }
        List<String> texts = seen.get();
        for (int i = 0; i < count; i++) {
            assertThat(texts.get(i)).hasSize(filler.length() + String.valueOf(i).length()).startsWith(i + "x");
        }
        assertThat(reads.sendText("still here").nextText()).isEqualTo("still here");
        if (rig.container.canCut()) {
            patiently().until(stalls::isCut);
        }
    }
}
