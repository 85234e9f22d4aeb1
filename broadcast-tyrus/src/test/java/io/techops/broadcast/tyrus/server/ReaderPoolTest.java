package io.techops.broadcast.tyrus.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.tyrus.connection.WriteReadiness;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.glassfish.grizzly.memory.MemoryManager;
import org.junit.jupiter.api.Test;

/** The pool of reading threads when there can be no thread more for a while. */
class ReaderPoolTest {

    @Test
    void aThreadThatCouldNotBeStartedIsStartedLater() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch served = new CountDownLatch(1);
        AtomicBoolean fails = new AtomicBoolean();
        try (LogCatch log = new LogCatch(); WriteReadiness watch = new WriteReadiness("watch of a pool")) {
            ReaderPool pool = new ReaderPool("reader", watch, MemoryManager.DEFAULT_MEMORY_MANAGER);
            ThreadFactory threads = pool.getThreadFactory();
            pool.setThreadFactory(task -> {
                if (fails.getAndSet(false)) {
                    throw new OutOfMemoryError("unable to create native thread");
                }
                return threads.newThread(task);
            });
            try {
                for (int i = pool.getCorePoolSize(); i > 0; i--) {
                    pool.execute(() -> await(blocked));
                }
                fails.set(true);
                pool.execute(served::countDown); // all threads are stuck: it waits for one more
                assertThat(served.await(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
                assertThat(fails).as("one could not be started").isFalse();
                assertThat(log.warnings()).singleElement().asString().contains("unable to create native thread");
            } finally {
                blocked.countDown();
                pool.shutdown();
                assertThat(pool.awaitTermination(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
