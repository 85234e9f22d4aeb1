package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.FakeTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** Many threads at once, and what holds for every interleaving. */
final class StressRun {

    static final int PUBLISHERS = 4;
    static final int EACH = 2_000;

    /** More than any machine needs to write what is left; what ends early does not wait for it. */
    static final Duration LONG = Duration.ofMinutes(2);

    private StressRun() {
    }

    /** {@return what makes a hub that does not take a peer for dead: those of these tests never send a pong} */
    static BroadcastHub.Builder hub(int shards, int messages) {
        return BroadcastHub.builder().shards(shards).retention(Retention.of(messages, 1 << 20))
                .pongTimeout(Duration.ofHours(1));
    }

    static List<Future<?>> startAll(ExecutorService threads, List<Callable<Void>> jobs) {
        List<Future<?>> started = new ArrayList<>();
        jobs.forEach(job -> started.add(threads.submit(job)));
        return started;
    }

    static void joinAll(List<Future<?>> jobs) throws Exception {
        for (Future<?> job : jobs) {
            job.get();
        }
    }

    /** {@return tasks that broadcast} */
    static List<Callable<Void>> publishers(BroadcastHub hub) {
        List<Callable<Void>> publishers = new ArrayList<>();
        for (int p = 0; p < PUBLISHERS; p++) {
            String name = p + ":";
            publishers.add(() -> {
                for (int i = 0; i < EACH; i++) {
                    hub.broadcast(name + i);
                }
                return null;
            });
        }
        return publishers;
    }

    static void assertStrictlyIncreasing(List<Long> sequences) {
        for (int i = 1; i < sequences.size(); i++) {
            assertThat(sequences.get(i)).isGreaterThan(sequences.get(i - 1));
        }
    }

    static void assertContiguous(List<Long> sequences) {
        if (!sequences.isEmpty()) {
            assertThat(sequences.get(sequences.size() - 1) - sequences.get(0)).isEqualTo(sequences.size() - 1);
        }
    }

    /** Remembers what stands at each sequence, the same for every peer. */
    static void assertOneOrder(Map<Long, Message> order, FakeTransport peer) {
        List<Message> messages = peer.messages();
        List<Long> sequences = peer.sequences();
        for (int i = 0; i < messages.size(); i++) {
            Message known = order.putIfAbsent(sequences.get(i), messages.get(i));
            assertThat(known == null || known.equals(messages.get(i))).isTrue();
        }
    }
}
