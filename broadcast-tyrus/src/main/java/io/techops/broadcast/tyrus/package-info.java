/**
 * The hub on the network.
 *
 * <pre>{@code
 * try (BroadcastServer server = BroadcastServer.start(5000)) {
 *     server.hub().broadcast("hello");
 * }
 * }</pre>
 *
 * <h2>Two ways in</h2>
 *
 * <p>{@link io.techops.broadcast.tyrus.BroadcastServer} is the standalone server: Tyrus does the parsing of messages
 * and the close handshake, Grizzly the HTTP, but for a handshake in one piece and plain form; every byte that goes out
 * is written by this package, straight to the socket. {@link io.techops.broadcast.endpoint.BroadcastEndpoint} maps the
 * same hub on any other Jakarta WebSocket container, which does all of that itself.
 *
 * <pre>
 *   the peer's socket                                                           the peers' sockets
 *        |                                                                             ^
 *        | bytes                                                                       | bytes
 *        v                                                                             |
 *  +------------------------ BroadcastServer ------------------------------------------------------+
 *  |  Grizzly reads                                                  a run of messages as frames,  |
 *  |        |                                                        encoded once, written with one|
 *  |        v                                                        call a peer; what does not fit|
 *  |  until the 101: request in time, version, key,                  waits for the socket          |
 *  |        |        path, origin; or an HTTP error                               ^                |
 *  |        v                                                                     |                |
 *  |  then: masked, in order, within maxMessageBytes;                             |                |
 *  |        |  or a close with 1002, 1009                                         |                |
 *  |        v                                                                     |                |
 *  |  Tyrus parses frames, checks UTF-8                                           |                |
 *  +--------|---------------------------------------------------------------------|----------------+
 *           v                                                                     |
 *    BroadcastEndpoint  &lt;-- in another container begins here         there: its asynchronous remote,
 *           |                                                          one send in flight a peer
 *           | Registration.received                                               ^
 *           v                                                                     | Transport.write
 *  +------------------------ BroadcastHub ---------------------------------------------------------+
 *  |  MessagePolicy  --&gt;  the log  --&gt;  shards: everything since the last pass, to each peer       |
 *  +-----------------------------------------------------------------------------------------------+
 * </pre>
 *
 * <p>The lower half of the way is drawn in {@link io.techops.broadcast}.
 *
 * <h2>With pages, encrypted, behind one path</h2>
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
 * <h2>In a container that is there already</h2>
 *
 * <pre>{@code
 * BroadcastHub hub = BroadcastHub.create();                           // close it when the application ends
 * container.addEndpoint(BroadcastEndpoint.config("/live", hub));      // a jakarta.websocket.server.ServerContainer
 * }</pre>
 *
 * <p>The floors, each using only those below it: {@code ChunkPool}, {@code WireBatch}, {@code Frames};
 * {@code SocketWatch}; the pipes; {@code Outbound}; {@code FrameDecoder}, {@code PeerConnection}; the endpoint;
 * {@code Tokens}, {@code Authority}, {@code Addresses}, {@code PathTemplate}; {@code RequestHead}, {@code RequestBody},
 * {@code Response}, {@code Refusal}, {@code RequestHeadParser}; {@code Handshake}, {@code Origins},
 * {@code ForwardedReader}, {@code Proxies}, {@code Places}, {@code Routes}, {@code Entrance}; {@code HandshakeRequest},
 * {@code HandshakePolicy}, {@code Decider}; {@code Admission}; the pages; {@code HttpPort}, {@code HttpConnection};
 * {@code Listeners} and {@code BroadcastServer}.
 */
@NullMarked
package io.techops.broadcast.tyrus;

import org.jspecify.annotations.NullMarked;
