package io.techops.broadcast.tyrus.hosting;

import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.glassfish.tyrus.server.TyrusServerContainer;
import org.glassfish.tyrus.spi.WebSocketEngine;

/**
 * The container of the sessions. It has no network. Its few threads exist only while they are needed, and end with the
 * server: for the timers of idle sessions, and the handlers of {@code Reader} and {@code InputStream} messages.
 */
final class HostedContainer extends TyrusServerContainer {

    private static final int TIMERS = 4;
    private static final int READERS = 256;
    private static final int IDLE_SECONDS = 10;

    private final AtomicInteger number = new AtomicInteger();
    private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(TIMERS,
            threads("broadcast-endpoint-timer-"));
    private final ThreadPoolExecutor readers = new ThreadPoolExecutor(READERS, READERS, IDLE_SECONDS, TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), threads("broadcast-endpoint-"));

    HostedContainer(int maxMessageBytes) {
        super((Set<Class<?>>) null);
        timers.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        timers.allowCoreThreadTimeOut(true);
        timers.setRemoveOnCancelPolicy(true); // a session cancels a timer with each message
        readers.allowCoreThreadTimeOut(true);
        setDefaultMaxSessionIdleTimeout(-1); // with 0 Tyrus would set a timer that does nothing
        setDefaultMaxTextMessageBufferSize(maxMessageBytes);
        setDefaultMaxBinaryMessageBufferSize(maxMessageBytes);
    }

    private ThreadFactory threads(String name) {
        return task -> {
            Thread thread = new Thread(task, name + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    @Override
    public ExecutorService getExecutorService() {
        return readers;
    }

    @Override
    public ScheduledExecutorService getScheduledExecutorService() {
        return timers;
    }

    @Override
    public void shutdown() {
        timers.shutdownNow();
        readers.shutdownNow();
        super.shutdown();
    }

    @Override
    public void addEndpoint(Class<?> type) throws DeploymentException {
        throw late();
    }

    @Override
    public void addEndpoint(ServerEndpointConfig config) throws DeploymentException {
        throw late();
    }

    @Override
    public void register(Class<?> type) throws DeploymentException {
        throw late();
    }

    @Override
    public void register(ServerEndpointConfig config) throws DeploymentException {
        throw late();
    }

    private static DeploymentException late() {
        return new DeploymentException("endpoints are set before the server starts: BroadcastServer.Builder.endpoint");
    }

    @Override
    public WebSocketEngine getWebSocketEngine() {
        throw new UnsupportedOperationException("the server brings connections to the endpoints itself");
    }

    @Override
    public Map<String, Object> getProperties() {
        return Map.of();
    }
}
