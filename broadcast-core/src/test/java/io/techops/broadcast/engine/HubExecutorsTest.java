package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The threads of a hub, or of many: none is left of what has ended. */
class HubThreadsTest {

    /** Less than an idle thread stays by itself. */
    private static final Duration LIMIT = Duration.ofSeconds(8);

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
        threads.awaitEnd(LIMIT.toNanos());
        assertThat(named(name)).isEmpty();
    }

    private static List<String> named(String name) {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).filter(each -> each.startsWith(name))
                .toList();
    }
}
