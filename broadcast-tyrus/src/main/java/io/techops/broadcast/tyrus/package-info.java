/**
 * The standalone server: a hub or topics on a WebSocket port, with pages, TLS, Server-Sent Events and publishing over
 * HTTP.
 *
 * <pre>{@code
 * try (BroadcastServer server = BroadcastServer.start(5000)) {
 *     server.hub().broadcast("hello");
 * }
 * }</pre>
 *
 * <h2>The way of a message</h2>
 *
 * <pre>
 *   the peer's socket                                                           the peers' sockets
 *        |                                                                             ^
 *        | bytes                                                                       | bytes
 *        v                                                                             |
 *  +------------------------ BroadcastServer ------------------------------------------------------+
 *  |  until the 101: a request in time, version, key,              a run of messages as frames,    |
 *  |        |        path, origin, limits, policy;                 encoded once, written with one  |
 *  |        v        or an HTTP error                              call a peer; what does not fit  |
 *  |  then: masked, in order, within maxMessageBytes,              waits for the socket            |
 *  |        |        UTF-8; or a close with 1002, 1007, 1009                      ^                |
 *  +--------|---------------------------------------------------------------------|----------------+
 *           | Registration.received                                               | Transport.write
 *           v                                                                     |
 *  +------------------------ BroadcastHub ---------------------------------------------------------+
 *  |  MessagePolicy  --&gt;  the log  --&gt;  shards: everything since the last pass, to each peer       |
 *  +-----------------------------------------------------------------------------------------------+
 * </pre>
 *
 * <p>{@link io.techops.broadcast} shows what happens within the hub.
 *
 * <h2>With pages, TLS and a path</h2>
 *
 * <pre>{@code
 * BroadcastServer server = BroadcastServer.builder()
 *         .hub(BroadcastHub.builder().policy(MessagePolicy.textOnly()).build())
 *         .host("127.0.0.1").port(5000).path("/live")
 *         .pages(Pages.folder(Path.of("public"))).pagePort(8000)
 *         .tls(sslContext)
 *         .allowOrigin("https://example.org")
 *         .start();
 * }</pre>
 *
 * <h2>In another container</h2>
 *
 * <p>{@link io.techops.broadcast.endpoint.BroadcastEndpoint}, in an artifact of its own, serves the same hub in any
 * other Jakarta WebSocket container.
 *
 * <pre>{@code
 * BroadcastHub hub = BroadcastHub.create();                           // close it when the application ends
 * container.addEndpoint(BroadcastEndpoint.config("/live", hub));      // a jakarta.websocket.server.ServerContainer
 * }</pre>
 */
@NullMarked
package io.techops.broadcast.tyrus;

import org.jspecify.annotations.NullMarked;
