package io.techops.broadcast.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The Lettuce client of a backplane, with all of the backplane's threads. Safe for use by any number of threads. */
final class LettuceClient {

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final ClientResources resources;
    private final RedisClient client;
    private final ScheduledExecutorService timer;

    LettuceClient(Duration timeout, @Nullable SslOptions tls) {
        resources = DefaultClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
        client = RedisClient.create(resources);
        ClientOptions.Builder options = ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .protocolVersion(ProtocolVersion.RESP3)
                .socketOptions(SocketOptions.builder().connectTimeout(timeout).keepAlive(true).build())
                .timeoutOptions(TimeoutOptions.enabled(timeout));
        if (tls != null) {
            options.sslOptions(tls);
        }
        client.setOptions(options.build());
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "broadcast-redis");
            thread.setDaemon(true);
            return thread;
        });
    }

    RedisClient client() {
        return client;
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    /**
     * Ends all threads, and waits for them for 5 seconds at most.
     *
     * @param connections completes when all connections are closed; never exceptionally
     */
    void close(CompletableFuture<Void> connections) {
        timer.shutdownNow();
        long deadline = System.nanoTime() + CLOSE_LIMIT.toNanos();
        // The connections are closed first, because Lettuce warns if its client closes a connection that is already
        // being closed; on a busy machine the thread that does it may take seconds. The threads of the resources end
        // even if the client does not, and close the connections that are still being made.
        CompletableFuture<Future<Boolean>> ends = connections.completeOnTimeout(null, 4, TimeUnit.SECONDS)
                .thenCompose(closed -> client.shutdownAsync(0, 2, TimeUnit.SECONDS))
                .completeOnTimeout(null, 4, TimeUnit.SECONDS)
                .handle((ended, failed) -> resources.shutdown(0, 2, TimeUnit.SECONDS));
        boolean interrupted = false;
        try {
            ends.get(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                    .get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            timer.awaitTermination(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (ExecutionException | TimeoutException e) {
            // The threads end when they can; all connections are closed already.
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
