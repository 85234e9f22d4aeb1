package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.HubStats;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.tyrus.handshake.Router;
import io.techops.broadcast.tyrus.hosting.Hosting;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Routes to a hub or topics, and to endpoints of the host application beside them.
 *
 * @param anyPath whether the hub is at any path: then the endpoints come first, otherwise the hub
 */
record HostingRouter(Router hubs, Hosting hosting, boolean anyPath) implements Router {

    /** How long to wait beyond the limit: sessions end a second after it, and the process may stand still meanwhile. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    @Override
    public Answer at(String path) {
        if (anyPath) {
            Hosted endpoint = hosting.at(path);
            return endpoint != null ? endpoint : hubs.at(path);
        }
        Answer hub = hubs.at(path);
        if (hub instanceof Found) {
            return hub;
        }
        Hosted endpoint = hosting.at(path);
        return endpoint != null ? endpoint : hub;
    }

    @Override
    public boolean mayBlock() {
        return hubs.mayBlock();
    }

    @Override
    public void refused(RefusalCause cause) {
        hubs.refused(cause);
    }

    @Override
    public HubStats stats() {
        return hubs.stats();
    }

    @Override
    public boolean isClosed() {
        return hubs.isClosed();
    }

    @Override
    public CompletionStage<Void> shutdown(Duration limit) {
        CompletableFuture<Void> hub = hubs.shutdown(limit).toCompletableFuture();
        return CompletableFuture.allOf(hub, hosting.shutdown(limit));
    }

    @Override
    public void close(Duration limit) {
        hubs.close(limit);
        try {
            hosting.shutdown(limit).get(limit.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("sessions do not end", e); // they end soon after the limit
        }
    }
}
