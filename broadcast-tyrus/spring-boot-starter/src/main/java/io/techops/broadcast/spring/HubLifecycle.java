package io.techops.broadcast.spring;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Topics;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.springframework.context.SmartLifecycle;

/**
 * Closes the hubs after the beans that publish, which stop first because they are in the last phase, and before the web
 * server: so peers get everything that was broadcast, and their close frames, while their connections are still open.
 */
final class HubLifecycle implements SmartLifecycle {

    /** Above the phase of the web server's graceful shutdown, which is 1,024 below the last phase. */
    static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 512;

    private final List<BroadcastHub> hubs;
    private final List<Topics> topics;
    private final Duration limit;
    private volatile boolean isRunning;

    HubLifecycle(List<BroadcastHub> hubs, List<Topics> topics, Duration limit) {
        this.hubs = hubs;
        this.topics = topics;
        this.limit = limit;
    }

    @Override
    public void start() {
        isRunning = true;
    }

    @Override
    public void stop() {
        end().join();
    }

    @Override
    public void stop(Runnable ended) {
        end().whenComplete((nothing, thrown) -> ended.run());
    }

    private CompletableFuture<Void> end() {
        isRunning = false;
        Stream<CompletionStage<Void>> ends = Stream.concat(hubs.stream().map(each -> each.shutdown(limit)),
                topics.stream().map(each -> each.shutdown(limit)));
        return CompletableFuture.allOf(
                ends.map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new));
    }

    @Override
    public boolean isRunning() {
        return isRunning;
    }

    /** {@return false, because a hub that is closed cannot start again} Spring 7 pauses contexts between tests. */
    public boolean isPauseable() {
        return false;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
