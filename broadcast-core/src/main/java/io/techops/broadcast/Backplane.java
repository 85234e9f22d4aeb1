package io.techops.broadcast;

/**
 * An engine that keeps the logs which the hubs of many nodes share, as a host application holds it: it makes one, gives
 * it to {@link BroadcastHub.Builder#backplane}, and closes it after the hubs. What an engine has to do is said by
 * {@code io.techops.broadcast.spi.SharedLogs}, which each of them implements. Safe for use by any number of threads.
 */
public interface Backplane extends AutoCloseable {

    /** Frees all that is held, and ends what is in flight. Hubs that still use it go on as if the engine was away. */
    @Override
    void close();
}
