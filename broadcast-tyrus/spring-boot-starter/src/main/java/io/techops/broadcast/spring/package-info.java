/**
 * A hub, or topics, in a Spring Boot application: beans from the properties {@code broadcast.*}, an endpoint on the
 * port of the application, health, meters, and the backplane on Redis.
 *
 * <pre>{@code
 * @RestController
 * class News {
 *     private final BroadcastHub hub; // peers connect to /live
 *
 *     News(BroadcastHub hub) {
 *         this.hub = hub;
 *     }
 *
 *     @PostMapping("/news")
 *     void publish(@RequestBody String text) {
 *         hub.broadcast(text);
 *     }
 * }
 * }</pre>
 */
@NullMarked
package io.techops.broadcast.spring;

import org.jspecify.annotations.NullMarked;
