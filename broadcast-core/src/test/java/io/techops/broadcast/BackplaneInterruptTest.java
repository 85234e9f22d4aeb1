package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.spi.SharedLogs;
import io.techops.broadcast.testkit.MemoryBackplane;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What a backplane leaves behind on the threads of a hub. */
class BackplaneInterruptTest {

    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger interrupted = new AtomicInteger();

    private <T> T interrupting(Supplier<T> call) {
        calls.incrementAndGet();
        interrupted.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0);
        try {
            return call.get();
        } finally {
            Thread.currentThread().interrupt();
        }
    }

    /** Leaves an interrupt after each call. */
    private final class Interrupting extends WatchedBackplane {
        Interrupting() {
            super(new MemoryBackplane());
        }

        @Override
        <T> T append(Supplier<T> call) {
            return interrupting(call);
        }

        @Override
        <T> T read(Supplier<T> call) {
            return interrupting(call);
        }
    }

    @Test
    void anInterruptThatACallLeavesIsGoneBeforeTheNextCall() throws Exception {
        try (SharedLogs backplane = new Interrupting();
                BroadcastHub hub = BroadcastHub.builder().backplane(backplane).build()) {
            for (int i = 0; i < 100; i++) {
                hub.publish("message " + i).toCompletableFuture().get(1, TimeUnit.MINUTES);
            }
        }
        assertThat(calls.get()).isGreaterThan(100);
        assertThat(interrupted.get()).isZero();
    }
}
