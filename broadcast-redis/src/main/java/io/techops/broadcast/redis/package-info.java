/*
 * Floors: Script, Failures, RecordFormat, Settings; PushedRecords, Session; ServerLink; NodeCounts;
 * Servers; RedisLog; RedisBackplane.
 */

/**
 * The backplane on Redis 6.2 or newer, or Valkey: hubs of many nodes with one order.
 *
 * <pre>{@code
 * try (RedisBackplane backplane = RedisBackplane.builder().uri("redis://redis.example.org").build();
 *         BroadcastHub hub = BroadcastHub.builder().backplane(backplane).build()) {
 *     hub.broadcast("hello");                                  // to the peers of all nodes
 * }
 * }</pre>
 */
@NullMarked
package io.techops.broadcast.redis;

import org.jspecify.annotations.NullMarked;
