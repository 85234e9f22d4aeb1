/**
 * A hub is a log; a peer is a cursor.
 *
 * <pre>{@code
 * BroadcastHub hub = BroadcastHub.builder()
 *         .retention(Retention.of(4096, 8 << 20))
 *         .policy(MessagePolicy.textOnly().andThen(MessagePolicy.maxBytes(65_536)))
 *         .build();
 * hub.broadcast("hello");
 * }</pre>
 *
 * <p>A broadcast appends one {@link io.techops.broadcast.Message} to the hub's bounded log. A peer owns nothing but a
 * position in that log. The fan-out writes everything between the position and the head to the peer in one go, as a
 * {@link io.techops.broadcast.Batch} that all peers at the same position share, and moves the position.
 *
 * <p>A message's way: {@link io.techops.broadcast.Registration#received} (an adapter's reading thread) &rarr;
 * {@link io.techops.broadcast.MessagePolicy} &rarr; the log &rarr; a shard (a thread of the hub's executor) &rarr;
 * {@link io.techops.broadcast.Transport#write} &rarr; the socket.
 *
 * <p>The floors, each using only those below it: values ({@code Message}, {@code CloseReason}, {@code Retention},
 * {@code HubStats}); {@code Batch}, {@code Transport}; {@code Peer}; the policies, {@code HubListener}, {@code HubTimer};
 * {@code Registration}; the log, the shards, {@code BroadcastHub}; {@code Topics}.
 */
@NullMarked
package io.techops.broadcast;

import org.jspecify.annotations.NullMarked;
