package io.techops.broadcast;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link MessagePolicy} may know about the message that it decides on, beside the message itself.
 *
 * <p>The hub implements it, and a test of a policy may; methods may be added in a later version. Valid for as long as
 * its peer is.
 */
public interface PolicyContext {

    /** {@return the peer that sent the message} Its {@link Peer#attributes} are where a policy keeps what it counts. */
    Peer peer();

    /**
     * {@return the time by the clock of the peer's hub, in nanoseconds since some arbitrary moment} It never goes back.
     * A test that drives the hub with virtual time drives its policies as well.
     */
    long nanoTime();

    /**
     * {@return the name of the topic whose hub the peer is registered with, or {@code null} if it is none of a topic}
     */
    @Nullable String topic();
}
