package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.Registration;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Thousands of peers begin anywhere in the past, on real threads, while others publish: each run is whole. */
@Timeout(300)
class JoinStressTest {

    private static final int JOINS_A_THREAD = 700;
    private static final int JOINERS = 3;
    private static final int PUBLISHERS = 3;
    private static final int WANTED = 300;

    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Position> seen = new AtomicReference<>();
    private final AtomicInteger recovered = new AtomicInteger();
    private final AtomicInteger gaps = new AtomicInteger();
    private final AtomicInteger past = new AtomicInteger();

    /** Takes everything at once, and is content after some messages; checks that they are dense. */
    private final class Joiner implements Transport {
        private final Replay replay;
        /** The last message when it was about to join. */
        private final long head;
        private final CountDownLatch content = new CountDownLatch(1);
        private long last;
        private boolean opened;
        private int taken;

        Joiner(Replay replay, long head) {
            this.replay = replay;
            this.head = head;
        }

        @Override
        public boolean knowsPositions() {
            return true;
        }

        @Override
        public boolean tell(StreamEvent event) {
            long at = event.position().sequence();
            if (event instanceof StreamEvent.Open open) {
                opened = true;
                recovered.addAndGet(open.isRecovered() ? 1 : 0);
                check(!open.isRecovered() || open.position().equals(replay.position()), "recovered: " + open);
                check(replay.isLatest() || at >= (replay.position() != null ? replay.position().sequence()
                        : head - replay.messages()), "begins at " + at);
            } else {
                gaps.incrementAndGet();
                check(((StreamEvent.Gap) event).reason() == GapReason.EVICTED && at == last, "told of " + event);
            }
            last = at;
            return true;
        }

        @Override
        public boolean write(Batch batch) {
            check(opened, "a message before the open event");
            for (int i = 0; i < batch.size(); i++) {
                long next = batch.sequence(i);
                check(next == last + 1 || replay.isLatest() && next > last, next + " after " + last);
                past.addAndGet(next <= head ? 1 : 0);
                last = next;
            }
            taken += batch.size();
            seen.set(batch.position(batch.size() - 1));
            if (taken >= WANTED) {
                content.countDown();
            }
            return true;
        }

        private void check(boolean right, String what) {
            if (!right) {
                wrong.add(replay + " at " + head + ": " + what);
            }
        }

        @Override
        public void ping() {
            // Longer than the test there is no heartbeat.
        }

        @Override
        public void close(CloseReason reason) {
            check(false, "closed with " + reason);
            content.countDown();
        }

        @Override
        public void abort() {
            check(false, "aborted");
            content.countDown();
        }

        @Override
        public void resume() {
            // It sends nothing.
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void eachRunIsDense(int shards) throws InterruptedException {
        BroadcastHub hub = BroadcastHub.builder().shards(shards).heartbeat(Duration.ZERO)
                .retention(Retention.of(400, 1 << 20)).build();
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> publishers = threads(PUBLISHERS, i -> {
            while (!over.get()) {
                hub.broadcast(Message.text("x".repeat(i * 20)), BroadcastOptions.everyone().key("k" + i));
                hub.broadcast("y");
            }
        });
        for (Thread joiner : threads(JOINERS, i -> joinOften(hub, new Random(i)))) {
            joiner.join();
        }
        over.set(true);
        for (Thread publisher : publishers) {
            publisher.join();
        }
        hub.close(Duration.ofSeconds(20));
        assertThat(wrong).isEmpty();
        assertThat(recovered).as("recovered").hasPositiveValue();
        assertThat(gaps).as("gaps").hasPositiveValue();
        assertThat(past).as("messages of the past").hasPositiveValue();
        assertThat(hub.stats().overflows()).as("none of them is ever slow").isZero();
        assertThat(hub.stats().registrations()).isEqualTo(JOINERS * JOINS_A_THREAD);
    }

    private void joinOften(BroadcastHub hub, Random random) {
        for (int i = 0; i < JOINS_A_THREAD; i++) {
            Replay replay = replay(random);
            Joiner joiner = new Joiner(replay, hub.stats().messages());
            Registration registration = AdapterHub.of(hub).register(joiner, new Attributes(), replay);
            try {
                joiner.check(joiner.content.await(60, TimeUnit.SECONDS), "is given too little");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            registration.unregister(CloseReason.of(CloseReason.NORMAL));
        }
    }

    private Replay replay(Random random) {
        Position position = seen.get();
        if (position == null || random.nextInt(3) == 0) {
            return Replay.last(random.nextInt(500));
        }
        return random.nextInt(5) == 0 ? Replay.latest()
                : Replay.after(position.at(Math.max(0, position.sequence() - random.nextInt(500))));
    }

    private List<Thread> threads(int count, IntConsumer work) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int index = i;
            Thread thread = new Thread(() -> {
                try {
                    work.accept(index);
                } catch (Throwable thrown) {
                    wrong.add(thrown.toString());
                }
            });
            thread.start();
            threads.add(thread);
        }
        return threads;
    }
}
