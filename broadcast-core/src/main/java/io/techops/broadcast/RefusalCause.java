package io.techops.broadcast;

/**
 * Why a connection was refused before it became a peer. Adapters report it with {@code AdapterHub.refused}, and
 * {@link HubStats#refusals} counts by it. There may be more causes in a later version.
 */
public enum RefusalCause {

    /** The handshake was not in order (RFC 6455 section 4.2.1), or asked for a version that is not spoken. */
    HANDSHAKE,

    /** The handshake was not complete in time. */
    TIMEOUT,

    /** Nothing is served at the path that was asked for. */
    NOT_FOUND,

    /** Pages of its origin may not connect (RFC 6455 section 10.2). */
    ORIGIN,

    /** The host application's own policy said no. */
    POLICY,

    /** There are as many peers as there may be. */
    PEERS,

    /** There are as many peers from the same address as there may be. */
    PEERS_PER_ADDRESS,

    /** There are as many topics as there may be. */
    TOPICS,

    /** The hub's listener is so far behind with the peers that have gone that no more are taken. */
    LISTENER,

    /** The hub has not read its shared log yet, because the engine that keeps it is away. */
    BACKPLANE,

    /** The hub is closed, or is closing. */
    CLOSED,

    /** Something failed while the peer was to be registered, such as the recipe of its topic. */
    FAILED
}
