package io.techops.broadcast;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link MessagePolicy} is told about a message, besides the message itself.
 *
 * <p>The hub implements this interface, and a test of a policy may. Methods may be added in a later version. Valid as
 * long as the peer is registered.
 */
public interface PolicyContext {

    /**
     * {@return the peer that sent the message} A policy keeps its own state about a peer in {@link Peer#attributes}.
     */
    Peer peer();

    /**
     * {@return the time of the hub's clock, in nanoseconds since an arbitrary moment} It never goes back. With virtual
     * time in a test, it is the virtual time.
     */
    long nanoTime();

    /**
     * {@return the name of the topic whose hub the peer is registered with, or {@code null} if the hub is not that of a
     * topic}
     */
    @Nullable String topic();
}
