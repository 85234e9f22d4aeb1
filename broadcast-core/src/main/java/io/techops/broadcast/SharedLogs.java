package io.techops.broadcast;

/**
 * An engine that keeps the logs which the hubs of many nodes share, as a host application holds it: it makes one, gives
 * it to {@link BroadcastHub.Builder#backplane}, and closes it after the hubs. Implementations implement {@code
 * io.techops.broadcast.spi.Backplane}, and only they are taken. Safe for use by any number of threads.
 */
public interface SharedLogs extends AutoCloseable {

    /** Frees all that is held, and ends what is in flight. Hubs that still use it go on as if the engine was away. */
    @Override
    void close();
}
