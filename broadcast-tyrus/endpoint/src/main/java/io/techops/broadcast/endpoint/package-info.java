/**
 * The hub as an endpoint of any Jakarta WebSocket container: {@link
 * io.techops.broadcast.endpoint.BroadcastEndpoint}.
 *
 * It needs the core and the Jakarta WebSocket API, which the container brings, and nothing else.
 */
@NullMarked
package io.techops.broadcast.endpoint;

import org.jspecify.annotations.NullMarked;
