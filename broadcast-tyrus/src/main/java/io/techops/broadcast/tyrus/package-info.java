/**
 * The hub on the network.
 *
 * <pre>{@code
 * try (BroadcastServer server = BroadcastServer.start(5000)) {
 *     server.hub().broadcast("hello");
 * }
 * }</pre>
 *
 * <p>{@link io.techops.broadcast.tyrus.BroadcastServer} is the standalone server: Tyrus does the handshake, the parsing of
 * frames and the close handshake, Grizzly the HTTP; every byte that goes out is written by this package, straight to the
 * socket. {@link io.techops.broadcast.tyrus.BroadcastEndpoint} maps the same hub on any other Jakarta WebSocket
 * container.
 *
 * <p>The floors, each using only those below it: {@code ChunkPool}, {@code WireBatch}, {@code Frames};
 * {@code SocketWatch}; the pipes; {@code Outbound}; {@code FrameGuard}, {@code PeerConnection}; the endpoint;
 * {@code Handshake}, {@code UpgradeFilter}; the container and {@code BroadcastServer}.
 */
@NullMarked
package io.techops.broadcast.tyrus;

import org.jspecify.annotations.NullMarked;
