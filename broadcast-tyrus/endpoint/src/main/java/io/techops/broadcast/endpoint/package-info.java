/**
 * The hub as an endpoint of any Jakarta WebSocket container, on the port of the application: {@link
 * io.techops.broadcast.endpoint.BroadcastEndpoint}.
 *
 * <pre>{@code
 * BroadcastHub hub = BroadcastHub.create();                           // close it when the application ends
 * container.addEndpoint(BroadcastEndpoint.config("/live", hub));      // a jakarta.websocket.server.ServerContainer
 * }</pre>
 *
 * <p>{@link io.techops.broadcast.endpoint.EndpointSettings} says who may connect and what a client gets of the past. It
 * needs the core and the Jakarta WebSocket API, which the container brings, and nothing else.
 */
@NullMarked
package io.techops.broadcast.endpoint;

import org.jspecify.annotations.NullMarked;
