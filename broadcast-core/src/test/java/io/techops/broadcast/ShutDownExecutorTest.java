package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.RecordingListener;
import io.techops.broadcast.testkit.FakeTransport;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A host that shuts its executor down before it closes the hub. */
class ShutDownExecutorTest {

    @Test
    void closeTellsTheListenerWhatTheExecutorNoLongerTells() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(2);
        RecordingListener recorded = new RecordingListener();
        BroadcastHub hub = BroadcastHub.builder().executor(executor).listener(recorded).build();
        FakeTransport peer = new FakeTransport().answerClose().register(hub);
        FakeTransport leaver = new FakeTransport().register(hub);
        executor.shutdown();
        assertThat(executor.awaitTermination(2, TimeUnit.MINUTES)).isTrue();
        leaver.leave(CloseReason.of(1000));
        hub.close(Duration.ZERO);
        assertThat(hub.peers()).isEmpty();
        assertThat(recorded.of(peer.peer())).containsExactly("peer 1 registered", "peer 1 unregistered 1001");
        assertThat(recorded.of(leaver.peer())).containsExactly("peer 2 registered", "peer 2 unregistered 1000");
        assertThat(hub.shutdown(Duration.ZERO).toCompletableFuture()).isCompleted();
    }

    @Test
    void closeTellsTheListenerWhatTheExecutorHasDropped() throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        executor.execute(() -> {
            begun.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                // The executor ends.
            }
        });
        begun.await();
        RecordingListener recorded = new RecordingListener();
        BroadcastHub hub = BroadcastHub.builder().executor(executor).listener(recorded).build();
        FakeTransport peer = new FakeTransport().answerClose().register(hub);
        assertThat(executor.shutdownNow()).as("tasks of the hub that were dropped").isNotEmpty();
        hub.close(Duration.ZERO);
        assertThat(recorded.of(peer.peer())).containsExactly("peer 1 registered", "peer 1 unregistered 1001");
        assertThat(hub.shutdown(Duration.ZERO).toCompletableFuture()).isCompleted();
    }
}
