package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.techops.broadcast.Topics;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The threads of a hub, or of many: none is left of what has ended. Idle threads end by themselves after a while, so
 * that none is left proves nothing without the other half: nothing can start one again.
 */
class HubExecutorsTest {

    private static void takeNoMore(HubExecutors threads) {
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> threads.shards().execute(() -> { }));
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> threads.listeners().execute(() -> { }));
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> threads.schedule(() -> { }, Duration.ZERO));
    }

    private static List<String> named(String name) {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).filter(each -> each.startsWith(name))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void endWhenTheyAreShutDown(boolean oneHub) throws InterruptedException {
        String name = "threads-of-a-test-" + oneHub;
        HubExecutors threads = oneHub ? HubExecutors.ofOneHub(name) : HubExecutors.ofManyHubs(name);
        CountDownLatch run = new CountDownLatch(3);
        threads.shards().execute(run::countDown);
        threads.listeners().execute(run::countDown);
        threads.schedule(run::countDown, Duration.ZERO);
        assertThat(run.await(2, TimeUnit.MINUTES)).isTrue();
        assertThat(named(name)).isNotEmpty();
        threads.shutdown();
        takeNoMore(threads);
        threads.awaitEnd(TimeUnit.MINUTES.toNanos(2));
        assertThat(named(name)).isEmpty();
    }

    @Test
    void aPoolHasItsThreadAgainWhenThereIsMemoryForIt() throws InterruptedException {
        String name = "thread-of-a-test-without-memory";
        ThreadPoolExecutor pool = new ThreadPoolExecutor(1, 1, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>());
        EngineThread.staff(pool, name, new AtomicInteger(), ConcurrentHashMap.newKeySet());
        ThreadFactory threads = pool.getThreadFactory();
        AtomicInteger refusals = new AtomicInteger();
        CountDownLatch memory = new CountDownLatch(1);
        pool.setThreadFactory(task -> {
            if (pool.getCompletedTaskCount() > 0 && refusals.incrementAndGet() < 4) {
                throw new OutOfMemoryError("on purpose");
            }
            return threads.newThread(task);
        });
        pool.execute(() -> {
            pool.execute(memory::countDown); // nothing more is submitted
            throw new OutOfMemoryError("on purpose");
        });
        assertThat(memory.await(2, TimeUnit.MINUTES)).isTrue();
        assertThat(refusals).hasValue(4);
        pool.shutdown();
    }

    @Test
    void ofTopicsAreShutDownWithThem() {
        AtomicReference<HubExecutors> threads = new AtomicReference<>();
        try (Topics topics = Topics.builder().recipe((topic, hub) -> {
            threads.set(((HubBuilder) hub).settings().shared);
        }).build()) {
            topics.hub("news").broadcast("hello");
            topics.close(Duration.ofMinutes(2));
        }
        takeNoMore(threads.get());
    }
}
