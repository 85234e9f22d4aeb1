package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.techops.broadcast.Topics;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
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
    void ofTopicsAreShutDownWithThem() {
        AtomicReference<HubExecutors> threads = new AtomicReference<>();
        try (Topics topics = Topics.builder().recipe((topic, hub) -> {
            threads.set(((HubBuilder) hub).settings().shared);
        }).build()) {
            topics.hub("news").broadcast("hello");
        }
        takeNoMore(threads.get());
    }
}
