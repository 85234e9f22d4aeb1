package io.techops.broadcast.benchmarks;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubTimer;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Retention;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * A hub with one shard that is run by hand: no thread and no clock beside the caller's. For one thread.
 */
public final class ManualHub implements Executor, HubTimer {

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final BroadcastHub hub = BroadcastHub.builder()
            .executor(this).timer(this).shards(1).heartbeat(Duration.ZERO)
            .retention(Retention.of(4096, 8 << 20))
            .policy(MessagePolicy.textOnly().andThen(MessagePolicy.maxBytes(MessagePolicy.DEFAULT_MAX_BYTES)))
            .build();

    /** {@return the hub} */
    public BroadcastHub hub() {
        return hub;
    }

    /** Runs what the hub has asked for, until nothing is left to do. */
    public void runAll() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Ends the hub. */
    public void close() {
        hub.shutdown(Duration.ZERO);
        runAll();
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public long nanoTime() {
        return 0;
    }

    @Override
    public Cancellation schedule(Runnable task, Duration delay) {
        return () -> { };
    }
}
