/**
 * The backplane on Redis 6.2 or newer, or Valkey: hubs of many nodes with one order.
 *
 * <pre>{@code
 * try (RedisBackplane backplane = RedisBackplane.builder().uri("redis://redis.example.org").build();
 *         BroadcastHub hub = BroadcastHub.builder().backplane(backplane).build()) {
 *     hub.broadcast("hello");                                  // to the peers of all nodes
 * }
 * }</pre>
 *
 * <p>Floors: {@code Script}, {@code Failures}, {@code RecordFormat}, {@code Settings}; {@code PushedRecords},
 * {@code ServerLink}; {@code Servers}; {@code RedisLog}; {@code RedisBackplane}.
 */
@NullMarked
package io.techops.broadcast.redis;

import org.jspecify.annotations.NullMarked;
