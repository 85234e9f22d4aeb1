/*
 * The floors, each using only those below it: values (Message, CloseReason, Retention, HubStats); Peer; the policies,
 * the listeners, HubTimer; BroadcastHub; Topics.
 */

/**
 * A hub is a log; a peer is a position in that log, its cursor. What a peer sends, or the host application broadcasts,
 * reaches every peer, in one order.
 *
 * <pre>{@code
 * BroadcastHub hub = BroadcastHub.builder()
 *         .retention(Retention.of(4096, 8 << 20))
 *         .policy(MessagePolicy.textOnly().andThen(MessagePolicy.maxBytes(65_536)))
 *         .build();
 * hub.broadcast("hello");
 * }</pre>
 *
 * <p>This package has no network code. The server is in {@code io.techops.broadcast.tyrus}:
 * {@code BroadcastServer.start(5000)} is a hub with peers on a port. {@code io.techops.broadcast.endpoint} maps a hub
 * on a Jakarta WebSocket container. {@code io.techops.broadcast.testkit} drives a hub in a test.
 *
 * <h2>The way of a message</h2>
 *
 * <pre>
 *   a peer sends                                         the host application
 *        |                                                        |
 *        |  Registration.received(message)                        |  BroadcastHub.broadcast(message)
 *        v                                                        |
 *  +---------------+   ignore: the end                            |
 *  | MessagePolicy | ------------------>                          |
 *  +---------------+   close: the peer goes                       |
 *        |  relay                                                 |
 *        v                                                        v
 *  +-------------------------------------------------------------------+    full, and some shard has not offered
 *  |  the log     ... | 41 | 42 | 43 | 44 | 45 |  &lt;-- 46               |    the oldest yet: the hub is saturated,
 *  +-------------------------------------------------------------------+    the publisher waits
 *                       ^         ^         ^
 *                     peer 7    peer 3    peers 1, 2, 4, 5, 6: one position each, and no queue
 *                       |         |         |
 *  +-------------------------------------------------------------------+
 *  |  shards: woken when there is something to write, one thread each  |
 *  +-------------------------------------------------------------------+
 *        |  Transport.write(batch)                 a Batch is all from the position to the head; peers at the
 *        v                                         same position are given the same one, encoded once
 *  +---------------+   true: ready for more
 *  |   Transport   |   false: not writable, until Registration.writable()
 *  +---------------+
 *        |
 *        v
 *    the socket
 * </pre>
 *
 * <p>While a shard serves its peers one after the other, new messages gather in the log. In the next round it writes
 * all of them with one call for each peer, so a delivery costs less the more messages there are.
 *
 * <h2>Slow peers</h2>
 *
 * <p>The position of a peer whose transport is not writable stays where it is while the log moves on. No other peer
 * waits for that peer. When the log's tail has passed its position, the peer has <em>overflowed</em>, and the {@link
 * io.techops.broadcast.OverflowPolicy} decides what happens to it. When the peer has made no progress for the hub's
 * {@linkplain io.techops.broadcast.BroadcastHub.Builder#stallTimeout stall timeout}, it is disconnected. If the shards
 * themselves cannot keep up, no peer is at fault: the hub is <em>saturated</em>, and publishers wait, so that a peer
 * that is writable never loses anything.
 *
 * <h2>Where to begin</h2>
 *
 * <table>
 * <caption>Types by task</caption>
 * <thead>
 * <tr><th scope="col">to</th><th scope="col">see</th></tr>
 * </thead>
 * <tbody>
 * <tr><td>broadcast, list the peers, close</td><td>{@link io.techops.broadcast.BroadcastHub}</td></tr>
 * <tr><td>set up a hub</td><td>{@link io.techops.broadcast.BroadcastHub.Builder}, {@link
 * io.techops.broadcast.Retention}, {@link io.techops.broadcast.OverflowPolicy}, {@link
 * io.techops.broadcast.DeliveryPolicy}</td></tr>
 * <tr><td>decide about what peers send</td><td>{@link io.techops.broadcast.MessagePolicy}</td></tr>
 * <tr><td>observe events and figures</td><td>{@link io.techops.broadcast.HubListener}, {@link
 * io.techops.broadcast.MessageListener}, {@link io.techops.broadcast.HubStats}</td></tr>
 * <tr><td>send to one peer, or close it</td><td>{@link io.techops.broadcast.Peer},
 * {@link io.techops.broadcast.CloseReason}</td></tr>
 * <tr><td>send to some peers: rooms, the tabs of one user; see who is present</td>
 * <td>{@link io.techops.broadcast.BroadcastOptions}, {@link io.techops.broadcast.PeerGroups},
 * {@link io.techops.broadcast.Presence}</td></tr>
 * <tr><td>replay earlier messages, or resume after a position</td><td>{@link io.techops.broadcast.Replay}, {@link
 * io.techops.broadcast.Position}, {@link io.techops.broadcast.SnapshotSource}</td></tr>
 * <tr><td>connect the hub to a network</td><td>{@link io.techops.broadcast.spi.Transport},
 * {@link io.techops.broadcast.spi.Registration}, {@link io.techops.broadcast.spi.Batch}</td></tr>
 * <tr><td>have many hubs, one for each topic</td><td>{@link io.techops.broadcast.Topics}</td></tr>
 * <tr><td>share a timer</td><td>{@link io.techops.broadcast.HubTimer}</td></tr>
 * <tr><td>have one log on many nodes</td><td>{@link io.techops.broadcast.BroadcastHub.Builder#backplane}, and
 * {@code RedisBackplane} of {@code io.techops.broadcast.redis}</td></tr>
 * </tbody>
 * </table>
 *
 * <p>All types but the builders and {@link io.techops.broadcast.spi.Batch} are safe for use by any number of threads.
 * No parameter and no result is null unless it is annotated as nullable.
 */
@NullMarked
package io.techops.broadcast;

import org.jspecify.annotations.NullMarked;
