package io.techops.broadcast;

/**
 * An engine that keeps the logs which the hubs of many nodes share, as a host application sees it. The host application
 * creates a backplane, gives it to {@link BroadcastHub.Builder#backplane}, and closes it after the hubs. Every
 * backplane implements {@code io.techops.broadcast.spi.SharedLogs}, which specifies what an engine has to do. Safe for
 * use by any number of threads.
 */
public interface Backplane extends AutoCloseable {

    /**
     * Frees all resources, and ends calls that are in flight. Hubs that still use this backplane behave as if the
     * engine were away.
     */
    @Override
    void close();
}
