package io.techops.broadcast.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * A server under test: relays every text message of a peer, verbatim, to all peers, the sender included. Written as the
 * documentation of what it is built on recommends; no compression, {@code TCP_NODELAY}, any free port of 127.0.0.1.
 */
@FunctionalInterface
interface RelayServer {

    /**
     * Starts the server, which runs until its process ends.
     *
     * @param tls the key to use, or null for no TLS
     * @return the port
     */
    int start(@Nullable Tls tls) throws Exception;
}
