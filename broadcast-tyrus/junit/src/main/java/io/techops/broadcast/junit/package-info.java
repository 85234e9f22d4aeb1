/**
 * A running server on a free port for each test of JUnit Jupiter, and clients with sockets.
 *
 * <pre>{@code
 * class ChatTest {
 *
 *     @RegisterExtension
 *     final BroadcastServerExtension live = BroadcastServerExtension.builder()
 *             .hub(hub -> hub.retention(Retention.of(100, 1 << 20)))
 *             .server(server -> server.path("/live"))
 *             .build();
 *
 *     @Test
 *     void everyoneHearsEveryone(SocketClient alice, SocketClient bob) {
 *         alice.send("hello");
 *         assertThat(bob.nextText()).isEqualTo("hello");
 *     }
 *
 *     @Test
 *     void whoComesBackGoesOnWhereItWas() {
 *         SocketClient alice = live.client().numbered().connect();
 *         live.hub().broadcast("one");
 *         alice.next();
 *         alice.disconnect();
 *         live.hub().broadcast("two");
 *         SocketClient again = live.client().after(alice.position()).connect();
 *         assertThat(again.nextText()).isEqualTo("two");
 *     }
 * }
 * }</pre>
 *
 * <p>A test of a hub alone, its policies and its timeouts needs no server: {@link io.techops.broadcast.testkit} has
 * clients in memory and virtual time.
 */
@NullMarked
package io.techops.broadcast.junit;

import org.jspecify.annotations.NullMarked;
