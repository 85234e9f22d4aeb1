package io.techops.broadcast.containers;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.endpoint.BroadcastEndpoint;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;

/**
 * An application that is deployed and undeployed, with a class loader of its own and the library in that. What it is
 * called with, and what it returns, are types of the platform and of Jakarta WebSocket, which the container shares.
 */
public final class WarApplication implements BiFunction<ServerContainer, Boolean, Runnable> {

    /** For {@link Redeployment}. */
    public WarApplication() {
    }

    /**
     * Deploys a hub at {@code /live}.
     *
     * @param virtual whether the hub runs on virtual threads
     * @return ends the application as it should
     */
    @Override
    public Runnable apply(ServerContainer container, Boolean virtual) {
        Executor executor = virtual ? virtualThreads() : null;
        BroadcastHub.Builder settings = BroadcastHub.builder();
        BroadcastHub hub = (executor == null ? settings : settings.executor(executor)).build();
        try {
            container.addEndpoint(BroadcastEndpoint.config("/live", hub));
        } catch (DeploymentException e) {
            throw new IllegalStateException(e);
        }
        hub.broadcast("deployed");
        return () -> {
            hub.broadcast("last words");
            hub.close(Duration.ofSeconds(20));
            if (executor instanceof ExecutorService service) {
                service.shutdown();
            }
        };
    }

    private static ExecutorService virtualThreads() {
        try { // Java 21
            return (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
