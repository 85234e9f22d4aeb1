/**
 * The hub as an endpoint of any Jakarta WebSocket container, on the port of the application: {@link
 * io.techops.broadcast.endpoint.BroadcastEndpoint}.
 *
 * <pre>{@code
 * BroadcastHub hub = BroadcastHub.create();                           // close it when the application ends
 * container.addEndpoint(BroadcastEndpoint.config("/live", hub));      // a jakarta.websocket.server.ServerContainer
 * }</pre>
 *
 * <p>{@link io.techops.broadcast.endpoint.EndpointSettings} decide which clients may connect, and which earlier
 * messages they may ask for. The package needs the core and the Jakarta WebSocket API, which the container provides,
 * and nothing else.
 */
@NullMarked
package io.techops.broadcast.endpoint;

import org.jspecify.annotations.NullMarked;
