package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Published;
import io.techops.broadcast.Topics;
import io.techops.broadcast.testkit.RecordingListener;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.ManualExecutor;
import io.techops.broadcast.testkit.VirtualTimer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An executor, a timer, a recipe or a listener that fails now and then: what it was to do is done later. */
class RefusalsTest {

    private final Logger logger = Logger.getLogger("io.techops.broadcast");
    private final boolean parents = logger.getUseParentHandlers();
    private final ManualExecutor executor = new ManualExecutor();
    private final VirtualTimer time = new VirtualTimer();
    private final AtomicInteger refusals = new AtomicInteger();
    private final HubTimer timer = new HubTimer() {
        @Override
        public long nanoTime() {
            return time.nanoTime();
        }

        @Override
        public Cancellation schedule(Runnable task, Duration delay) {
            if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new OutOfMemoryError("on purpose");
            }
            return time.schedule(task, delay);
        }
    };

    @BeforeEach
    void hush() {
        logger.setUseParentHandlers(false);
    }

    @AfterEach
    void speak() {
        logger.setUseParentHandlers(parents);
    }

    private BroadcastHub.Builder hub() {
        return BroadcastHub.builder().shards(1).executor(executor).timer(timer);
    }

    private void pass(Duration duration) {
        executor.runAll();
        time.pass(duration);
        executor.runAll();
    }

    @Test
    void aTaskThatTheExecutorRefusesIsTriedAgainByTheTimer() {
        RecordingListener recorded = new RecordingListener();
        BroadcastHub hub = hub().listener(recorded).messageListener(recorded).build();
        FakeTransport peer = new FakeTransport().register(hub);
        executor.runAll();
        executor.refuse(true);
        hub.broadcast("a");
        FakeTransport other = new FakeTransport().register(hub);
        pass(Duration.ofSeconds(3));
        executor.refuse(false);
        pass(Duration.ofSeconds(1));
        assertThat(peer.texts()).containsExactly("a");
        assertThat(recorded.of(other.peer())).containsExactly("peer 2 registered");
    }

    @Test
    void whatTheTimerRefusesIsOfferedToItAgain() {
        BroadcastHub hub = hub().build();
        refusals.set(3);
        FakeTransport peer = new FakeTransport().register(hub);
        executor.runAll();
        while (refusals.get() > 0 || time.pending() == 0) { // a thread of the hub's offers it
            Thread.onSpinWait();
        }
        pass(Duration.ofSeconds(25));
        assertThat(peer.pings()).isOne();
        peer.stallAfter(1);
        hub.broadcast("a");
        pass(Duration.ofSeconds(10));
        assertThat(peer.peer().isRegistered()).as("its stall timeout").isFalse();
    }

    @Test
    void whatTheTimerDoesNotTakeInTimeRunsNevertheless() throws Exception {
        refusals.set(Integer.MAX_VALUE);
        CountDownLatch ran = new CountDownLatch(1);
        ForeignTimer.of(timer).schedule(ran::countDown, Duration.ofMillis(250));
        assertThat(ran.await(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void whatWasCancelledBeforeTheTimerTookItDoesNotRun() {
        refusals.set(1);
        HubTimer.Cancellation scheduled = ForeignTimer.of(timer).schedule(() -> {
            throw new AssertionError("cancelled");
        }, Duration.ofDays(1));
        scheduled.cancel();
        CountDownLatch later = new CountDownLatch(1);
        refusals.set(1);
        ForeignTimer.of(timer).schedule(later::countDown, Duration.ofDays(1));
        while (time.pending() == 0) {
            Thread.onSpinWait();
        }
        time.pass(Duration.ofDays(2));
        assertThat(later.getCount()).isZero();
    }

    @Test
    void aTaskThatTheExecutorHasTakenAndRefusedRunsOnce() {
        AtomicInteger runs = new AtomicInteger();
        AtomicInteger given = new AtomicInteger();
        RetriedTask task = new RetriedTask(work -> {
            executor.execute(work);
            if (given.incrementAndGet() == 1) {
                throw new OutOfMemoryError("on purpose: no thread for what was queued");
            }
        }, timer) {
            @Override
            void work() {
                runs.incrementAndGet();
            }

            @Override
            void refused() {
                // Nothing is to be undone.
            }

            @Override
            void retry() {
                submit();
            }

            @Override
            boolean hasEnded() {
                return false;
            }
        };
        task.submit();
        time.pass(Duration.ofSeconds(1));
        executor.runAll();
        assertThat(given).hasValue(2);
        assertThat(runs).hasValue(1);
    }

    @Test
    void aRecipeThatFailsWhileItsFailureIsToldIsRefusedAndTriedAgain() {
        AtomicInteger prepared = new AtomicInteger();
        Handler broken = new Handler() {
            @Override
            public void publish(java.util.logging.LogRecord record) {
                throw new NoClassDefFoundError("on purpose");
            }

            @Override
            public void flush() {
                // Nothing is held back.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
        logger.addHandler(broken);
        Topics topics = Topics.builder().executor(executor).timer(timer).recipe((topic, hub) -> {
            if (prepared.incrementAndGet() == 1) {
                throw new IllegalArgumentException("on purpose");
            }
        }).build();
        try {
            assertThatThrownBy(() -> topics.hub("news").broadcast("a")).hasMessage("on purpose");
            assertThat(topics.names()).isEmpty();
            assertThat(CompletableFuture.supplyAsync(() -> Published.sequence(topics.hub("news"), "b")).join()).isOne();
        } finally {
            logger.removeHandler(broken);
            topics.shutdown(Duration.ZERO);
        }
    }

    @Test
    void aTopicGoesThoughTheTimerFailedWhenItWasToWatchIt() {
        Topics topics = Topics.builder().executor(executor).timer(timer).idleTimeout(Duration.ofSeconds(60)).build();
        refusals.set(1);
        assertThat(Published.sequence(topics.hub("news"), "a")).isOne();
        while (time.pending() == 0) { // a thread of the topics offers it again
            Thread.onSpinWait();
        }
        pass(Duration.ofSeconds(61));
        assertThat(topics.names()).isEmpty();
        topics.shutdown(Duration.ZERO);
    }

    @Test
    void theOneThatWasIdleForLongestMakesWay() {
        Topics topics = Topics.builder().executor(executor).timer(timer).maxTopics(3).build();
        for (String name : List.of("a", "b", "c", "a", "b", "a")) {
            topics.hub(name).broadcast("x");
            pass(Duration.ofSeconds(1));
        }
        topics.hub("d").broadcast("x");
        assertThat(topics.names()).containsExactly("a", "b", "d");
        FakeTransport peer = new FakeTransport().register(topics.hub("b"));
        topics.hub("e").broadcast("x");
        assertThat(topics.names()).as("b is in use").containsExactly("b", "d", "e");
        peer.leave(CloseReason.of(CloseReason.NORMAL));
        pass(Duration.ofSeconds(1));
        topics.hub("f").broadcast("x");
        topics.hub("g").broadcast("x");
        assertThat(topics.names()).containsExactly("b", "f", "g");
        topics.shutdown(Duration.ZERO);
    }

    @Test
    void whoWaitsForTheEndOfThreadsOfWhichOneBlocksWaitsOnceAndNotForEachOfThem() throws Exception {
        HubExecutors threads = HubExecutors.ofOneHub("blocked");
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        threads.listeners().execute(() -> {
            running.countDown();
            while (release.getCount() > 0) {
                Thread.onSpinWait();
            }
        });
        running.await();
        threads.shutdown();
        threads.awaitEnd(-1);
        assertThat(threads.areThisThread()).isFalse();
        release.countDown();
        threads.awaitEnd(TimeUnit.MINUTES.toNanos(1));
    }

    @Test
    void anInterruptThatAListenerLeavesDoesNotReachTheNextCall() throws Exception {
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        CountDownLatch bothAreQueued = new CountDownLatch(1); // and told by one task: a pool clears it between two
        BroadcastHub hub = BroadcastHub.builder().shards(1).listener(new HubListener() {
            @Override
            public void registered(Peer peer) {
                if (peer.id() == 1) {
                    awaitQuietly(bothAreQueued);
                    Thread.currentThread().interrupt();
                } else {
                    interrupted.complete(Thread.currentThread().isInterrupted());
                }
            }
        }).build();
        new FakeTransport().register(hub);
        new FakeTransport().register(hub);
        bothAreQueued.countDown();
        assertThat(interrupted.get(1, TimeUnit.MINUTES)).isFalse();
        hub.close(Duration.ZERO);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
