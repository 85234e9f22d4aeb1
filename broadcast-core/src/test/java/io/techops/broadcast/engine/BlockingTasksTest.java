package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Topics;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.BlockingTasks.Kind;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;

/** What adapters have to do that may block, and its threads. */
class BlockingTasksTest {

    private static final Duration LONG = Duration.ofMinutes(5);

    private final Queue<Thread> used = new ConcurrentLinkedQueue<>();
    private final Queue<String> done = new ConcurrentLinkedQueue<>();

    private Runnable task(String name) {
        return () -> {
            used.add(Thread.currentThread());
            done.add(name);
        };
    }

    /**
     * Closes something, which waits for its tasks and their threads, but not for longer than its margin: if the machine
     * gives them no time for so long, this waits for them.
     */
    private void close(Runnable closing, int tasks) {
        long begin = System.nanoTime();
        closing.run();
        boolean gaveUp = System.nanoTime() - begin >= HubShutdown.MARGIN.toNanos();
        while (gaveUp && (done.size() < tasks || used.stream().anyMatch(Thread::isAlive))) {
            Thread.yield();
        }
        assertThat(done).hasSize(tasks);
        assertThat(used).noneMatch(Thread::isAlive);
    }

    private static void hang(CountDownLatch until) {
        try {
            until.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void areDoneAndTheirThreadsAreGoneWhenTheHubIsClosed() {
        for (int i = 0; i < 20; i++) {
            BroadcastHub hub = BroadcastHub.create();
            for (Kind kind : Kind.values()) {
                AdapterHub.of(hub).blockingTasks().runAfter(Duration.ZERO, kind, task("at once"));
                AdapterHub.of(hub).blockingTasks().runAfter(Duration.ofMillis(20), kind, task("later"));
            }
            close(() -> hub.close(LONG), (i + 1) * 2 * Kind.values().length);
        }
    }

    @Test
    void areGoneWhenAHubIsClosedThatHasThreadsOfTheHost() {
        BroadcastHub hub = BroadcastHub.builder().executor(ForkJoinPool.commonPool()).timer(new VirtualTimer()).build();
        AdapterHub.of(hub).blockingTasks().runAfter(Duration.ZERO, Kind.SEND, task("at once"));
        close(() -> hub.close(LONG), 1);
        assertThat(done).containsExactly("at once");
    }

    @Test
    void ofTopicsAreGoneWhenTheTopicsAreClosed() {
        Topics topics = Topics.create();
        AdapterHub.of(topics.hub("a")).blockingTasks().runAfter(Duration.ofMillis(20), Kind.ABORT, task("later"));
        close(() -> topics.close(LONG), 1);
        assertThat(done).containsExactly("later");
    }

    @Test
    void thatCloseTheHubDoNotWaitForThemselves() throws Exception {
        BroadcastHub hub = BroadcastHub.create();
        CountDownLatch closed = new CountDownLatch(2);
        for (Kind kind : List.of(Kind.SEND, Kind.CALLBACK)) {
            AdapterHub.of(hub).blockingTasks().runAfter(Duration.ZERO, kind, () -> {
                used.add(Thread.currentThread());
                hub.close(LONG);
                closed.countDown();
            });
        }
        closed.await();
        close(() -> hub.close(LONG), 0);
    }

    @Test
    void thatHangDoNotKeepTheHubFromItsEndNorOtherKinds() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        BroadcastHub hub = BroadcastHub.create();
        for (int i = 0; i < 100; i++) {
            AdapterHub.of(hub).blockingTasks().runAfter(Duration.ZERO, Kind.SEND, () -> hang(free));
        }
        CountDownLatch cut = new CountDownLatch(1);
        AdapterHub.of(hub).blockingTasks().runAfter(Duration.ZERO, Kind.ABORT, cut::countDown);
        cut.await();
        hub.close(Duration.ZERO);
        free.countDown();
    }

    @Test
    void areDoneAfterTheEndAllTheSame() throws Exception {
        BroadcastHub hub = BroadcastHub.create();
        hub.close(Duration.ZERO);
        CountDownLatch later = new CountDownLatch(1);
        AdapterHub.of(hub).blockingTasks().runAfter(Duration.ofMillis(1), Kind.SEND, later::countDown);
        later.await();
    }

    @Test
    void mayThrowAndLeaveAnInterrupt() throws Exception {
        try (BroadcastHub hub = BroadcastHub.create()) {
            assertThatCode(() -> AdapterHub.of(hub).blockingTasks().runAfter(Duration.ZERO, Kind.SEND, () -> {
                Thread.currentThread().interrupt();
                throw new LinkageError("expected");
            })).doesNotThrowAnyException();
            CountDownLatch next = new CountDownLatch(1);
            AdapterHub.of(hub).blockingTasks().runAfter(Duration.ZERO, Kind.SEND, next::countDown);
            next.await();
        }
    }

    @Test
    void areNotDoneIfTheyAreCancelled() {
        BroadcastHub hub = BroadcastHub.create();
        AdapterHub.of(hub).blockingTasks().runAfter(LONG, Kind.SEND, task("never")).cancel();
        close(() -> hub.close(LONG), 0);
    }
}
