package io.techops.broadcast;

/**
 * Why a connection was refused before it became a peer. Adapters report the cause with {@code AdapterHub.refused}, and
 * {@link HubStats#refusals} counts the refusals of each cause. Causes may be added in a later version.
 */
public enum RefusalCause {

    /**
     * The handshake was not valid (RFC 6455 section 4.2.1), or asked for a version that is not supported (section 4.4).
     */
    HANDSHAKE,

    /** The handshake was not complete in time. */
    TIMEOUT,

    /** Nothing is served at the path that was asked for. */
    NOT_FOUND,

    /** The origin is not allowed (RFC 6455 section 10.2). */
    ORIGIN,

    /** The handshake policy of the host application refused it. */
    POLICY,

    /** The limit on peers is reached. */
    PEERS,

    /** The limit on peers from one address is reached. */
    PEERS_PER_ADDRESS,

    /** The limit on topics is reached, and no topic is idle. */
    TOPICS,

    /** Too many calls of {@link HubListener#unregistered} are outstanding, because the hub's listener blocks. */
    LISTENER,

    /** The hub has not read its shared log yet, because the engine that keeps it is away. */
    BACKPLANE,

    /** The hub is closed, or is closing. */
    CLOSED,

    /** The registration failed with an exception, such as one from the recipe of the topic. */
    FAILED
}
